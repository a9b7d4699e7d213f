package providertest

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

// NewUniversalController returns the live Universal Controller that the environment names, or a sandbox
// if it names none.
func NewUniversalController(t *testing.T) *Target {
	t.Helper()

	if Live() && os.Getenv("STONEBRANCH_BASE_URL") != "" {
		return newLiveUniversalController(t)
	}

	s, _ := NewUniversalControllerServer(t, controllerserver.Options{})

	return s
}

// NewUniversalControllerServer returns a sandbox, for steps that a live server does not allow.
func NewUniversalControllerServer(
	t *testing.T, options controllerserver.Options,
) (*Target, *controllerserver.Server) {
	t.Helper()

	server := controllerserver.New(options)

	running, err := sandbox.Start(server, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = running.Close() })

	s := UniversalControllerTarget(
		t, running.URL()+server.Context(), controllerserver.AdminUserName, controllerserver.AdminPassword, options.Console.Now)
	s.AddUser = func(t *testing.T, user User) Account {
		t.Helper()

		added := controllerserver.User{
			UserName: user.Login, Password: userPassword, TimeZone: user.Timezone,
			Roles: controllerserver.RolesOf(user.Permissions...),
		}
		if user.Admin {
			added.Roles = controllerserver.RolesOf(controllerserver.RoleAdmin)
		}

		id, err := server.AddUser(added)
		if err != nil {
			t.Fatal(err)
		}

		return Account{ID: id, Login: user.Login, Password: userPassword}
	}

	return s, server
}

// UniversalControllerTarget returns the parts of a target that sandboxes and live servers have in
// common.
func UniversalControllerTarget(t *testing.T, url, login, password string, now func() time.Time) *Target {
	t.Helper()

	if now == nil {
		now = time.Now
	}

	system, err := universalcontroller.New(universalcontroller.Options{
		Client: rest.Options{
			BaseURL: url, UserAgent: "opsaccess acceptance tests", Clock: pat.NewClock(pat.Runner{Now: now}),
		},
		Username: login, Password: pat.Secret(password),
	})
	if err != nil {
		t.Fatal(err)
	}

	return &Target{
		URL: url, Login: login, Password: password, System: system, Now: now,
		ProviderBlock: func(login, password string, more ...string) string {
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

// newLiveUniversalController returns the server that the environment names. Its account must be an
// administrator with a password: the steps create users and delete them afterwards.
func newLiveUniversalController(t *testing.T) *Target {
	t.Helper()

	base := strings.TrimSuffix(os.Getenv("STONEBRANCH_BASE_URL"), "/")
	s := UniversalControllerTarget(t, base, os.Getenv("STONEBRANCH_USERNAME"), os.Getenv("STONEBRANCH_PASSWORD"), nil)
	call := func(t *testing.T, method, query string, body any) {
		t.Helper()

		encoded, err := json.Marshal(body)
		Must(t, err)

		// Cleanups run after the test's own context has ended.
		request, err := http.NewRequest(method, base+"/resources/user"+query, bytes.NewReader(encoded)) //nolint:noctx,gosec // See above; the server is the user's choice.
		Must(t, err)
		request.SetBasicAuth(s.Login, s.Password)
		request.Header.Set("Content-Type", "application/json")

		response, err := http.DefaultClient.Do(request) //nolint:gosec // The server is the user's choice.
		Must(t, err)
		Must(t, response.Body.Close())

		if response.StatusCode != http.StatusOK {
			t.Fatalf("%s /resources/user: HTTP %d", method, response.StatusCode)
		}
	}

	s.AddUser = func(t *testing.T, user User) Account {
		t.Helper()

		login := user.Login + "-" + Unique()
		roles := user.Permissions

		if user.Admin {
			roles = []string{controllerserver.RoleAdmin}
		}

		assigned := make([]any, 0, len(roles))
		for _, role := range roles {
			assigned = append(assigned, map[string]any{"role": map[string]any{"value": role}})
		}

		call(t, http.MethodPost, "", map[string]any{
			"userName": login, "userPassword": userPassword, "active": true, "webServiceAccess": "Yes",
			"timeZone": user.Timezone, "userRoles": assigned,
		})
		t.Cleanup(func() { call(t, http.MethodDelete, "?username="+url.QueryEscape(login), nil) })

		found, err := s.System.User(t.Context(), pat.UserRef{Username: login})
		Must(t, err)

		return Account{ID: found.ID, Login: login, Password: userPassword}
	}

	return s
}
