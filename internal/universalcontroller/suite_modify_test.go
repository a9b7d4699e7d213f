package universalcontroller

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// employee is a user with a value in every property, and with members that the driver does not know.
func employee() controllerserver.User {
	user := controllerserver.User{
		UserName: "alice", Password: password, FirstName: "Alice", MiddleName: "M", LastName: "O'Neil & <Sons>",
		Email: "alice@example.com", Title: "Dr.", BusinessPhone: "1", MobilePhone: "2", TimeZone: "System", Department: "IT",
		Manager: "Administrator", BrowserAccess: controllerserver.AccessYes, WebServiceAccess: controllerserver.AccessNo,
		LoginMethod: controllerserver.LoginStandard + ", " + controllerserver.LoginSSO, Impersonate: []string{"bob"},
		Permissions: []controllerserver.Permission{{PermissionType: "Agent", OpRead: true, NameWildcard: "a*", OpswiseGroups: []string{"g"}}},
		Roles:       controllerserver.RolesOf(controllerserver.RoleService),
		Export:      controllerserver.Export{ExportReleaseLevel: "7.9.1.0", ExportTable: "ops_user"},
	}

	for _, extra := range [][3]string{
		{"badge", `7.50e1`, "7.50e1"},
		{"clearance", `{"level":3,"by":["a","b"]}`, "<level>3</level><by><a/></by>"},
		{"costCenter", `"\u00e9\/<&>"`, "é/&lt;&amp;&gt;"},
		{"desk", "", ""},
		{"external", `false`, "false"},
		{"floor", `12345678901234567890`, "12345678901234567890"},
		{"homePage", `"https:\/\/example.com"`, "<![CDATA[https://example.com]]>"},
		{"languages", `[]`, ""},
		{"onCall", `[null,true,"x"]`, "<item/><item>x</item>"},
		{"region", `" EMEA "`, " EMEA "},
		{"shift", `"B"`, "B"},
		{"team", `"ops"`, "ops"},
		{"vacation", `{}`, ""},
		{"zone", `"a\tb"`, "a&#9;b"},
	} {
		user.Extra = append(user.Extra, controllerserver.Extra{Name: extra[0], JSON: extra[1], XML: extra[2]})
	}

	return user
}

// rawRecord returns the members of the employee's record as the server sends them, in their order.
func rawRecord(t *testing.T, s *stage) []member {
	t.Helper()

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, s.Context()+"/resources/user?username=alice", nil)
	request.SetBasicAuth(controllerserver.AdminUserName, controllerserver.AdminPassword)
	request.Header.Set("Accept", asJSON)

	response := httptest.NewRecorder()
	s.ServeHTTP(response, request)

	decoder := json.NewDecoder(response.Body)
	if _, err := decoder.Token(); err != nil {
		t.Fatal(err)
	}

	var members []member

	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			t.Fatal(err)
		}

		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			t.Fatal(err)
		}

		members = append(members, member{name: name.(string), text: string(value)}) //nolint:forcetypeassert // A name is a text.
	}

	return members
}

// randomProperties returns values of some properties.
func randomProperties(random *rand.Rand) pat.Properties {
	texts := []string{"", "x", "Ops & <Dev>", "é\"\\ 'ü'", "2", "a,b", "System"}
	properties := pat.Properties{}

	for range 1 + random.IntN(4) {
		property := pat.AllProperties()[random.IntN(len(pat.AllProperties()))]

		switch {
		case property.IsFlag():
			properties[property] = []string{pat.FlagTrue, pat.FlagFalse}[random.IntN(2)]
		case property.IsAccess():
			properties[property] = []string{pat.AccessYes, pat.AccessNo, pat.AccessDefault}[random.IntN(3)]
		case property == pat.LoginMethod:
			properties[property] = []string{"Standard", "Single Sign-On", "Standard, Single Sign-On"}[random.IntN(3)]
		default:
			properties[property] = texts[random.IntN(len(texts))]
		}
	}

	return properties
}

// modifiedUser modifies a user with forty members repeatedly. Everything that was not requested to
// change stays the same, byte for byte.
func modifiedUser(t *testing.T, s *stage) {
	id, err := s.AddUser(employee())
	if err != nil {
		t.Fatal(err)
	}

	driver := s.admin(t)

	if len(rawRecord(t, s)) < 40 && s.switches().UserShape == controllerserver.UserShapeCurrent {
		t.Fatalf("the record has %d members", len(rawRecord(t, s)))
	}

	switch {
	case s.switches().PasswordLeftOut == controllerserver.PasswordLeftOutRefused:
		_, err := driver.ModifyUser(t.Context(), id, pat.Properties{pat.Title: "x"})
		verdict.Want(t, err, "validation", "Password is required.", "Nothing was changed", "without its password")

		return
	case s.switches().UnknownMembers == controllerserver.UnknownMembersRefused:
		_, err := driver.ModifyUser(t.Context(), id, pat.Properties{pat.Title: "x"})
		verdict.Want(t, err, "validation", `Unrecognized field`, "Nothing was changed")

		return
	case s.switches().PayloadTokens == controllerserver.PayloadTokensCleared:
		s.addToken(t, "alice", "deploy", nextYear)

		_, err := driver.ModifyUser(t.Context(), id, pat.Properties{pat.Title: "x"})
		verdict.Want(t, err, "side effect", `the token "deploy", created at`, "is no longer there")
	default:
		s.addToken(t, "alice", "deploy", nextYear)
	}

	tokens := s.LiveTokens("alice")
	random, edits := rand.New(rand.NewPCG(1, 2)), 2 //nolint:gosec // The same edits in each run.

	switch {
	case s.variant.Name == "defaults" && s.zone == usualZone:
		edits = 100
	case modifiesUsers(s.variant):
		edits = 20
	}

	managed := pat.Properties{}

	for range edits {
		before, properties := rawRecord(t, s), randomProperties(random)

		user, err := driver.ModifyUser(t.Context(), id, properties)
		if err != nil {
			t.Fatalf("%v: %v", properties, err)
		}

		maps.Copy(managed, properties)

		if missing := managed.Difference(user.Properties); len(missing) > 0 {
			t.Fatalf("%v does not have %v", user.Properties, missing)
		}

		changed := map[string]bool{}
		for property := range properties {
			changed[propertyMembers[property]] = true
		}

		after := rawRecord(t, s)
		for i, m := range before {
			if !changed[m.name] && m != after[i] {
				t.Fatalf("%v: %s changed from %s to %s", properties, m.name, m.text, after[i].text)
			}
		}
	}

	if have := s.LiveTokens("alice"); have != tokens {
		t.Errorf("%d tokens, want %d", have, tokens)
	}

	if have, err := driver.ModifiableUser(t.Context(), pat.UserRef{Username: "alice"}); err != nil || len(managed.Difference(have.Properties)) > 0 {
		t.Errorf("%v, %v; want %v", have.Properties, err, managed)
	}

	writes := len(s.journal(http.MethodPut, "/resources/user"))

	if _, err := driver.ModifyUser(t.Context(), id, managed); err != nil {
		t.Error(err)
	}

	if have := len(s.journal(http.MethodPut, "/resources/user")); have != writes || writes == 0 {
		t.Errorf("%d writes, want %d, because nothing differs", have, writes)
	}

	if kept := s.switches().PasswordLeftOut == controllerserver.PasswordLeftOutKept; kept {
		driver.restore(t, id)

		_, err := newDriver(t, s.base, func(o *Options) { o.Username, o.Password = "alice", password }).CurrentUser(t.Context())
		if err != nil {
			t.Errorf("the password does not work any more: %v", err)
		}
	}
}

// restore allows the user to log in again.
func (s *System) restore(t *testing.T, id string) {
	t.Helper()

	if _, err := s.ModifyUser(t.Context(), id, pat.Properties{
		pat.Active: pat.FlagTrue, pat.LockedOut: pat.FlagFalse, pat.PasswordNeedsReset: pat.FlagFalse,
		pat.WebServiceAccess: pat.AccessDefault, pat.LoginMethod: pat.LoginStandard,
	}); err != nil {
		t.Fatal(err)
	}
}

// limitedModification modifies the own record of a user without a role.
func limitedModification(t *testing.T, s *stage) {
	id := s.addUser(t, "clerk")
	driver := s.as(t, "clerk", password)

	if s.switches().PasswordLeftOut == controllerserver.PasswordLeftOutRefused {
		return // This switch affects all users in the same way.
	}

	_, err := driver.ModifyUser(t.Context(), id, pat.Properties{pat.Title: "Dr."})

	switch lost := s.bearer && s.switches().PayloadTokens == controllerserver.PayloadTokensCleared; {
	case lost: // The credentials of the driver no longer work.
		verdict.Want(t, err, "authentication", "the server accepted the request", "could not be read afterwards")

		return
	case s.switches().LimitedUpdate == controllerserver.LimitedUpdateRefused:
		verdict.Want(t, err, "permission", "may modify only its own names", "Nothing was changed")
	case !s.bearer && s.switches().PasswordLeftOut == controllerserver.PasswordLeftOutCleared:
		verdict.Want(t, err, "authentication", "the server accepted the request", "could not be read afterwards")

		return
	case err != nil:
		t.Error(err)
	}

	_, err = driver.ModifyUser(t.Context(), id, pat.Properties{pat.Department: "IT", pat.BrowserAccess: pat.AccessYes})
	if s.switches().LimitedUpdate == controllerserver.LimitedUpdateIgnored {
		verdict.Want(t, err, "side effect", `browserAccess is "-- System Default --", not "Yes"`)
	} else {
		verdict.Want(t, err, "permission", "ops_user_admin or ops_admin")
	}

	other := s.addUser(t, "alice")
	_, err = driver.ModifyUser(t.Context(), other, pat.Properties{pat.Title: "Dr."})
	verdict.Want(t, err, "permission")
}

func TestEachPropertyHasAMember(t *testing.T) {
	t.Parallel()

	members := map[string]bool{}

	for _, property := range pat.AllProperties() {
		members[propertyMembers[property]] = true
	}

	if members[""] || len(members) != len(propertyMembers) {
		t.Errorf("the members are %v", members)
	}
}

func TestARecordIsWrittenUnchanged(t *testing.T) {
	t.Parallel()

	const inJSON = "{ \"sysId\" : \"" + userID + "\",\n\t\"userName\":\"alice\", \"x\\u0041\" : {\"a\" : 1.0 ,\"b\":[ ]} , \"active\": true,\"userPassword\":\"abc123\"," +
		" \"tokens\": [], \"title\" : null, \"n\":1e2,\"lockedOut\":false }"

	const inXML = `<?xml version="1.0"?>` + "\n<!-- c --><user retainSysIds='true' excludeRelated=\"false\" a=\"&amp;>\">\n  <sysId>" + userID +
		"</sysId><userName>alice</userName>\n  <x  b='1'><y/> &#233; </x><active>true</active><userPassword>abc123</userPassword><tokens/>" +
		"<title />\n<lockedOut>false</lockedOut><z></z>\n</user>\n"

	for name, test := range map[string]struct{ contentType, body, want string }{
		"JSON": {
			asJSON, inJSON, `{"sysId":"` + userID + `","userName":"alice","x\u0041":{"a" : 1.0 ,"b":[ ]},"active":true,` +
				`"title":"A & <B>","n":1e2,"lockedOut":true,"email":"a@example.com","excludeRelated":true}`,
		},
		"XML": {
			asXML, inXML, `<?xml version="1.0"?>` + "\n<!-- c --><user excludeRelated=\"true\" retainSysIds='true' a=\"&amp;>\">\n  <sysId>" + userID +
				"</sysId><userName>alice</userName>\n  <x  b='1'><y/> &#233; </x><active>true</active>" +
				"<title>A &amp; &lt;B&gt;</title>\n<lockedOut>true</lockedOut><z></z>\n<email>a@example.com</email></user>\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			after := strings.NewReplacer("null", `"A & <B>"`, "<title />", "<title>A &amp; &lt;B&gt;</title>",
				"<lockedOut>false</lockedOut>", "<lockedOut>true</lockedOut><email>a@example.com</email>",
				`"lockedOut":false`, `"lockedOut":true, "email":"a@example.com"`).Replace(test.body)
			server := newScript(t, map[string][]canned{
				callUser: {{http.StatusOK, test.contentType, test.body}, {http.StatusOK, test.contentType, after}},
				callPut:  {sentence(http.StatusOK, "Successfully updated the user with sysId <"+userID+">.")},
			})

			user, err := newDriver(t, server.url).ModifyUser(t.Context(), userID, pat.Properties{
				pat.Title: "A & <B>", pat.LockedOut: pat.FlagTrue, pat.Active: pat.FlagTrue, pat.Email: "a@example.com",
			})
			if err != nil {
				t.Fatal(err)
			}

			if user.Properties[pat.Title] != "A & <B>" {
				t.Errorf("%v", user.Properties)
			}

			put := server.requests()[1]
			if diff := cmp.Diff(test.want, put.body); diff != "" {
				t.Error(diff)
			}

			if put.contentType != test.contentType || put.rawQuery != "" {
				t.Errorf("sent as %s with %q", put.contentType, put.rawQuery)
			}

			if want := []string{callUser, callPut, callUser}; !slices.Equal(server.calls(), want) {
				t.Errorf("sent %q, want %q", server.calls(), want)
			}
		})
	}
}

func TestOtherChangesAreAnError(t *testing.T) {
	t.Parallel()

	const before = `{"sysId":"` + userID + `","userName":"alice","active":true,"department":"IT","badge":{"n":1},"userPassword":"abc123","tokens":[` +
		`{"name":"deploy","createTime":"` + created + `","expiration":"20270101"}]}`

	for name, test := range map[string]struct {
		after string
		words []string
	}{
		"a text":                   {strings.Replace(before, `"IT"`, `null`, 1), []string{`department was "IT" and is ""`}},
		"an object":                {strings.Replace(before, `{"n":1}`, `{"n":1.0}`, 1), []string{`badge was "{\"n\":1}" and is "{\"n\":1.0}"`}},
		"a missing member":         {strings.Replace(before, `"badge":{"n":1},`, ``, 1), []string{`badge is no longer there (it was "{\"n\":1}")`}},
		"a new member":             {strings.Replace(before, `"badge"`, `"floor":2,"badge"`, 1), []string{`floor was not there and is "2"`}},
		"a password":               {strings.Replace(before, `abc123`, ``, 1), []string{`userPassword was a value that is not shown and is a value that is not shown`}},
		"a token":                  {strings.Replace(before, `deploy`, `other`, 1), []string{`the token "deploy", created at`, `the token "other", created at`}},
		"a renewed token":          {strings.Replace(before, created, "2026-11-21 17:30:01 +0530", 1), []string{`the token "deploy", created at`}},
		"the expiry of a token":    {strings.Replace(before, `20270101`, `20280101`, 1), []string{`is no longer there`}},
		"a value that was not set": {before, []string{`title is "", not "x"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			taken := test.after
			if name != "a value that was not set" {
				taken = strings.Replace(taken, `"active"`, `"title":"x","active"`, 1)
			}

			server := newScript(t, map[string][]canned{
				callUser: {document(before), document(taken)},
				callPut:  {sentence(http.StatusOK, "Successfully updated the user.")},
			})

			_, err := newDriver(t, server.url).ModifyUser(t.Context(), userID, pat.Properties{pat.Title: "x"})
			verdict.Want(t, err, "side effect", append(test.words, "Compare the user's record")...)

			if strings.Contains(err.Error(), "abc123") {
				t.Errorf("the error contains a password: %v", err)
			}
		})
	}

	// The same value in another spelling is not a change.
	server := newScript(t, map[string][]canned{
		callUser: {
			document(before), document(`{"tokens":[{"expiration":"20270101","createTime":"` + created + `","name":"deploy"}],"userPassword":"abc123",` +
				`"badge":{ "n" : 1 },"title":"x","department":"\u0049T","active":true,"userName":"alice","sysId":"` + userID + `"}`),
		},
		callPut: {sentence(http.StatusOK, "Successfully updated the user.")},
	})
	if _, err := newDriver(t, server.url).ModifyUser(t.Context(), userID, pat.Properties{pat.Title: "x"}); err != nil {
		t.Error(err)
	}
}

func TestALostResponseIsFollowedByARead(t *testing.T) {
	t.Parallel()

	before := document(aliceJSON)
	after := document(strings.Replace(aliceJSON, `"active"`, `"title":"x","active"`, 1))
	page := canned{http.StatusForbidden, asHTML, "<html>blocked</html>"}

	for name, test := range map[string]struct {
		put, then canned
		want      string
		words     []string
	}{
		"processed":                         {canned{status: http.StatusBadGateway}, after, "none", nil},
		"processed, then a page with a 4xx": {page, after, "none", nil},
		"processed, then a 500":             {sentence(http.StatusInternalServerError, "Unexpected request failure."), after, "none", nil},
		"not processed":                     {canned{status: http.StatusBadGateway}, before, "ambiguous", []string{"HTTP 502", "is unchanged", "Run Terraform again"}},
		"with another change":               {canned{status: http.StatusBadGateway}, document(strings.Replace(aliceJSON, "true", `false,"title":"x"`, 1)), "side effect", []string{"active was"}},
		"the read fails":                    {canned{status: http.StatusBadGateway}, sentence(http.StatusForbidden, "no"), "permission", []string{"HTTP 502", "could not be read afterwards", "HTTP 403"}},
		"confirmed, and the read fails":     {sentence(http.StatusOK, "Successfully updated."), sentence(http.StatusForbidden, "no"), "permission", []string{"the server accepted the request"}},
		"a page with a 200":                 {canned{http.StatusOK, asHTML, "<html>hello</html>"}, before, "side effect", []string{`title is "", not "x"`}},
		"refused":                           {sentence(http.StatusForbidden, "Operation prohibited due to security constraints."), before, "permission", []string{"ops_user_admin"}},
		"refused as invalid":                {sentence(http.StatusBadRequest, "No."), before, "validation", []string{"No.", "Nothing was changed"}},
		"a user who was deleted":            {sentence(http.StatusNotFound, gone404), sentence(http.StatusNotFound, gone404), "user gone", nil},
		"a user who exists":                 {sentence(http.StatusNotFound, gone404), before, "not found", []string{"The user itself is shown"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := newScript(t, map[string][]canned{callUser: {before, test.then}, callPut: {test.put}})

			driver := newDriver(t, server.url, func(o *Options) { o.Client.MaxRetries = 2 })

			_, err := driver.ModifyUser(t.Context(), userID, pat.Properties{pat.Title: "x"})
			verdict.Want(t, err, test.want, test.words...)

			puts := slices.DeleteFunc(server.calls(), func(call string) bool { return call != callPut })
			if len(puts) != 1 {
				t.Errorf("%d writes, want one", len(puts))
			}
		})
	}
}

func TestUsersThatCannotBeModified(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		id       string
		response canned
		want     string
		words    []string
	}{
		"another id":                  {noSuchID, document(aliceJSON), "protocol", []string{"the response is about user"}},
		"an invalid id":               {"alice", document(aliceJSON), "validation", []string{"32 hexadecimal digits"}},
		"no user":                     {userID, sentence(http.StatusNotFound, gone404), "user gone", nil},
		"a member twice":              {userID, document(strings.Replace(aliceJSON, "{", `{"Title":"a","title":"b",`, 1)), "protocol", []string{"a member twice"}},
		"an element twice":            {userID, canned{http.StatusOK, asXML, "<user><sysId>" + userID + "</sysId><userName>alice</userName><tokens/><badge/><badge/></user>"}, "protocol", []string{"a property twice"}},
		"a list instead of a text":    {userID, document(strings.Replace(aliceJSON, "{", `{"title":[],`, 1)), "protocol", []string{"not what Universal Controller documents"}},
		"no list of tokens":           {userID, document(strings.Replace(aliceJSON, `,"tokens":[]`, "", 1)), "protocol", []string{"has no list of tokens"}},
		"a word instead of a flag":    {userID, canned{http.StatusOK, asXML, "<user><sysId>" + userID + "</sysId><userName>alice</userName><active>x</active><tokens/></user>"}, "protocol", nil},
		"elements instead of a title": {userID, canned{http.StatusOK, asXML, "<user><sysId>" + userID + "</sysId><userName>alice</userName><title><a/></title><tokens/></user>"}, "protocol", []string{"it holds elements"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server := newScript(t, map[string][]canned{callUser: {test.response}})

			_, err := newDriver(t, server.url).ModifyUser(t.Context(), test.id, pat.Properties{pat.Title: "x"})
			verdict.Want(t, err, test.want, test.words...)

			if slices.Contains(server.calls(), callPut) {
				t.Error("a write was sent")
			}
		})
	}
}

func TestWritesToAUserDoNotOverlapAModification(t *testing.T) {
	t.Parallel()

	s := newStage(t, worlds()[0])
	id := s.addUser(t, "alice")
	driver := s.admin(t)
	properties := []pat.Properties{
		{pat.Title: "x"}, {pat.Department: "IT"}, {pat.LockedOut: pat.FlagTrue}, {pat.Email: "a@example.com"}, {pat.FirstName: "A"},
	}

	var all []func() error

	for i, one := range properties {
		name := string(rune('a' + i))
		s.addToken(t, "alice", "old-"+name, nextYear)

		all = append(all,
			func() error { _, err := driver.ModifyUser(t.Context(), id, one); return err },
			func() error { _, err := driver.Create(t.Context(), id, pat.NewToken{Name: name}); return err },
			func() error {
				return driver.Revoke(t.Context(), pat.Token{UserID: id, ID: "old-" + name, Name: "old-" + name})
			},
		)
	}

	results := make(chan error)
	for _, one := range all {
		go func() { results <- one() }()
	}

	for range all {
		if err := <-results; err != nil && verdict.Of(err) != "validation" { // The revocations do not know when the token was issued.
			t.Error(err)
		}
	}

	user, err := driver.ModifiableUser(t.Context(), pat.UserRef{ID: id})
	if err != nil {
		t.Fatal(err)
	}

	for _, one := range properties {
		if missing := one.Difference(user.Properties); len(missing) > 0 {
			t.Errorf("%v was lost", missing)
		}
	}
}
