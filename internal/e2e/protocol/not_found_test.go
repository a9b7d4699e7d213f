package protocol

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// TestImport_failures tests that an import fails with a reason if the token does not exist or would be
// reissued immediately.
func TestImport_failures(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-noimport"})
	other := s.AddUser(t, providertest.User{Login: "svc-noimport2"})

	issued, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "revoked " + providertest.Unique()})
	providertest.Must(t, err)
	providertest.Must(t, s.System.Revoke(t.Context(), issued.Token))

	for id, want := range map[string]string{
		"42":                       "does not name a token. Write <username or user id>/<token id or name>",
		"/42":                      "does not name a token",
		user.ID + "/":              "does not name a token",
		user.ID + "/name=":         "does not name a token",
		user.ID + "/" + issued.ID:  "Only an active token can be imported",
		user.ID + "/99999999":      "not found by id '99999999'",
		other.ID + "/" + issued.ID: "not found by id",
		user.ID + "/no such name":  "no token named \"no such name\"",
		"nobody-at-all/1":          "no user has the login \"nobody-at-all\"",
		"99999999/1":               "user not found by id '99999999-~'",
	} {
		response, err := s.Admin(t).ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: providertest.TokenType, ID: id})
		providertest.Must(t, err)

		if said := providertest.Texts(response.Diagnostics, tfprotov6.DiagnosticSeverityError); len(said) != 1 || !strings.Contains(said[0], want) {
			t.Errorf("%s: the error is %q, want %q", id, said, want)
		}
	}
}

// TestPlan_missingUsers tests that a plan for a user who does not exist quotes the server and
// says whether this is proof.
func TestPlan_missingUsers(t *testing.T) {
	t.Parallel()

	foreman, controller := providertest.NewForeman(t), providertest.NewUniversalController(t)
	viewer := foreman.AddUser(t, providertest.User{Login: "viewer", Permissions: []string{"view_users", "view_personal_access_tokens"}})

	for name, test := range map[string]struct {
		on   *providertest.Target
		as   providertest.Account
		set  map[string]any
		want string
	}{
		"a login":                 {on: foreman, set: set("username", "nobody-at-all"), want: `no user has the login "nobody-at-all"`},
		"an id":                   {on: foreman, set: set("user_id", "99999999"), want: "user not found by id '99999999-~'"},
		"a login, as a viewer":    {on: foreman, as: viewer, set: set("username", "nobody-at-all"), want: "It may still exist, hidden from this account"},
		"two users":               {on: foreman, set: set("username", foreman.Login, "user_id", viewer.ID), want: "the user with id " + viewer.ID + " is " + viewer.Login},
		"on Universal Controller": {on: controller, set: set("username", "nobody"), want: `A user with name "nobody" does not exist.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			as := test.as
			if as.Login == "" {
				as = providertest.Account{Login: test.on.Login, Password: test.on.Password}
			}

			plan := providertest.NewTokenState(t).Plan(t, test.on.Serve(t, test.on.Settings(as.Login, as.Password)), having(test.set, set("name_prefix", "x-", "expires_in", "30d")))
			if text := strings.Join(append(plan.Errors, plan.Warnings...), "\n"); !strings.Contains(text, test.want) {
				t.Errorf("the diagnostics are %q, want %q", text, test.want)
			}
		})
	}
}

// TestDataSources_failures tests that a list that is empty only because the account lacks a permission
// is an error: it must not look as if there were no tokens.
func TestDataSources_failures(t *testing.T) {
	t.Parallel()

	s := providertest.NewForeman(t)
	user := s.AddUser(t, providertest.User{Login: "svc-unseen"})
	blind := s.AddUser(t, providertest.User{Login: "blind", Permissions: []string{"view_personal_access_tokens"}})
	powerless := s.AddUser(t, providertest.User{Login: "nobody"})
	admin := providertest.Account{Login: s.Login, Password: s.Password}

	_, err := s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "unseen"})
	providertest.Must(t, err)

	for name, test := range map[string]struct {
		caller providertest.Account
		source string
		set    map[string]any
		err    string
	}{
		"a list without view_users":                  {blind, "personal_access_tokens", set("user_id", user.ID), "Missing one of the required permissions: view_users"},
		"a list without view_personal_access_tokens": {powerless, "personal_access_tokens", set("user_id", user.ID), "Missing one of the required permissions: view_personal_access_tokens"},
		"users without view_users":                   {powerless, "users", set(), "Missing one of the required permissions: view_users"},
		"a token that does not exist":                {admin, "personal_access_token", set("user_id", user.ID, "token_id", "99999999"), "personal_access_token not found by id '99999999'"},
		"a name that does not exist":                 {admin, "personal_access_token", set("user_id", user.ID, "name", "Unseen"), "no token named \"Unseen\"; names are matched exactly"},
		"a search that Foreman rejects":              {admin, "users", set("foreman", set("search", "email = x")), "Field 'email' not recognized for searching!"},
		"a user who does not exist":                  {admin, "user", set("username", "nobody-at-all"), "no user has the login \"nobody-at-all\""},
		"two users":                                  {admin, "user", set("username", s.Login, "user_id", user.ID), "or both of the same user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			said := providertest.ReadData(t, s.Serve(t, s.Settings(test.caller.Login, test.caller.Password)), "opsaccess_"+test.source, test.set)
			if len(said) != 1 || !strings.Contains(said[0], test.err) {
				t.Errorf("the errors are %q, want %q", said, test.err)
			}
		})
	}
}
