package controllerserver_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

func TestAuthenticationByStateOfTheAccount(t *testing.T) {
	t.Parallel()
	// A status of 0 means 200.
	tests := map[string]struct {
		change        func(*controllerserver.User)
		basic, bearer int
	}{
		"a plain account":           {change: func(*controllerserver.User) {}},
		"inactive":                  {change: func(u *controllerserver.User) { u.Inactive = true }, basic: 401, bearer: 401},
		"locked":                    {change: func(u *controllerserver.User) { u.LockedOut = true }, basic: 401, bearer: 401},
		"without web service":       {change: func(u *controllerserver.User) { u.WebServiceAccess = controllerserver.AccessNo }, basic: 403, bearer: 403},
		"with web service":          {change: func(u *controllerserver.User) { u.WebServiceAccess = controllerserver.AccessYes }},
		"single sign-on only":       {change: func(u *controllerserver.User) { u.LoginMethod = controllerserver.LoginSSO }, basic: 401},
		"both login methods":        {change: func(u *controllerserver.User) { u.LoginMethod = "Standard, Single Sign-On" }},
		"with an authenticator app": {change: func(u *controllerserver.User) { u.LoginMethod = "Standard / Authenticator App (TOTP)" }, basic: 401},
		"a password to reset":       {change: func(u *controllerserver.User) { u.PasswordNeedsReset = true }, basic: 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, newClock().options(), alice)
			secret := addToken(t, server, "alice", "n", time.Time{})
			if err := server.UpdateUser("alice", test.change); err != nil {
				t.Fatal(err)
			}
			path := "/uc/resources/user?username=alice"
			checkAccess(t, ask(t, server, admin(path).as("alice")), test.basic)
			checkAccess(t, ask(t, server, asked{path: path, bearer: secret}), test.bearer)
			if server.Authenticates(secret) != (test.bearer == 0) {
				t.Error("Authenticates disagrees with the server")
			}
		})
	}
}

func checkAccess(t *testing.T, got answer, status int) {
	t.Helper()
	switch status {
	case 0:
		got.want(t, http.StatusOK, `"userName":"alice"`)
	case http.StatusForbidden:
		got.says(t, status, prohibited)
	default:
		got.isPage(t, status)
		if challenge := got.Header().Get("WWW-Authenticate"); challenge != `Basic realm="Universal Controller"` {
			t.Errorf("the challenge is %q", challenge)
		}
	}
}

func TestInvalidCredentials(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	if _, err := server.AddUser(controllerserver.User{UserName: "ldap"}); err != nil {
		t.Fatal(err)
	}
	secret := addToken(t, server, "alice", "n", time.Time{})
	path := "/uc/resources/user?username=alice"
	tests := map[string]asked{
		"no credentials":            {path: path},
		"a wrong password":          {path: path, user: "alice", password: "PW"},
		"an unknown user":           {path: path, user: "bob", password: "pw"},
		"a name in another case":    {path: path, user: "Alice", password: "pw"},
		"a missing password":        {path: path, user: "alice"},
		"a user without a password": {path: path, user: "ldap"},
		"a token as a password":     {path: path, user: "alice", password: secret},
		"an unknown token":          {path: path, bearer: controllerserver.SecretPrefix + "x"},
		"a password as a token":     {path: path, bearer: "pw"},
		"invalid base64":            asked{path: path}.with("Authorization", "Basic !"),
		"another scheme":            asked{path: path}.with("Authorization", "Token "+secret),
		"a token in the query":      {path: path + "&access_token=x"},
		"an unknown path":           {path: "/uc/resources/nothing"},
	}
	for name, a := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask(t, server, a).isPage(t, http.StatusUnauthorized)
		})
	}
	if n := server.Tokens("alice")[0].LastUsedAt; !n.IsZero() {
		t.Errorf("the token was used at %s", n)
	}
}

func TestSchemesInAnyCase(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	secret := addToken(t, server, "alice", "n", time.Time{})
	for _, header := range []string{"bearer " + secret, "BEARER  " + secret, "basic YWxpY2U6cHc="} {
		ask(t, server, asked{path: "/uc/resources/user?username=alice"}.with("Authorization", header)).want(t, http.StatusOK, "alice")
	}
}

func TestFailedLoginsLockAnAccount(t *testing.T) {
	t.Parallel()
	o := newClock().options()
	o.FailedLoginLimit = 3
	server := newServer(t, o, alice)
	secret := addToken(t, server, "alice", "n", time.Time{})
	path := "/uc/resources/user?username=alice"
	wrong := asked{path: path, user: "alice", password: "no"}
	fail := func(n int) {
		for range n {
			ask(t, server, wrong).isPage(t, http.StatusUnauthorized)
		}
	}
	fail(2)
	ask(t, server, admin(path).as("alice")).want(t, http.StatusOK, `"lockedOut":false`)
	fail(2)
	// The successful login in between has reset the count of failures.
	ask(t, server, admin(path).as("alice")).want(t, http.StatusOK, `"lockedOut":false`)
	fail(3)
	ask(t, server, admin(path).as("alice")).isPage(t, http.StatusUnauthorized)
	ask(t, server, asked{path: path, bearer: secret}).isPage(t, http.StatusUnauthorized)
	ask(t, server, admin(path)).want(t, http.StatusOK, `"lockedOut":true`)
	if err := server.UpdateUser("alice", func(u *controllerserver.User) { u.LockedOut = false }); err != nil {
		t.Fatal(err)
	}
	fail(2)
	ask(t, server, admin(path).as("alice")).want(t, http.StatusOK, `"lockedOut":false`)
}

func TestRoles(t *testing.T) {
	t.Parallel()
	const (
		yes = http.StatusOK
		no  = http.StatusForbidden
	)
	calls := []struct {
		name string
		a    asked
	}{
		{"read self", admin("/uc/resources/user?username=me&showTokens=true")},
		{"read another", admin("/uc/resources/user?username=alice")},
		{"read an unknown user", admin("/uc/resources/user?username=unknown")},
		{"list users", admin("/uc/resources/user/list")},
		{"list own tokens", tokens("username=me")},
		{"list another's tokens", tokens("username=alice")},
		{"list an unknown user's tokens", tokens("userid=1")},
		{"create own token", post(`{"name":"new","userName":"me"}`)},
		{"create another's token", post(`{"name":"new","userName":"alice"}`)},
		{"create an unknown user's token", post(`{"name":"new","userName":"unknown"}`)},
		{"revoke own token", del("username=me&tokenname=mine")},
		{"revoke another's token", del("username=alice&tokenname=hers")},
		{"revoke an unknown user's token", del("username=unknown&tokenname=hers")},
	}
	everything := []int{yes, yes, 404, yes, yes, yes, 404, yes, yes, 404, yes, yes, 404}
	service := []int{yes, yes, 404, yes, yes, no, no, yes, no, no, yes, no, no}
	tests := map[string]struct {
		roles    []string
		switches controllerserver.Switches
		want     []int
		seesHers bool
	}{
		"an administrator":      {roles: []string{controllerserver.RoleAdmin}, want: everything, seesHers: true},
		"a user administrator":  {roles: []string{"ops_report_publish", controllerserver.RoleUserAdmin}, want: everything, seesHers: true},
		"the service role":      {roles: []string{controllerserver.RoleService}, want: service},
		"a role without rights": {roles: []string{"ops_report_publish"}, want: []int{yes, no, no, no, yes, no, no, yes, no, no, yes, no, no}},
		"no role":               {want: []int{yes, no, no, no, yes, no, no, yes, no, no, yes, no, no}},
		"the service role with all tokens": {
			roles: []string{controllerserver.RoleService}, seesHers: true,
			switches: controllerserver.Switches{ServiceRole: controllerserver.ServiceRoleAllTokens},
			want:     []int{yes, yes, 404, yes, yes, yes, 404, yes, no, no, yes, no, no},
		},
		"no role with all tokens for the service role": {
			switches: controllerserver.Switches{ServiceRole: controllerserver.ServiceRoleAllTokens},
			want:     []int{yes, no, no, no, yes, no, no, yes, no, no, yes, no, no},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, withSwitches(test.switches), alice, controllerserver.User{UserName: "me", Roles: controllerserver.RolesOf(test.roles...)})
			addToken(t, server, "alice", "hers", time.Time{})
			addToken(t, server, "me", "mine", time.Time{})
			for i, call := range calls {
				got := ask(t, server, call.a.as("me"))
				if got.Code != test.want[i] {
					t.Errorf("%s: %d %s, want %d", call.name, got.Code, got.Body, test.want[i])
				}
				if got.Code == no {
					got.says(t, no, prohibited)
				}
			}
			shown := admin("/uc/resources/user?username=alice&showTokens=true").as("me")
			addToken(t, server, "alice", "hers too", time.Time{})
			if got := ask(t, server, shown); got.Code == yes {
				object, _ := got.document(t).(map[string]any)
				list, _ := object["tokens"].([]any)
				if (len(list) > 0) != test.seesHers {
					t.Errorf("another user's tokens: %v, want some: %t", list, test.seesHers)
				}
			}
		})
	}
}

func TestBuiltInAdministratorNeedsNoRole(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	if err := server.UpdateUser(controllerserver.AdminUserName, func(u *controllerserver.User) { u.UserName = "root" }); err != nil {
		t.Fatal(err)
	}
	a := admin("/uc/resources/user/list")
	a.user = "root"
	ask(t, server, a).want(t, http.StatusOK, `"userRoles":[]`)
}

func TestJournalRecordsUserAndAuthenticationMethod(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	secret := addToken(t, server, "alice", "n", time.Time{})
	ask(t, server, admin("/uc/resources/user/list"))
	ask(t, server, asked{path: "/uc/resources/user/list", bearer: secret})
	ask(t, server, asked{path: "/uc/resources/user/list"})
	a := admin("/uc/resources/user")
	a.method, a.json = http.MethodPut, `{"sysId":"`+alice.SysID+`"}`
	ask(t, server, a).want(t, http.StatusBadRequest, "required")
	want := []sandbox.Request{
		{Method: "GET", Status: 200, User: "ops.admin", Auth: sandbox.AuthPassword},
		{Method: "GET", Status: 403, User: "alice", Auth: sandbox.AuthToken},
		{Method: "GET", Status: 401, Auth: sandbox.AuthNone},
		{Method: "PUT", Status: 400, User: "ops.admin", Auth: sandbox.AuthPassword},
	}
	for i, have := range server.Requests() {
		if have.Method != want[i].Method || have.Status != want[i].Status || have.User != want[i].User || have.Auth != want[i].Auth {
			t.Errorf("entry %d is %+v, want %+v", i, have, want[i])
		}
	}
	if n := server.Count(sandbox.Matching(http.MethodPut, "")); n != 1 {
		t.Errorf("%d PUTs in the journal, want 1", n)
	}
}
