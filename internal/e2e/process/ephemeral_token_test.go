//go:build unix

package process

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// lifetime is the expires_in of the tokens in these tests.
const lifetime = 10 * time.Minute

// TestAccEphemeralToken_endsWithTheRun tests that an ephemeral token is revoked at the end of its run,
// however the run ends, unless the plugin is killed.
func TestAccEphemeralToken_endsWithTheRun(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		then      string
		bystander string
		// signals are sent one after the other, once the consumer has the token.
		signals []signalled
		// fails says that the run fails.
		fails bool
		// alive is the number of tokens that are still alive after the run.
		alive int
	}{
		"the consumer succeeds":        {then: thenSucceed},
		"the consumer fails":           {then: thenFail, fails: true},
		"another resource fails":       {then: thenSucceed, bystander: thenFail, fails: true},
		"the run is interrupted":       {then: thenStop, signals: []signalled{toCLI(syscall.SIGINT)}, fails: true},
		"Ctrl-C at a terminal":         {then: thenStop, signals: []signalled{toAll(syscall.SIGINT)}, fails: true},
		"the run is interrupted twice": {then: thenGoOn, signals: []signalled{toCLI(syscall.SIGINT), toCLI(syscall.SIGINT)}, fails: true},
		"the job is terminated":        {then: thenGoOn, signals: []signalled{toAll(syscall.SIGTERM)}, fails: true},
		"the terminal is closed":       {then: thenGoOn, signals: []signalled{toAll(syscall.SIGHUP)}, fails: true},
		"all processes are killed":     {then: thenGoOn, signals: []signalled{toAll(syscall.SIGKILL)}, fails: true, alive: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachServer(t, func(t *testing.T, s *server) {
				r := newRun(t)
				r.write(t, s.configuration(r, test.then, test.bystander))

				if code := r.wait(t, r.start(t, "plan", "-input=false")); code != 0 {
					t.Fatalf("the plan ended with %d:\n%s", code, r.output(t))
				}

				if issued := s.console.Count(nil); issued != 0 {
					t.Errorf("the plan sent %d requests, want none", issued)
				}

				command := r.start(t, "apply", "-auto-approve", "-input=false")
				for i, signal := range test.signals {
					r.awaitConsumer(t)

					if i > 0 { // Two signals at once may be merged into one.
						r.awaitInterrupted(t)
					}

					signal.send(t, command)
				}

				if code := r.wait(t, command); (code != 0) != test.fails {
					t.Errorf("the apply ended with %d:\n%s", code, r.output(t))
				}

				if issued := s.console.Count(s.issues); issued != 1 {
					t.Errorf("%d tokens were issued, want 1:\n%s", issued, r.output(t))
				}

				if used := s.console.Count(usesToken); used != 1 {
					t.Errorf("the token was used %d times, want once:\n%s", used, r.output(t))
				}

				s.awaitAlive(t, test.alive)
				s.checkExpiry(t)
				r.holdsNo(t, s.secretPrefix)
			})
		})
	}
}

// TestAccEphemeralToken_endsWithoutAResponse tests that a server that does not respond does not keep the
// plugin from ending.
func TestAccEphemeralToken_endsWithoutAResponse(t *testing.T) {
	t.Parallel()
	onEachServer(t, func(t *testing.T, s *server) {
		r := newRun(t)
		r.write(t, s.configuration(r, thenFail, ""))
		s.console.AddFault(sandbox.Fault{
			Match: sandbox.Match{Method: "DELETE", Count: sandbox.Always}, Kind: sandbox.FaultHang,
		})

		if code := r.wait(t, r.start(t, "apply", "-auto-approve", "-input=false")); code == 0 {
			t.Error("the apply succeeded although its consumer failed")
		}

		s.awaitAlive(t, 1)
		s.console.ClearFaults()

		for _, text := range []string{"tokens of ephemeral resources were not revoked", "ci-", "user " + userLogin} {
			if !strings.Contains(r.log(t), text) {
				t.Errorf("the log does not contain %q", text)
			}
		}
	})
}

func usesToken(r sandbox.Request) bool { return r.Auth == sandbox.AuthToken && r.Status == 200 }
