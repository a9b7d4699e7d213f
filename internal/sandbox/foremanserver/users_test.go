package foremanserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// crowd returns a server with users inside and outside the default organization and location. The
// first one has id 5.
func crowd(t *testing.T) *foremanserver.Server {
	t.Helper()
	in := func(login string, permissions ...string) foremanserver.User {
		return foremanserver.User{
			Login: login, Permissions: permissions,
			OrganizationIDs: []int{foremanserver.DefaultOrganizationID}, LocationIDs: []int{foremanserver.DefaultLocationID},
		}
	}
	all := []string{
		"view_users", "edit_users", "view_personal_access_tokens", "create_personal_access_tokens", "revoke_personal_access_tokens",
	}
	return newServer(
		t, foremanserver.Options{},
		in("alice"),
		in("viewer", "view_users"),
		in("helper", all...),
		foremanserver.User{Login: "outside"},
		foremanserver.User{Login: "stranger", Permissions: all},
		foremanserver.User{Login: "boss", Admin: true},
	)
}

func TestWhichUsersAreVisible(t *testing.T) {
	t.Parallel()
	server := crowd(t)
	extra := server.AddOrganization("Extra")
	if diff := cmp.Diff(map[int]string{1: "Default Organization", extra: "Extra"}, server.Organizations()); diff != "" {
		t.Errorf("organizations (-want +have):\n%s", diff)
	}
	if diff := cmp.Diff(map[int]string{2: "Default Location"}, server.Locations()); diff != "" {
		t.Errorf("locations (-want +have):\n%s", diff)
	}
	everybody := "admin alice boss helper outside stranger viewer"
	lists := map[string]struct {
		as, query, logins string
	}{
		"an administrator":                          {"boss", "", everybody},
		"an administrator in any organization":      {"boss", "&organization_id=", everybody},
		"an administrator in an organization":       {"boss", "&organization_id=1", "alice helper viewer"},
		"by the organization's name":                {"boss", "&organization_id=Default+Organization", "alice helper viewer"},
		"by the id with a suffix":                   {"boss", "&location_id=2-default", "alice helper viewer"},
		"an administrator in an empty organization": {"boss", "&organization_id=3", ""},
		"a member":                      {"viewer", "", "alice helper viewer"},
		"a member in the organization":  {"viewer", "&organization_id=1", "alice helper viewer"},
		"a user without organization":   {"stranger", "", "stranger"},
		"the last of two organizations": {"boss", "&organization_id=3&organization_id=1", "alice helper viewer"},
	}
	for name, test := range lists {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(t, server, asked{path: "/api/users?order=login" + test.query}.as(test.as))
			if logins := strings.Join(got.names(t), " "); logins != test.logins {
				t.Errorf("listed %q, want %q", logins, test.logins)
			}
		})
	}
	refused := map[string]struct {
		as, path, has string
	}{
		"an organization that is not the caller's": {"viewer", "/api/users?organization_id=3", "Organization with id 3 not found"},
		"the id of a location as organization_id":  {"boss", "/api/status?organization_id=2", "Organization with id 2 not found"},
		"an unknown location":                      {"boss", "/api/status?location_id=Nowhere", "Location with id Nowhere not found"},
	}
	for name, test := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ask(t, server, asked{path: test.path}.as(test.as))
			got.want(t, http.StatusNotFound, `{"message":"`+test.has+`"}`)
		})
	}
}

func TestHeadersNameTheCurrentTaxonomies(t *testing.T) {
	t.Parallel()
	server := crowd(t)
	got := ask(t, server, admin("/api/status?organization_id=1"))
	for key, want := range map[string]string{
		"Foreman_version": foremanserver.DefaultVersion, "Foreman_api_version": "2",
		"Foreman_current_organization": "1; Default Organization", "Foreman_current_location": "; ANY",
	} {
		if have := got.Header()[key]; len(have) != 1 || have[0] != want {
			t.Errorf("header %s is %q, want %q", key, have, want)
		}
	}
	ask(t, server, admin("/api/current_user?organization_id=1")).want(t, http.StatusInternalServerError, "ERF42-5531")
	ask(t, server, admin("/api/current_user?location_id=")).want(t, http.StatusOK, `"login":"admin"`)
}

func TestDefaultOrderOfUsersIsByFirstNameThenByLastUpdate(t *testing.T) {
	t.Parallel()
	server := newServer(t, foremanserver.Options{}, foremanserver.User{Login: "x"}, foremanserver.User{Login: "y"},
		foremanserver.User{Login: "z", Firstname: "Zoe"}, foremanserver.User{Login: "a", Firstname: "Ada"})
	ask(t, server, asked{path: "/api/status"}.as("x")).want(t, http.StatusOK, "")
	if logins := strings.Join(ask(t, server, admin("/api/users")).names(t), " "); logins != "a admin z y x" {
		t.Errorf("listed %s, want those with a first name, then the rest in heap order", logins)
	}
}

func TestShowUser(t *testing.T) {
	t.Parallel()
	server := crowd(t)
	tests := map[string]struct {
		as, path string
		status   int
		has      string
	}{
		"by id":                               {"boss", "5", 200, `"login":"alice"`},
		"by login":                            {"boss", "alice", 200, `"organizations":[{"id":1,"name":"Default Organization","title":"Default Organization","description":null}]`},
		"by login in another case":            {"boss", "ALICE", 404, "Resource user not found by id 'ALICE'"},
		"by id with a suffix":                 {"boss", "5-x", 200, `"login":"alice"`},
		"a suffix after a login":              {"boss", "alice.json", 404, "'alice.json'"},
		"a suffix after an id":                {"boss", "5.json", 200, `"login":"alice"`},
		"a hidden user":                       {"boss", "1", 404, "'1'"},
		"unknown id":                          {"boss", "99", 404, "'99'"},
		"roles":                               {"boss", "viewer", 200, `"roles":[{"name":"viewer role","id":1,"description":null,"origin":null}]`},
		"outside the organization":            {"boss", "outside?organization_id=1", 404, "'outside'"},
		"an administrator in an organization": {"boss", "admin?organization_id=1", 404, "'admin'"},
		"oneself in an organization":          {"boss", "boss?organization_id=1", 200, `"login":"boss"`},
		"another user without the permission": {"alice", "viewer", 403, "view_users"},
		"oneself by id":                       {"alice", "5", 200, `"login":"alice"`},
		"oneself by login":                    {"alice", "alice", 200, `"login":"alice"`},
		"oneself by login in another case":    {"alice", "Alice", 403, "view_users"},
		"a member by a member":                {"viewer", "alice", 200, `"login":"alice"`},
		"a stranger by a member":              {"viewer", "outside", 404, "'outside'"},
		"an administrator by a member":        {"viewer", "boss", 404, "'boss'"},
		"wrapped":                             {"boss", "5?root_name=user", 200, `{"user":{"firstname":null`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask(t, server, asked{path: "/api/users/" + test.path}.as(test.as)).want(t, test.status, test.has)
		})
	}
}

func TestPermissionsAndTaxonomiesLimitTokens(t *testing.T) {
	t.Parallel()
	server := crowd(t)
	for _, login := range []string{"alice", "outside", "boss"} {
		if _, _, err := server.AddToken(login, "t", time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	paths := map[string]string{"alice": tokensOfAlice, "outside": "/api/users/8/personal_access_tokens", "boss": "/api/users/10/personal_access_tokens"}
	tests := map[string]struct {
		as, of, query string
		status        int
		has           string
	}{
		"a member by a member":                     {"helper", "alice", "", 200, `"total": 1,`},
		"a stranger by a member":                   {"helper", "outside", "", 422, `'id'=\"8\" [WHERE (users.id IN (`},
		"an administrator by a member":             {"helper", "boss", "", 200, `"total": 1,`},
		"a member by a user without organization":  {"stranger", "alice", "", 422, `'id'=\"5\" [WHERE (users.id IN (`},
		"a stranger by an administrator":           {"boss", "outside", "", 200, `"total": 1,`},
		"a stranger in an organization":            {"boss", "outside", "?organization_id=1", 422, "[WHERE"},
		"an administrator in an organization":      {"boss", "boss", "?organization_id=1", 200, `"total": 1,`},
		"another administrator in an organization": {"admin", "boss", "?organization_id=1", 200, `"total": 1,`},
		"oneself without any permission":           {"outside", "outside", "", 200, `"total": 1,`},
		"another user without the permission":      {"viewer", "alice", "", 403, `"missing_permissions":["view_personal_access_tokens"]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := asked{path: paths[test.of] + test.query}.as(test.as)
			if test.as == "admin" {
				a = admin(a.path)
			}
			ask(t, server, a).want(t, test.status, test.has)
		})
	}
}

func TestDeletingAUserDeletesItsTokens(t *testing.T) {
	t.Parallel()
	server := crowd(t)
	_, secret, err := server.AddToken("alice", "t", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	ask(t, server, asked{method: http.MethodDelete, path: "/api/users/5"}.as("helper")).want(t, http.StatusForbidden, "destroy_users")
	ask(t, server, del("/api/users/4")).want(t, http.StatusForbidden, "own account")
	ask(t, server, del("/api/users/99")).want(t, http.StatusNotFound, "'99'")
	gone := ask(t, server, del("/api/users/alice"))
	gone.want(t, http.StatusOK, `"password_hash":"`+foremanserver.HashPrefix)
	gone.want(t, http.StatusOK, `"password_salt":"`)
	ask(t, server, admin(tokensOfAlice)).want(t, http.StatusUnprocessableEntity, "Couldn't find User")
	if server.UserID("alice") != 0 || server.Authenticates("alice", secret) || server.Tokens("alice") != nil || server.LiveTokens("") != 0 {
		t.Error("the user or its tokens still exist")
	}
}

func TestAddAndUpdateUsers(t *testing.T) {
	t.Parallel()
	server := crowd(t)
	if _, err := server.AddUser(foremanserver.User{Login: "Alice"}); err == nil {
		t.Error("AddUser accepted a login that is taken")
	}
	if err := server.UpdateUser("unknown", func(*foremanserver.User) {}); err == nil {
		t.Error("UpdateUser accepted an unknown login")
	}
	if err := server.UpdateUser("alice", func(u *foremanserver.User) { u.Login = "boss" }); err == nil {
		t.Error("UpdateUser accepted a login that is taken")
	}
	if err := server.UpdateUser("alice", func(u *foremanserver.User) {
		u.Login, u.Timezone, u.Permissions = "alicia", "Berlin", []string{"view_users"}
	}); err != nil {
		t.Fatal(err)
	}
	if server.UserID("alicia") != 5 || server.UserID("alice") != 0 {
		t.Error("the user was not renamed")
	}
	got := ask(t, server, asked{path: "/api/users/viewer"}.as("alicia"))
	got.want(t, http.StatusOK, `"timezone":null`)
	if created, _ := got.json["created_at"].(string); strings.HasSuffix(created, "UTC") {
		t.Errorf("%s is not in the caller's time zone", created)
	}
	if err := server.UpdateUser("alicia", func(u *foremanserver.User) { u.Password = "other" }); err != nil {
		t.Fatal(err)
	}
	ask(t, server, asked{path: "/api/status"}.as("alicia")).want(t, http.StatusUnauthorized, "alicia")
	if _, _, err := server.AddToken("unknown", "t", time.Time{}); err == nil {
		t.Error("AddToken accepted an unknown login")
	}
	if server.AddRevokedTokens("unknown", "t", 1) == nil || server.RevokeToken("unknown", 1) || server.DeleteToken("alicia", 99) {
		t.Error("a change of an unknown login's tokens reports success")
	}
}

func TestCookieSetsTheZoneOfCallersWithoutOne(t *testing.T) {
	t.Parallel()
	server := crowd(t)
	body := post(tokensOfAlice, `{"name":"t","expires_at":"2031-07-01 12:00"}`)
	body.cookie = clientCookie("timezone", "Europe%2FBerlin")
	ask(t, server, body).want(t, http.StatusCreated, `"expires_at":"2031-07-01 12:00:00 +0200"`)
	body = admin(tokensOfAlice)
	body.cookie = clientCookie("timezone", "Atlantis")
	ask(t, server, body).want(t, http.StatusOK, `"expires_at":"2031-07-01 10:00:00 UTC"`)
	if !server.SetExpiry("alice", 1, time.Time{}) || !server.Tokens("alice")[0].ExpiresAt.IsZero() {
		t.Error("the expiry was not changed")
	}
}
