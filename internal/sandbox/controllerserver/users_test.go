package controllerserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// full returns a user with a value in every property.
func full() controllerserver.User {
	export := controllerserver.Export{ExcludeRelated: true, ExportReleaseLevel: "7.9.1.0", ExportTable: "ops_user"}
	return controllerserver.User{
		SysID: "f0000000000000000000000000000001", UserName: "full", Password: "not to be seen",
		FirstName: "F", MiddleName: "M", LastName: "L", Email: "f@example.com", Title: "<T> & more", BusinessPhone: "1", MobilePhone: "2",
		Department: "D", Manager: "Administrator", TimeZone: "Asia/Kolkata", LockedOut: true, PasswordNeedsReset: true, Inactive: true,
		BrowserAccess: controllerserver.AccessYes, CommandLineAccess: controllerserver.AccessNo, WebServiceAccess: controllerserver.AccessYes,
		LoginMethod: controllerserver.LoginSSO, Impersonate: []string{"alice", "bob"},
		Permissions: []controllerserver.Permission{{
			SysID: "f0000000000000000000000000000002", PermissionType: "Task", OpCreate: true, OpRead: true, OpUpdate: true, OpDelete: true, OpExecute: true,
			NameWildcard: "*", Commands: "ALL", OpswiseGroups: []string{"g1", "g2"}, AllGroups: true, DefaultGroup: true, NotGroups: true, Export: export,
		}},
		Roles:  []controllerserver.UserRole{{SysID: "f0000000000000000000000000000003", Role: "ops_admin", Description: "The administrator role.", Export: export}},
		Export: export,
	}
}

func TestResponsesHaveEveryPropertyInBothFormats(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), full(), alice)
	addToken(t, server, "full", "t1", day(t, "2027-01-01"))
	addToken(t, server, "full", "t2", time.Time{})
	want := map[string]any{
		"active": false, "browserAccess": "Yes", "businessPhone": "1", "commandLineAccess": "No", "department": "D", "email": "f@example.com",
		"excludeRelated": true, "exportReleaseLevel": "7.9.1.0", "exportTable": "ops_user", "firstName": "F", "impersonate": []any{"alice", "bob"},
		"lastName": "L", "lockedOut": true, "loginMethod": "Single Sign-On", "manager": "Administrator", "middleName": "M", "mobilePhone": "2",
		"passwordNeedsReset": true, "retainSysIds": true, "sysId": "f0000000000000000000000000000001", "timeZone": "Asia/Kolkata",
		"title": "<T> & more", "userName": "full", "webServiceAccess": "Yes",
		"permissions": []any{map[string]any{
			"allGroups": true, "commands": "ALL", "defaultGroup": true, "excludeRelated": true, "exportReleaseLevel": "7.9.1.0", "exportTable": "ops_user",
			"nameWildcard": "*", "notGroups": true, "opCreate": true, "opDelete": true, "opExecute": true, "opRead": true, "opUpdate": true,
			"opswiseGroups": []any{"g1", "g2"}, "permissionType": "Task", "sysId": "f0000000000000000000000000000002",
		}},
		"userRoles": []any{map[string]any{
			"excludeRelated": true, "exportReleaseLevel": "7.9.1.0", "exportTable": "ops_user",
			"role": map[string]any{"description": "The administrator role.", "value": "ops_admin"}, "sysId": "f0000000000000000000000000000003",
		}},
		"tokens": []any{
			map[string]any{"createTime": "2026-03-10 12:00:00 +0000", "expiration": "20270101", "lastUsed": "Never", "name": "t1", "userName": "full"},
			map[string]any{"createTime": "2026-03-10 12:00:00 +0000", "expiration": nil, "lastUsed": "Never", "name": "t2", "userName": "full"},
		},
	}
	a := admin("/uc/resources/user?userid=f0000000000000000000000000000001&showTokens=true")
	if diff := cmp.Diff(any(want), ask(t, server, a).document(t)); diff != "" {
		t.Errorf("JSON (-want +have):\n%s", diff)
	}
	a.xmlAnswer = true
	root := decodeXML(t, ask(t, server, a).Body.Bytes())
	if diff := cmp.Diff(any(want), root.like(want)); diff != "" {
		t.Errorf("XML (-want +have):\n%s", diff)
	}
	list := admin("/uc/resources/user/list?showTokens=true")
	inJSON := ask(t, server, list).document(t)
	list.xmlAnswer = true
	if diff := cmp.Diff(inJSON, decodeXML(t, ask(t, server, list).Body.Bytes()).like(inJSON)); diff != "" {
		t.Errorf("the list in JSON and in XML (-JSON +XML):\n%s", diff)
	}
}

func TestResponsesContainNoPasswordOrSecret(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), full(), alice)
	secret := addToken(t, server, "alice", "n", time.Time{})
	for _, path := range []string{
		"/uc/resources/user/list?showTokens=true", "/uc/resources/user?username=full&showTokens=true",
		"/uc/resources/user?username=alice&showTokens=true", "/uc/resources/user/token/list?username=alice",
	} {
		for _, xmlAnswer := range []bool{false, true} {
			a := admin(path)
			a.xmlAnswer = xmlAnswer
			text := ask(t, server, a).Body.String()
			for _, hidden := range []string{"not to be seen", "userPassword", secret, controllerserver.SecretPrefix} {
				if strings.Contains(text, hidden) {
					t.Errorf("the response to %s contains a password or a secret", path)
				}
			}
		}
	}
}

func TestTokensAreEmptyUnlessRequested(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	addToken(t, server, "alice", "n", time.Time{})
	for query, shown := range map[string]bool{
		"": false, "&showTokens=false": false, "&showTokens=1": false, "&showtokens=true": false, "&showTokens=": false,
		"&showTokens=true": true, "&showTokens=TRUE": true,
	} {
		for _, path := range []string{"/uc/resources/user?username=alice", "/uc/resources/user/list?x=y"} {
			text := ask(t, server, admin(path+query)).Body.String()
			if strings.Contains(text, `"name":"n"`) != shown {
				t.Errorf("%s: tokens shown %t, want %t", path+query, !shown, shown)
			}
			if !strings.Contains(text, `"tokens":[`) {
				t.Errorf("%s has no tokens at all", path+query)
			}
		}
	}
}

func TestReadUserRules(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	tests := map[string]struct {
		query  string
		status int
		words  string
	}{
		"both":              {query: "userid=1&username=alice", status: 400, words: bothUsers},
		"neither":           {query: "", status: 400, words: noUser},
		"blank":             {query: "username=%20", status: 400, words: noUser},
		"other case":        {query: "userName=alice", status: 400, words: noUser},
		"an unknown name":   {query: "username=ALICE", status: 404, words: `A user with name "ALICE" does not exist.`},
		"an unknown id":     {query: "userid=x", status: 404, words: `A user with id "x" does not exist.`},
		"the id of a name":  {query: "userid=alice", status: 404, words: `A user with id "alice" does not exist.`},
		"the name of an id": {query: "username=" + alice.SysID, status: 404, words: `A user with name "` + alice.SysID + `" does not exist.`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask(t, server, admin("/uc/resources/user?"+test.query)).says(t, test.status, test.words)
		})
	}
}

func TestUserListIgnoresFiltersAndIsSorted(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), controllerserver.User{UserName: "zoe"}, alice, controllerserver.User{UserName: "Bob"})
	for _, query := range []string{"", "?username=alice", "?userid=" + alice.SysID} {
		if names := ask(t, server, admin("/uc/resources/user/list"+query)).names(t, "userName"); names != "Bob alice ops.admin zoe" {
			t.Errorf("%s: have %q", query, names)
		}
	}
}

func TestUsersChangeWithoutTheAPI(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice, controllerserver.User{UserName: "bob"})
	secret := addToken(t, server, "alice", "n", time.Time{})
	if err := server.UpdateUser("alice", func(u *controllerserver.User) {
		if u.Password != "" {
			t.Error("the password is readable")
		}
		u.UserName, u.SysID = "alison", "ignored"
		u.Roles = controllerserver.RolesOf(controllerserver.RoleUserAdmin)
	}); err != nil {
		t.Fatal(err)
	}
	if server.SysID("alison") != alice.SysID || server.SysID("alice") != "" {
		t.Error("a rename changed the sysId, or kept the name")
	}
	ask(t, server, tokens("userid="+alice.SysID).as("alison")).want(t, http.StatusOK, `"userName":"alison"`)
	ask(t, server, admin("/uc/resources/user?username=alison")).want(t, http.StatusOK,
		`"role":{"description":"The user admin role.","value":"ops_user_admin"}`)
	for name, change := range map[string]func(*controllerserver.User){
		"to a taken name": func(u *controllerserver.User) { u.UserName = "bob" },
		"to no name":      func(u *controllerserver.User) { u.UserName = "" },
	} {
		if err := server.UpdateUser("alison", change); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := server.UpdateUser("alice", func(*controllerserver.User) {}); err == nil {
		t.Error("an unknown user was changed")
	}
	if err := server.UpdateUser("alison", func(u *controllerserver.User) { u.Password = "new" }); err != nil {
		t.Fatal(err)
	}
	ask(t, server, tokens("username=alison").as("alison")).isPage(t, http.StatusUnauthorized)
	server.DeleteUser("alison")
	server.DeleteUser("unknown")
	if server.Authenticates(secret) || server.LiveTokens("") != 0 || server.Tokens("alison") != nil {
		t.Error("the tokens survived the deletion of their user")
	}
	ask(t, server, tokens("userid="+alice.SysID)).want(t, http.StatusNotFound, "does not exist")
}

func TestAddUserRefuses(t *testing.T) {
	t.Parallel()
	server := newServer(t, newClock().options(), alice)
	for name, u := range map[string]controllerserver.User{
		"an empty name": {}, "a taken name": {UserName: "alice"}, "a taken id": {UserName: "bob", SysID: alice.SysID},
	} {
		if _, err := server.AddUser(u); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	id, err := server.AddUser(controllerserver.User{UserName: "bob"})
	if err != nil || len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" || server.SysID("bob") != id {
		t.Errorf("have %q and %v, want 32 hexadecimal digits", id, err)
	}
	if _, err := server.AddToken("unknown", "n", time.Time{}); err == nil {
		t.Error("AddToken issued a token for an unknown user")
	}
	if server.RevokeToken("unknown", "n") || server.RevokeToken("bob", "n") {
		t.Error("RevokeToken reports success for an unknown user or token")
	}
}

func TestServerCopiesTheCallersSlices(t *testing.T) {
	t.Parallel()
	u := full()
	server := newServer(t, newClock().options(), u)
	u.Impersonate[0], u.Permissions[0].OpswiseGroups[0], u.Roles[0].Role = "x", "x", "x"
	if err := server.UpdateUser("full", func(have *controllerserver.User) {
		want := full()
		want.Password = ""
		if diff := cmp.Diff(want, *have); diff != "" {
			t.Errorf("user (-want +have):\n%s", diff)
		}
	}); err != nil {
		t.Fatal(err)
	}
}
