package foreman

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// The calls that may return a GoneError.
func askToken(ctx context.Context, s *System, key pat.Key) error {
	_, err := s.Token(ctx, key)

	return err
}

func askTokens(ctx context.Context, s *System, key pat.Key) error {
	_, err := s.Tokens(ctx, key.UserID, pat.TokenQuery{})

	return err
}

func askUser(ctx context.Context, s *System, key pat.Key) error {
	_, err := s.User(ctx, pat.UserRef{ID: key.UserID})

	return err
}

func askLogin(ctx context.Context, s *System, _ pat.Key) error {
	_, err := s.User(ctx, pat.UserRef{Username: "alice"})

	return err
}

func revoke(ctx context.Context, s *System, key pat.Key) error {
	return s.Revoke(ctx, pat.Token{UserID: key.UserID, ID: key.TokenID})
}

// TestAbsence asks for the token "ci" of user alice. The account is the administrator unless another
// login is named.
func TestAbsence(t *testing.T) {
	t.Parallel()

	deleteRow := func(s *stage, token int) { s.DeleteToken("alice", token) }
	deleteUser := func(s *stage, _ int) { s.DeleteUser("alice") }
	nothing := func(*stage, int) {}
	namesake := func(s *stage, _ int) {
		_, err := s.AddUser(foremanserver.User{Login: strconv.Itoa(s.UserID("alice"))})
		if err != nil {
			t.Error(err)
		}
	}
	titles := func(s *stage, _ int) { s.AddOrganization("1"); s.AddLocation("2") }
	fault := func(fault sandbox.Fault) func(*stage, int) {
		fault.Method, fault.Count = http.MethodGet, sandbox.Always

		return func(s *stage, _ int) { s.AddFault(fault) }
	}
	onUsers := regexp.MustCompile("/users$")
	gateway := func(s *stage, _ int) {
		s.AddFault(sandbox.Fault{
			Match: sandbox.Match{Path: regexp.MustCompile(`/personal_access_tokens/\d+$`), Count: sandbox.Always},
			Kind:  sandbox.FaultAnswer, Status: 404, ContentType: asJSON, Body: `{"error":{"message":"no such route"}}`,
		})
	}
	onSelf := regexp.MustCompile("/current_user$")

	for name, test := range map[string]struct {
		login   string
		change  func(*Options)
		prepare func(*stage, int)
		ask     func(context.Context, *System, pat.Key) error
		want    string
		words   []string
	}{
		// Proofs.
		"a row that is deleted, in a scope":               {change: within(1, 2), prepare: deleteRow, ask: askToken, want: "gone"},
		"a row that is deleted, in the wrong scope":       {change: within(3, 0), prepare: deleteRow, ask: askToken, want: "gone"},
		"a user who is deleted, in a scope":               {change: within(1, 2), prepare: deleteUser, ask: askUser, want: "user gone"},
		"a user who is deleted, by login, in a scope":     {change: within(1, 2), prepare: deleteUser, ask: askLogin, want: "user gone"},
		"the revocation of a deleted row in wrong scopes": {change: within(3, 4), prepare: deleteRow, ask: revoke, want: "none"},

		// An id that is also a login or a title.
		"a live token, and a login of digits":             {prepare: namesake, ask: askToken, want: "none"},
		"live tokens, and a login of digits":              {prepare: namesake, ask: askTokens, want: "none"},
		"a user, and a login of digits":                   {prepare: namesake, ask: askUser, want: "none"},
		"a revocation, and a login of digits":             {prepare: namesake, ask: revoke, want: "none"},
		"a live token, and a login of digits, to a clerk": {login: "clerk", prepare: namesake, ask: askToken, want: "none"},
		"a live token, and a title of digits":             {change: within(1, 2), prepare: titles, ask: askToken, want: "none"},
		"a user, and a title of digits":                   {change: within(1, 2), prepare: titles, ask: askUser, want: "none"},
		"a deleted row, and a login of digits": {
			prepare: func(s *stage, token int) { namesake(s, token); deleteRow(s, token) }, ask: askToken, want: "gone",
		},

		// A missing permission.
		"a deleted row, without view_users":                   {login: "peek", prepare: deleteRow, ask: askToken, want: "permission", words: []string{"may still exist, hidden"}},
		"a live token, without view_users":                    {login: "peek", prepare: nothing, ask: askToken, want: "permission", words: []string{"view_users"}},
		"a deleted row, with all permissions":                 {login: "clerk", prepare: deleteRow, ask: askToken, want: "permission", words: []string{"may still exist, hidden"}},
		"a live token, without any permission":                {login: "none", prepare: nothing, ask: askToken, want: "permission", words: []string{"view_personal_access_tokens"}},
		"an empty list, without view_users":                   {login: "peek", prepare: nothing, ask: askTokens, want: "permission", words: []string{"view_users"}},
		"a deleted user, with all permissions":                {login: "clerk", prepare: deleteUser, ask: askToken, want: "permission", words: []string{"may still exist, hidden"}},
		"a deleted user's tokens, all permissions":            {login: "clerk", prepare: deleteUser, ask: askTokens, want: "permission", words: []string{"may still exist, hidden"}},
		"a deleted user, read with all permissions":           {login: "clerk", prepare: deleteUser, ask: askUser, want: "permission", words: []string{"may still exist, hidden"}},
		"a deleted login, all permissions":                    {login: "clerk", prepare: deleteUser, ask: askLogin, want: "permission", words: []string{"may still exist, hidden"}},
		"a login outside, all permissions":                    {login: "outsider", prepare: nothing, ask: askLogin, want: "permission", words: []string{"may still exist, hidden"}},
		"the revocation of a deleted row by a clerk":          {login: "clerk", prepare: deleteRow, ask: revoke, want: "permission", words: []string{"may still exist, hidden"}},
		"the revocation of a deleted user's token by a clerk": {login: "clerk", prepare: deleteUser, ask: revoke, want: "permission", words: []string{"may still exist, hidden"}},
		"the revocation of a token that is hidden":            {login: "peek", prepare: nothing, ask: revoke, want: "permission", words: []string{"revoke_personal_access_tokens"}},

		// The wrong organization or location.
		"a token outside the organization":        {change: within(3, 0), prepare: nothing, ask: askToken, want: "permission", words: []string{"outside organization_id 3:"}},
		"a token outside the location":            {change: within(0, 4), prepare: nothing, ask: askToken, want: "permission", words: []string{"outside location_id 4:"}},
		"a token outside both":                    {change: within(3, 4), prepare: nothing, ask: askToken, want: "permission", words: []string{"outside organization_id 3 and location_id 4:"}},
		"tokens outside":                          {change: within(3, 0), prepare: nothing, ask: askTokens, want: "permission", words: []string{"organization_id 3"}},
		"a user outside":                          {change: within(3, 0), prepare: nothing, ask: askUser, want: "permission", words: []string{"organization_id 3"}},
		"a login outside":                         {change: within(3, 0), prepare: nothing, ask: askLogin, want: "permission", words: []string{"organization_id 3"}},
		"the revocation of a token outside":       {change: within(3, 0), prepare: nothing, ask: revoke, want: "permission", words: []string{"organization_id 3"}},
		"an unknown organization":                 {change: within(999, 0), prepare: nothing, ask: askToken, want: "validation", words: []string{"Organization with id 999-~ not found", "organization_id"}},
		"an unknown location":                     {change: within(0, 999), prepare: nothing, ask: askTokens, want: "validation", words: []string{"Location with id 999-~ not found"}},
		"a user in an unknown organization":       {change: within(999, 0), prepare: nothing, ask: askUser, want: "validation"},
		"a revocation in an unknown organization": {change: within(999, 0), prepare: nothing, ask: revoke, want: "validation", words: []string{"Organization with id 999-~"}},
		"an unknown organization, without permission": {
			login: "none", change: within(999, 0), prepare: nothing, ask: askToken, want: "protocol", words: []string{"Internal Server Error"},
		},

		// The response is not from Foreman.
		"a wrong base path": {
			change: func(o *Options) { o.Client.BaseURL += "/elsewhere" }, prepare: nothing, ask: askToken, want: "protocol", words: []string{"web page", "url"},
		},
		"a revocation below a wrong base path": {
			change: func(o *Options) { o.Client.BaseURL += "/elsewhere" }, prepare: nothing, ask: revoke, want: "protocol", words: []string{"web page"},
		},
		"a wrong password": {change: func(o *Options) { o.Password = "wrong" }, prepare: nothing, ask: askToken, want: "authentication"},
		"a redirect":       {prepare: fault(sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "https://sso.example.com/login"}), ask: askToken, want: "protocol", words: []string{"sso.example.com"}},
		"a database that is down": {
			prepare: fault(sandbox.Fault{Kind: sandbox.FaultAnswer, Status: 500, ContentType: asJSON, Body: `{"error":{"message":"reset has failed"}}`}),
			ask:     askToken, want: "protocol", words: []string{"reset has failed"},
		},
		"pending migrations": {
			prepare: fault(sandbox.Fault{Kind: sandbox.FaultAnswer, Status: 503, ContentType: asJSON, Body: `{"message":"ERF64-6496"}`}),
			ask:     askToken, want: "transient", words: []string{"ERF64-6496"},
		},
		"a proxy without a back end": {
			prepare: fault(sandbox.Fault{Kind: sandbox.FaultAnswer, Status: 404, Body: "404 page not found\n"}), ask: askToken, want: "protocol",
		},
		"only one such response": {
			prepare: func(s *stage, _ int) {
				s.AddFault(sandbox.Fault{Kind: sandbox.FaultAnswer, Status: 404, Body: "404 page not found\n"})
			},
			ask: askToken, want: "protocol",
		},

		"a gateway with Foreman's message":            {prepare: gateway, ask: askToken, want: "protocol", words: []string{"lists token 1"}},
		"a gateway with Foreman's message, own token": {login: "alice", prepare: gateway, ask: askToken, want: "protocol", words: []string{"lists token 1"}},
		"a revocation that such a gateway blocks":     {prepare: gateway, ask: revoke, want: "protocol", words: []string{"lists token 1"}},

		// The proof itself fails.
		"the current user is not known": {
			prepare: func(s *stage, token int) {
				deleteRow(s, token)
				fault(sandbox.Fault{Match: sandbox.Match{Path: onSelf}, Kind: sandbox.FaultAnswer, Status: 500})(s, token)
			},
			ask: askToken, want: "protocol", words: []string{"not found by id", "could not determine which user this account is"},
		},
		"the list of users fails": {
			prepare: func(s *stage, token int) {
				deleteRow(s, token)
				fault(sandbox.Fault{Match: sandbox.Match{Path: onUsers}, Kind: sandbox.FaultAnswer, Status: 503})(s, token)
			},
			ask: askToken, want: "transient",
		},
		"the list of users is empty": {
			prepare: func(s *stage, token int) {
				deleteUser(s, token)
				fault(sandbox.Fault{
					Match: sandbox.Match{Path: onUsers}, Kind: sandbox.FaultAnswer, Status: 200, ContentType: asJSON,
					Body: `{"total":0,"subtotal":0,"results":[]}`,
				})(s, token)
			},
			ask: askToken, want: "protocol", words: []string{"the account itself"},
		},
		"the list of users contains other users": {
			prepare: func(s *stage, token int) {
				deleteUser(s, token)
				fault(sandbox.Fault{
					Match: sandbox.Match{Path: onUsers}, Kind: sandbox.FaultAnswer, Status: 200, ContentType: asJSON,
					Body: `{"total":9,"subtotal":9,"results":[` + userJSON(4, "admin", true) + "," + userJSON(9, "eve", false) + `]}`,
				})(s, token)
			},
			ask: askToken, want: "protocol", words: []string{"that the search does not match"},
		},
		"the list of users is not a list": {
			prepare: func(s *stage, token int) {
				deleteUser(s, token)
				fault(sandbox.Fault{
					Match: sandbox.Match{Path: onUsers}, Kind: sandbox.FaultAnswer, Status: 200, ContentType: asJSON, Body: `{}`,
				})(s, token)
			},
			ask: askUser, want: "protocol",
		},
		"the revocation of a deleted user's token, without a list": {
			prepare: func(s *stage, token int) {
				deleteUser(s, token)
				fault(sandbox.Fault{Match: sandbox.Match{Path: onUsers}, Kind: sandbox.FaultAnswer, Status: 500})(s, token)
			},
			ask: revoke, want: "protocol",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{})
			stage.AddOrganization("Other") // 3
			stage.AddLocation("Other")     // 4
			stage.addUser(t, "alice")
			stage.addUser(t, "none")
			stage.addUser(t, "peek", viewTokens...)
			stage.addUser(t, "clerk", everything...)
			stage.add(t, foremanserver.User{Login: "outsider", Permissions: everything, OrganizationIDs: []int{3}, LocationIDs: []int{4}})

			token := stage.addToken(t, "ci")
			id, _ := strconv.Atoi(token.ID)
			test.prepare(stage, id)

			changes := []func(*Options){func(o *Options) {
				if test.login != "" {
					o.Username, o.Password = test.login, password
				}
			}}
			if test.change != nil {
				changes = append(changes, test.change)
			}

			err := test.ask(t.Context(), stage.admin(t, changes...), token.Key())
			verdict.Want(t, err, test.want, test.words...)
		})
	}
}

func TestATokenMissingFromAClerksListIsNoError(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	stage.addUser(t, "clerk", viewAll...)

	tokens, err := stage.as(t, "clerk").Tokens(t.Context(), user, pat.TokenQuery{Name: pat.Some("ci")})
	if err != nil || tokens == nil || len(tokens) != 0 {
		t.Errorf("%v, %v", tokens, err)
	}
}

func TestAResponseAboutAnotherObjectIsRefused(t *testing.T) {
	t.Parallel()

	server := newScript(t, map[string]canned{
		"GET /api/users/5-~/personal_access_tokens/1": {status: 200, body: tokenJSON(2, "ci")},
		"GET /api/users/5-~/personal_access_tokens/3": {status: 200, body: `{"id":3,"user_id":5,"name":"ci","active":true}`},
		"GET /api/users/5-~":                          {status: 200, body: userJSON(6, "bob", false)},
		"GET /api/current_user":                       {status: 200, body: `{}`},
	})
	driver := newDriver(t, server.url)

	_, err := driver.Token(t.Context(), pat.Key{UserID: "5", TokenID: "1"})
	verdict.Want(t, err, "protocol", "token 2 of user 5")

	_, err = driver.Token(t.Context(), pat.Key{UserID: "5", TokenID: "3"})
	verdict.Want(t, err, "protocol", "without an id or a state")

	_, err = driver.User(t.Context(), pat.UserRef{ID: "5"})
	verdict.Want(t, err, "protocol", "user 6")

	_, err = driver.CurrentUser(t.Context())
	verdict.Want(t, err, "protocol", "no user")
}
