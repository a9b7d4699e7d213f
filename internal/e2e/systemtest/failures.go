package systemtest

import (
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// failureTests test calls to a server that fails.
func failureTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"an unreachable server is a transient error":                   unreachable,
		"a response that the platform never sends is a protocol error": unreadable,
	}
}

func unreachable(s *scene) { s.failing(Unreachable, "transient") }

func unreadable(s *scene) { s.failing(Unreadable, "protocol") }

// failing calls each method while the server fails, on a System that has not sent a request yet and on
// one that has. The error must be of the kind, or, for Create, say that the outcome is unknown. No
// error may be treated as proof of absence, no call may have an effect, and the calls must succeed once
// the server works again.
func (s *scene) failing(failure Failure, kind string) {
	s.Helper()

	on := s.addSubject()

	for _, call := range s.calls() {
		for what, system := range map[string]pat.System{
			call.name: s.server.Open(s, s.Administrator), call.name + ", on a System that has sent requests before": s.used(),
		} {
			kinds := []string{kind}
			if call.name == "Create" {
				kinds = append(kinds, "ambiguous")
			}

			s.server.Break(failure)
			err := call.do(s.ctx, system, on)
			s.server.Repair()

			// CurrentUser may succeed: a System that already knows its account sends no request.
			if call.name != "CurrentUser" || err != nil {
				s.fails(what, err, kinds...)
			}

			s.live(what, "alice", 1)

			if call.name != "Create" && call.name != "Revoke" {
				s.succeeds(what+", after the failure", call.do(s.ctx, system, on))
			}
		}
	}
}

// used returns a System that has already sent a request.
func (s *scene) used() pat.System {
	s.Helper()

	system := s.server.Open(s, s.Administrator)
	_, err := system.CurrentUser(s.ctx)
	s.succeeds("CurrentUser", err)

	return system
}
