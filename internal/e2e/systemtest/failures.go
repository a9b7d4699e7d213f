package systemtest

import (
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// failureTests are about servers that fail.
func failureTests() map[string]func(*scene) {
	return map[string]func(*scene){
		"an unreachable server is a transient error":                   unreachable,
		"a response that the platform never sends is a protocol error": unreadable,
	}
}

func unreachable(s *scene) { s.failing(Unreachable, "transient") }

func unreadable(s *scene) { s.failing(Unreadable, "protocol") }

// failing lets each method meet a server that fails, on a System that was never used and on
// one that was: the error is of the kind, or says of Create that its effect is unknown;
// nothing is taken for the proof of absence, nothing was done, and all is well afterwards.
func (s *scene) failing(failure Failure, kind string) {
	s.Helper()

	on := s.addSubject()

	for _, call := range s.calls() {
		for what, system := range map[string]pat.System{
			call.name: s.server.Open(s, s.Administrator), call.name + ", on a System that was used": s.used(),
		} {
			kinds := []string{kind}
			if call.name == "Create" {
				kinds = append(kinds, "ambiguous")
			}

			s.server.Break(failure)
			err := call.do(s.ctx, system, on)
			s.server.Repair()

			// Who the account is may be known, and is not asked again.
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

// used returns a System that has asked its server something.
func (s *scene) used() pat.System {
	s.Helper()

	system := s.server.Open(s, s.Administrator)
	_, err := system.CurrentUser(s.ctx)
	s.succeeds("CurrentUser", err)

	return system
}
