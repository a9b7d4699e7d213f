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
)

// newLiveForeman returns the Foreman that the environment names. Its account must be an administrator:
// the steps create users and roles, and delete them afterwards.
func newLiveForeman(t *testing.T) *Target {
	t.Helper()

	base := strings.TrimSuffix(os.Getenv("FOREMAN_SERVER_URL"), "/")
	s := ForemanTarget(t, base, os.Getenv("FOREMAN_USERNAME"), os.Getenv("FOREMAN_PASSWORD"))
	api := liveAPI{base: base, login: s.Login, password: s.Password}
	s.Organization, s.Location = api.ids(t, "organizations")[0], api.ids(t, "locations")[0]

	s.AddUser = func(t *testing.T, user User) Account {
		t.Helper()

		login := fmt.Sprintf("%s-%s", user.Login, Unique())
		body := map[string]any{
			"login": login, "password": userPassword, "mail": login + "@example.com",
			"auth_source_id": 1, "admin": user.Admin, "role_ids": api.role(t, login, user.Permissions),
		}

		if user.Timezone != "" {
			body["timezone"] = user.Timezone
		}

		if !user.Outside {
			body["organization_ids"] = api.ids(t, "organizations")
			body["location_ids"] = api.ids(t, "locations")
		}

		id := api.create(t, "users", map[string]any{"user": body})

		return Account{ID: id, Login: login, Password: userPassword}
	}

	return s
}

// liveAPI makes the API requests that the steps need besides those for tokens.
type liveAPI struct{ base, login, password string }

// role creates a role with the permissions and returns its id in a list, as other requests expect it.
func (a liveAPI) role(t *testing.T, name string, permissions []string) []string {
	t.Helper()

	if len(permissions) == 0 {
		return []string{}
	}

	role := a.create(t, "roles", map[string]any{"role": map[string]any{"name": name}})

	for _, permission := range permissions {
		found := a.list(t, "permissions?search="+url.QueryEscape(`name="`+permission+`"`))
		a.create(t, "filters", map[string]any{"filter": map[string]any{"role_id": role, "permission_ids": found}})
	}

	return []string{role}
}

func (a liveAPI) ids(t *testing.T, kind string) []string {
	t.Helper()

	return a.list(t, kind+"?per_page=all")
}

// list returns the ids of the rows in a list.
func (a liveAPI) list(t *testing.T, path string) []string {
	t.Helper()

	var answer struct {
		Results []struct {
			ID json.Number `json:"id"`
		} `json:"results"`
	}

	a.call(t, http.MethodGet, path, nil, &answer)

	ids := make([]string, 0, len(answer.Results))
	for _, row := range answer.Results {
		ids = append(ids, row.ID.String())
	}

	return ids
}

// create creates a record, registers its deletion for the end of the test, and returns its id.
func (a liveAPI) create(t *testing.T, kind string, body any) string {
	t.Helper()

	var answer struct {
		ID json.Number `json:"id"`
	}

	a.call(t, http.MethodPost, kind, body, &answer)

	if kind != "filters" { // Foreman deletes filters along with their role.
		t.Cleanup(func() { a.call(t, http.MethodDelete, kind+"/"+answer.ID.String(), nil, nil) })
	}

	return answer.ID.String()
}

func (a liveAPI) call(t *testing.T, method, path string, body, answer any) {
	t.Helper()

	var encoded bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&encoded).Encode(body); err != nil {
			t.Fatal(err)
		}
	}

	// Cleanups run after the test's own context has ended.
	request, err := http.NewRequest(method, a.base+"/api/"+path, &encoded) //nolint:noctx // See above.
	if err != nil {
		t.Fatal(err)
	}

	request.SetBasicAuth(a.login, a.password)
	request.Header.Set("Content-Type", "application/json")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()

	if response.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: HTTP %d", method, path, response.StatusCode)
	}

	if answer != nil {
		if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
			t.Fatal(err)
		}
	}
}
