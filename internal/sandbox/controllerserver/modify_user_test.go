package controllerserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// put returns a request by the administrator to modify a user.
func put(body string) asked {
	a := admin("/uc/resources/user")
	a.method = http.MethodPut
	if strings.HasPrefix(body, "<") {
		a.xml = body
	} else {
		a.json = body
	}
	return a
}

const aliceID = `"sysId":"00000000000000000000000000000a11","userName":"alice"`

// userOf returns a user as the server stores it, without the ids of permissions and roles.
func userOf(t *testing.T, server *controllerserver.Server, name string) controllerserver.User {
	t.Helper()
	var user controllerserver.User
	if err := server.UpdateUser(name, func(u *controllerserver.User) { user = *u }); err != nil {
		t.Fatal(err)
	}
	return user
}

// record returns a user's record as the body of a response.
func record(t *testing.T, server *controllerserver.Server, name string, inXML bool) string {
	t.Helper()
	a := admin("/uc/resources/user?showTokens=true&username=" + name)
	a.xmlAnswer = inXML
	got := ask(t, server, a)
	got.want(t, http.StatusOK, name)
	return got.Body.String()
}

const updated = `Successfully updated the user with id "00000000000000000000000000000a11".`

func TestSendingBackAnUnchangedRecordChangesNothing(t *testing.T) {
	t.Parallel()
	for _, inXML := range []bool{false, true} {
		user := full()
		user.Inactive, user.LockedOut = false, false
		user.Extra = []controllerserver.Extra{
			{Name: "costCenter", JSON: `{"id":1.50,"n":"\u00e9"}`, XML: "<id>1.50</id><n>é</n>"}, {Name: "badge"},
		}
		server := newServer(t, newClock().options(), user)
		addToken(t, server, "full", "t1", time.Time{})
		before, was := record(t, server, "full", inXML), userOf(t, server, "full")
		answer := ask(t, server, put(before))
		answer.says(t, http.StatusOK, strings.ReplaceAll(updated, "00000000000000000000000000000a11", user.SysID))
		if after := record(t, server, "full", inXML); after != before {
			t.Errorf("XML %t: %s became %s", inXML, before, after)
		}
		if diff := cmp.Diff(was, userOf(t, server, "full")); diff != "" {
			t.Errorf("XML %t: %s", inXML, diff)
		}
		ask(t, server, admin("/uc/resources/user/list")).want(t, http.StatusOK, `"costCenter":{"id":1.50,"n":"\u00e9"},"badge":null`)
	}
}

func TestModifyUserClearsOmittedMembers(t *testing.T) {
	t.Parallel()
	rights := controllerserver.User{
		UserName: "alice", SysID: alice.SysID, Password: "pw", Title: "T", Email: "a@example.com", LoginMethod: controllerserver.LoginSSO,
		WebServiceAccess: controllerserver.AccessYes, PasswordNeedsReset: true, Impersonate: []string{"bob"},
		Permissions: joesPermission(true), Roles: controllerserver.RolesOf(controllerserver.RoleService),
		Extra: []controllerserver.Extra{{Name: "badge", JSON: `"7"`, XML: "7"}},
	}
	for body, related := range map[string]bool{
		`{` + aliceID + `,"title":"New","active":true,"excludeRelated":true}`:                                                                    true,
		`{` + aliceID + `,"title":"New","active":true}`:                                                                                          false,
		`<user excludeRelated="true"><sysId>` + alice.SysID + `</sysId><userName>alice</userName><title>New</title><active>true</active></user>`: true,
		`<user><sysId>` + alice.SysID + `</sysId><userName>alice</userName><title>New</title><active>true</active></user>`:                       false,
	} {
		server := newServer(t, newClock().options(), rights)
		was := userOf(t, server, "alice")
		ask(t, server, put(body)).says(t, http.StatusOK, updated)
		want := controllerserver.User{
			UserName: "alice", SysID: alice.SysID, Title: "New", LoginMethod: controllerserver.LoginStandard,
			BrowserAccess: controllerserver.SystemDefault, CommandLineAccess: controllerserver.SystemDefault,
			WebServiceAccess: controllerserver.SystemDefault, Extra: []controllerserver.Extra{{Name: "badge"}},
		}
		if related {
			want.Permissions, want.Roles = was.Permissions, was.Roles
		}
		if diff := cmp.Diff(want, userOf(t, server, "alice")); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
	// A record without the flag deactivates the user.
	server := newServer(t, newClock().options(), alice)
	ask(t, server, put(`{`+aliceID+`}`)).says(t, http.StatusOK, updated)
	if !userOf(t, server, "alice").Inactive {
		t.Error("a user whose record omits the active flag is active")
	}
}

func TestModifyUserRules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body   string
		status int
		words  string
	}{
		"not JSON":              {`{"sysId":`, 400, "Unable to parse JSON input."},
		"not an object":         {`[]`, 400, "Unable to parse JSON input."},
		"text after the object": {`{` + aliceID + `} x`, 400, "Unable to parse JSON input."},
		"a number as a text":    {`{` + aliceID + `,"title":1}`, 400, "Unable to parse JSON input."},
		"a word as a flag":      {`{` + aliceID + `,"active":"yes"}`, 400, "Unable to parse JSON input."},
		"not XML":               {`<user><sysId></user>`, 400, "Unable to parse XML input."},
		"another element":       {`<token/>`, 400, "Unable to parse XML input."},
		"no sysId":              {`{"userName":"alice"}`, 400, "Required sysId."},
		"an unknown sysId":      {`{"sysId":"x","userName":"alice"}`, 404, `A user with id "x" does not exist.`},
		"no userName":           {`{"sysId":"` + alice.SysID + `"}`, 400, "User Id (Username) is required."},
		"a userName in use":     {`{"sysId":"` + alice.SysID + `","userName":"ops.admin"}`, 404, "Update user failed. A duplicate value has been detected. User Id (Username) must be unique."},
		"an unknown access":     {`{` + aliceID + `,"browserAccess":"Maybe"}`, 400, `Invalid access "Maybe".`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newServer(t, newClock().options(), alice)
			before := record(t, server, "alice", false)
			ask(t, server, put(test.body)).says(t, test.status, test.words)
			if after := record(t, server, "alice", false); after != before {
				t.Errorf("a refused request changed the record from %s to %s", before, after)
			}
		})
	}
}

func TestModifiedUserIsUnlockedAndLogsInWithANewPassword(t *testing.T) {
	t.Parallel()
	options := newClock().options()
	options.FailedLoginLimit = 1
	server := newServer(t, options, alice)
	wrong := tokens("username=alice").as("alice")
	wrong.password = "wrong"
	ask(t, server, wrong).isPage(t, http.StatusUnauthorized)
	ask(t, server, put(`{`+aliceID+`,"active":true,"lockedOut":false,"userPassword":"new"}`)).says(t, http.StatusOK, updated)
	wrong.password = "new"
	ask(t, server, wrong).want(t, http.StatusOK, "[]")
}

func TestPayloadTokens(t *testing.T) {
	t.Parallel()
	for value, want := range map[controllerserver.PayloadTokens]map[string]int{
		controllerserver.PayloadTokensIgnored:    {"left out": 2, "empty": 2, "one": 2},
		controllerserver.PayloadTokensReconciled: {"left out": 2, "empty": 0, "one": 1},
		controllerserver.PayloadTokensCleared:    {"left out": 0, "empty": 0, "one": 1},
	} {
		for what, bodies := range map[string][]string{
			"left out": {`{` + aliceID + `}`, `<user><sysId>` + alice.SysID + `</sysId><userName>alice</userName></user>`},
			"empty":    {`{` + aliceID + `,"tokens":[]}`, `<user><sysId>` + alice.SysID + `</sysId><userName>alice</userName><tokens/></user>`},
			"one": {
				`{` + aliceID + `,"tokens":[{"name":"a"}]}`,
				`<user><sysId>` + alice.SysID + `</sysId><userName>alice</userName><tokens><token><name>a</name></token></tokens></user>`,
			},
		} {
			for _, body := range bodies {
				server := newServer(t, withSwitches(controllerserver.Switches{PayloadTokens: value}), alice)
				addToken(t, server, "alice", "a", time.Time{})
				addToken(t, server, "alice", "b", time.Time{})
				ask(t, server, put(body)).says(t, http.StatusOK, updated)
				if have := server.LiveTokens("alice"); have != want[what] {
					t.Errorf("switch %d, %s: %d tokens left, want %d", value, body, have, want[what])
				}
			}
		}
	}
}

func TestPasswordLeftOut(t *testing.T) {
	t.Parallel()
	for value, status := range map[controllerserver.PasswordLeftOut]int{
		controllerserver.PasswordLeftOutKept: http.StatusOK, controllerserver.PasswordLeftOutCleared: http.StatusUnauthorized,
	} {
		server := newServer(t, withSwitches(controllerserver.Switches{PasswordLeftOut: value}), alice)
		ask(t, server, put(`{`+aliceID+`,"active":true}`)).says(t, http.StatusOK, updated)
		if have := ask(t, server, tokens("username=alice").as("alice")).Code; have != status {
			t.Errorf("switch %d: a login gets status %d, want %d", value, have, status)
		}
	}
	server := newServer(t, withSwitches(controllerserver.Switches{PasswordLeftOut: controllerserver.PasswordLeftOutRefused}), alice)
	ask(t, server, put(`{`+aliceID+`}`)).says(t, http.StatusBadRequest, "Password is required.")
}

func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	user := alice
	user.Extra = []controllerserver.Extra{{Name: "badge", JSON: "7"}}
	for value, want := range map[controllerserver.UnknownMembers][]controllerserver.Extra{
		controllerserver.UnknownMembersStored:  {{Name: "badge", JSON: "8"}, {Name: "desk", JSON: `"x"`}},
		controllerserver.UnknownMembersIgnored: user.Extra,
	} {
		server := newServer(t, withSwitches(controllerserver.Switches{UnknownMembers: value}), user)
		ask(t, server, put(`{`+aliceID+`,"badge":8,"desk":"x"}`)).says(t, http.StatusOK, updated)
		if diff := cmp.Diff(want, userOf(t, server, "alice").Extra); diff != "" {
			t.Errorf("switch %d: %s", value, diff)
		}
	}
	server := newServer(t, withSwitches(controllerserver.Switches{UnknownMembers: controllerserver.UnknownMembersRefused}), user)
	ask(t, server, put(`{`+aliceID+`,"badge":8}`)).says(t, http.StatusBadRequest, `Unrecognized field "badge".`)
}

func TestLimitedUpdate(t *testing.T) {
	t.Parallel()
	const part, whole, more = `{` + aliceID + `,"active":true,"title":"New"}`, `{` + aliceID + `,"active":true,"title":"New","loginMethod":"Standard"}`,
		`{` + aliceID + `,"active":true,"title":"New","lockedOut":true}`
	for value, want := range map[controllerserver.LimitedUpdate]map[string]int{
		controllerserver.LimitedUpdateCompared: {part: 200, whole: 200, more: 403},
		controllerserver.LimitedUpdateIgnored:  {part: 200, whole: 200, more: 200},
		controllerserver.LimitedUpdateRefused:  {part: 403, whole: 403, more: 403, `{"sysId":"` + alice.SysID + `","title":"New"}`: 400},
	} {
		for body, status := range want {
			for _, role := range []string{"", controllerserver.RoleService} {
				user := alice
				if role != "" {
					user.Roles = controllerserver.RolesOf(role)
				}
				server := newServer(t, withSwitches(controllerserver.Switches{LimitedUpdate: value}), user)
				if role != "" { // Without excludeRelated, the request would clear the roles.
					body = strings.Replace(body, `"active"`, `"excludeRelated":true,"active"`, 1)
				}
				if have := ask(t, server, put(body).as("alice")).Code; have != status {
					t.Errorf("switch %d, role %q: %s gets status %d, want %d", value, role, body, have, status)
				}
				if user := userOf(t, server, "alice"); user.LockedOut || (user.Title == "New") != (status == http.StatusOK) {
					t.Errorf("switch %d, role %q: %s left %+v", value, role, body, user)
				}
			}
		}
	}
	server := newServer(t, newClock().options(), alice, controllerserver.User{
		UserName: "service", Roles: controllerserver.RolesOf(controllerserver.RoleService),
	}, controllerserver.User{UserName: "users", Roles: controllerserver.RolesOf(controllerserver.RoleUserAdmin)})
	ask(t, server, put(part).as("service")).says(t, http.StatusForbidden, "Operation prohibited due to security constraints.")
	ask(t, server, put(more).as("users")).says(t, http.StatusOK, updated)
}
