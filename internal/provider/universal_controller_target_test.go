package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/universalcontroller"
)

// newUniversalController returns a live Universal Controller if there is one to test
// against, and a sandbox otherwise.
func newUniversalController(t *testing.T) *target {
	t.Helper()

	if live() && os.Getenv("STONEBRANCH_BASE_URL") != "" {
		return newLiveUniversalController(t)
	}

	s, _ := newUniversalControllerSandbox(t, controllerserver.Options{})

	return s
}

// newUniversalControllerSandbox returns a sandbox, for steps that need one.
func newUniversalControllerSandbox(
	t *testing.T, options controllerserver.Options,
) (*target, *controllerserver.Server) {
	t.Helper()

	server := controllerserver.New(options)

	running, err := sandbox.Start(server, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = running.Close() })

	s := universalControllerTarget(
		t, running.URL()+server.Context(), controllerserver.AdminUserName, controllerserver.AdminPassword, options.Console.Now)
	s.addUser = func(t *testing.T, user testUser) account {
		t.Helper()

		added := controllerserver.User{
			UserName: user.login, Password: userPassword, TimeZone: user.timezone,
			Roles: controllerserver.RolesOf(user.permissions...),
		}
		if user.admin {
			added.Roles = controllerserver.RolesOf(controllerserver.RoleAdmin)
		}

		id, err := server.AddUser(added)
		if err != nil {
			t.Fatal(err)
		}

		return account{id: id, login: user.login, password: userPassword}
	}

	return s, server
}

// universalControllerTarget returns the parts that a sandbox and a live server have in
// common.
func universalControllerTarget(t *testing.T, url, login, password string, now func() time.Time) *target {
	t.Helper()

	if now == nil {
		now = time.Now
	}

	system, err := universalcontroller.New(universalcontroller.Options{
		Client:   rest.Options{BaseURL: url, UserAgent: "opsaccess acceptance tests"},
		Username: login, Password: pat.Secret(password), Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}

	return &target{
		url: url, login: login, password: password, system: system, now: now,
		block: func(login, password string, more ...string) string {
			return fmt.Sprintf(`
provider "opsaccess" {
  universal_controller = {
    url      = %q
    username = %q
    password = %q
    %s
  }
}
`, url, login, password, strings.Join(more, "\n    "))
		},
	}
}

// newLiveUniversalController returns the server of the environment, whose account must be
// an administrator with a password: users are created for the steps and deleted after
// them.
func newLiveUniversalController(t *testing.T) *target {
	t.Helper()

	base := strings.TrimSuffix(os.Getenv("STONEBRANCH_BASE_URL"), "/")
	s := universalControllerTarget(t, base, os.Getenv("STONEBRANCH_USERNAME"), os.Getenv("STONEBRANCH_PASSWORD"), nil)
	call := func(t *testing.T, method, query string, body any) {
		t.Helper()

		encoded, err := json.Marshal(body)
		must(t, err)

		// Clean-ups run when the test's own context is over.
		request, err := http.NewRequest(method, base+"/resources/user"+query, bytes.NewReader(encoded)) //nolint:noctx,gosec // See above; the server is the user's choice.
		must(t, err)
		request.SetBasicAuth(s.login, s.password)
		request.Header.Set("Content-Type", "application/json")

		response, err := http.DefaultClient.Do(request) //nolint:gosec // The server is the user's choice.
		must(t, err)
		must(t, response.Body.Close())

		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s /resources/user: HTTP %d", method, response.StatusCode)
		}
	}

	s.addUser = func(t *testing.T, user testUser) account {
		t.Helper()

		login := user.login + "-" + unique()
		roles := user.permissions

		if user.admin {
			roles = []string{controllerserver.RoleAdmin}
		}

		assigned := make([]any, 0, len(roles))
		for _, role := range roles {
			assigned = append(assigned, map[string]any{"role": map[string]any{"value": role}})
		}

		call(t, http.MethodPost, "", map[string]any{
			"userName": login, "userPassword": userPassword, "active": true, "webServiceAccess": "Yes",
			"timeZone": user.timezone, "userRoles": assigned,
		})
		t.Cleanup(func() { call(t, http.MethodDelete, "?username="+url.QueryEscape(login), nil) })

		found, err := s.system.User(t.Context(), pat.UserRef{Username: login})
		must(t, err)

		return account{id: found.ID, login: login, password: userPassword}
	}

	return s
}
