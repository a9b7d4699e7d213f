//go:build unix

package process

import (
	"fmt"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

const userLogin = "svc-deploy"

// server is a sandbox with the user [userLogin].
type server struct {
	console *sandbox.Console
	// block is the provider block.
	block string
	// consumer is the arguments with which a consumer logs in.
	consumer     string
	secretPrefix string
	issues       func(sandbox.Request) bool
	alive        func() int
	// expiries returns the expiries of all of the user's tokens. latest returns the latest expiry that
	// a token issued now for [lifetime] may have.
	expiries func() []time.Time
	latest   func() time.Time
}

// onEachServer runs the test against a sandbox of each platform.
func onEachServer(t *testing.T, test func(t *testing.T, s *server)) {
	t.Helper()

	for name, open := range map[string]func(*testing.T) *server{
		"Foreman": newForeman, "Universal Controller": newUniversalController,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func newForeman(t *testing.T) *server {
	t.Helper()

	f := foremanserver.New(foremanserver.Options{})

	running, err := sandbox.Start(f, "127.0.0.1:0")
	providertest.Must(t, err)
	t.Cleanup(func() { _ = running.Close() })

	_, err = f.AddUser(foremanserver.User{
		Login: userLogin, OrganizationIDs: []int{foremanserver.DefaultOrganizationID},
		LocationIDs: []int{foremanserver.DefaultLocationID},
	})
	providertest.Must(t, err)

	return &server{
		console: f.Console,
		block: fmt.Sprintf("foreman = {\n url = %q\n username = %q\n password = %q\n }",
			running.URL(), foremanserver.AdminLogin, foremanserver.AdminPassword),
		consumer:     fmt.Sprintf("url = %q\n username = %q", running.URL()+"/api/current_user", userLogin),
		secretPrefix: foremanserver.SecretPrefix,
		issues:       sandbox.Matching("POST", "/personal_access_tokens$"),
		alive:        func() int { return f.LiveTokens(userLogin) },
		expiries: func() (all []time.Time) {
			for _, token := range f.Tokens(userLogin) {
				all = append(all, token.ExpiresAt)
			}

			return all
		},
		latest: func() time.Time { return time.Now().Add(lifetime + time.Second) },
	}
}

func newUniversalController(t *testing.T) *server {
	t.Helper()

	u := controllerserver.New(controllerserver.Options{})

	running, err := sandbox.Start(u, "127.0.0.1:0")
	providertest.Must(t, err)
	t.Cleanup(func() { _ = running.Close() })

	_, err = u.AddUser(controllerserver.User{
		UserName: userLogin, Roles: controllerserver.RolesOf(controllerserver.RoleService),
	})
	providertest.Must(t, err)

	url := running.URL() + u.Context()

	return &server{
		console: u.Console,
		block: fmt.Sprintf("universal_controller = {\n url = %q\n username = %q\n password = %q\n }",
			url, controllerserver.AdminUserName, controllerserver.AdminPassword),
		consumer: fmt.Sprintf(
			"url = \"%s/resources/user/token/list?userid=%s\"", url, u.SysID(userLogin)),
		secretPrefix: controllerserver.SecretPrefix,
		issues:       sandbox.Matching("POST", "/user/token$"),
		alive:        func() int { return u.LiveTokens(userLogin) },
		expiries: func() (all []time.Time) {
			for _, token := range u.Tokens(userLogin) {
				all = append(all, token.Expiration)
			}

			return all
		},
		// The date that begins after the lifetime, even in UTC+14, where dates begin first.
		latest: func() time.Time { return time.Now().Add(lifetime + 14*time.Hour + 24*time.Hour) },
	}
}

// configuration returns a configuration with a token, a consumer and, unless bystander is empty,
// another resource.
func (s *server) configuration(r *run, then, bystander string) string {
	text := fmt.Sprintf(`
terraform {
  required_providers {
    opsaccess = { source = "opsaccess/opsaccess" }
    consumer  = { source = "opsaccess/consumer" }
  }
}

provider "opsaccess" {
  %s
}

ephemeral "opsaccess_personal_access_token" "test" {
  username    = %q
  name_prefix = "ci-"
  expires_in  = %q
  applying    = terraform.applying
}

resource "consumer_login" "test" {
  %s
  token_wo = ephemeral.opsaccess_personal_access_token.test.token
  ready    = %q
  then     = %q
}
`, s.block, userLogin, fmt.Sprintf("%dm", int(lifetime.Minutes())), s.consumer, r.ready, then)

	if bystander != "" {
		text += fmt.Sprintf("\nresource \"consumer_login\" \"bystander\" {\n  then = %q\n}\n", bystander)
	}

	return text
}

// awaitAlive waits until this many tokens are alive: the CLI may end before its plugins.
func (s *server) awaitAlive(t *testing.T, want int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d tokens are alive, want %d", s.alive(), want), func() bool { return s.alive() == want })
}

// checkExpiry fails the test unless every token expires by itself.
func (s *server) checkExpiry(t *testing.T) {
	t.Helper()

	for _, expiry := range s.expiries() {
		if expiry.IsZero() || expiry.After(s.latest()) {
			t.Errorf("a token expires at %s, want no later than %s", expiry, s.latest())
		}
	}
}
