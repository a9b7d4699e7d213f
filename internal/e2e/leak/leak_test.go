package leak

import (
	"strconv"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

const (
	// leakGroups is the number of providers that share the hostile responses that can follow each
	// other; one provider logs in with a password, the other with a token. Each command starts every
	// provider several times, which takes longer than everything else that it does.
	leakGroups = 2
	// leakReaders is the number of users per provider that are read by data sources and ephemeral
	// resources.
	leakReaders = 2
)

// onEachLeakPlatform runs the test against a sandbox of each platform.
func onEachLeakPlatform(t *testing.T, test func(t *testing.T, s *leakScene)) {
	t.Helper()

	for name, open := range map[string]func() leakPlatform{"Foreman": leakForeman, "Universal Controller": leakUniversalController} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open().open(t))
		})
	}
}

func leakForeman() leakPlatform {
	clock := &providertest.Clock{}
	server := foremanserver.New(foremanserver.Options{FailedLoginLimit: -1, Console: sandbox.Options{Now: clock.Now}})

	return leakPlatform{
		handler: server, console: server.Console, clock: clock, block: "foreman",
		addUser: func(login, password string) (string, error) {
			id, err := server.AddUser(foremanserver.User{Login: login, Password: password, Admin: true})

			return strconv.Itoa(id), err
		},
		addToken: func(login, name string) (string, error) {
			_, secret, err := server.AddToken(login, name, time.Now().AddDate(0, 0, 30))

			return secret, err
		},
		revokeAll: func(login, spared string) {
			for _, token := range server.Tokens(login) {
				if token.Name != spared {
					server.RevokeToken(login, token.ID)
				}
			}
		},
		byToken: func(login, secret string) string {
			return "username = " + strconv.Quote(login) + "\npassword = " + secret
		},
	}
}

func leakUniversalController() leakPlatform {
	clock := &providertest.Clock{}
	server := controllerserver.New(controllerserver.Options{Console: sandbox.Options{Now: clock.Now}})

	return leakPlatform{
		handler: server, console: server.Console, clock: clock, block: "universal_controller", context: server.Context(),
		addUser: func(login, password string) (string, error) {
			return server.AddUser(controllerserver.User{
				UserName: login, Password: password, Roles: controllerserver.RolesOf(controllerserver.RoleAdmin),
			})
		},
		addToken: func(login, name string) (string, error) {
			return server.AddToken(login, name, time.Now().AddDate(0, 0, 30))
		},
		revokeAll: func(login, spared string) {
			for _, token := range server.Tokens(login) {
				if token.Name != spared {
					server.RevokeToken(login, token.Name)
				}
			}
		},
		byToken: func(login, secret string) string { return "username = " + strconv.Quote(login) + "\ntoken = " + secret },
	}
}

// Terraform's own log entries are checked, too: neither Terraform nor OpenTofu prints values of a state
// or of a plan there, or what it sends to a provider. What a CLI prints by design is not checked: the
// values of variables in `show -json` of a saved plan, the attribute `token` in a state, and lines of
// the user's configuration.

// TestAccLeak_operations makes each operation of each construct fail in every hostile way and then
// succeed, with full logging. No secret may appear anywhere.
func TestAccLeak_operations(t *testing.T) {
	t.Parallel()
	onEachLeakPlatform(t, func(t *testing.T, s *leakScene) {
		var together [leakGroups][]hostileAnswer

		for i, answer := range hostileAnswers {
			if answer.alone {
				s.add(t, i%2 == 1, answer)
			} else {
				together[i%leakGroups] = append(together[i%leakGroups], answer)
			}
		}

		for i, answers := range together {
			s.add(t, i%2 == 1, answers...)
		}

		for _, stage := range leakStages {
			if !s.knows(t, stage) {
				t.Logf("%s: skipped, the CLI is too old", stage.name)

				continue
			}

			s.carryOut(t, stage)

			if missing := s.front.missing(); stage.attack != "" && len(missing) > 0 {
				t.Errorf("%s: these hostile responses were not sent: %q", stage.name, missing)
			}
		}

		for _, r := range s.console.Requests() {
			s.watch.look("the journal of the server", r.Path+"\n"+r.RawQuery+"\n"+r.UserAgent+"\n"+r.RequestID)
		}

		for _, kind := range []string{leakOfSecret, leakOfFingerprint, leakOfPassword, leakOfCredentials, leakOfKey} {
			if s.watch.count(kind) < len(s.providers) {
				t.Errorf("found too few of this kind: %s", kind)
			}
		}

		if s.logged < 1000 || s.private == 0 {
			t.Errorf("%d log entries of the provider and %d pieces of private data were checked", s.logged, s.private)
		}

		s.watch.report(t)
	})
}
