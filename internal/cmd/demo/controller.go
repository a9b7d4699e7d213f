package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// controllerLogin is the account that Terraform has on Universal Controller: the password
// of the built-in administrator is its login, which could not be kept out of what is
// printed.
const controllerLogin = "terraform"

// newController starts a Universal Controller for the chapter on it.
func newController(s *stage) (platform, error) {
	server := controllerserver.New(controllerserver.Options{})
	password, deployPassword := rand.Text(), rand.Text()

	for _, user := range []controllerserver.User{
		{UserName: controllerLogin, Password: password, Roles: controllerserver.RolesOf(controllerserver.RoleUserAdmin)},
		{UserName: deployLogin, Password: deployPassword, FirstName: "Deploy", LastName: "Service"},
	} {
		if _, err := server.AddUser(user); err != nil {
			return platform{}, fmt.Errorf("add a user: %w", err)
		}
	}

	base, err := s.serve(server)
	if err != nil {
		return platform{}, err
	}

	full := base + server.Context()
	s.story.guardPrefix("a token's secret on Universal Controller", controllerserver.SecretPrefix)
	s.story.guard("the password of "+deployLogin+" on Universal Controller", deployPassword)
	s.story.note("UC        Universal Controller, a sandbox in memory, %s; its account is %q", full, controllerLogin)

	byHand := func(method, query string, body any) request {
		return request{
			method: method, url: full + "/resources/user/token" + query, body: body,
			account: controllerLogin, login: controllerLogin, password: password,
		}
	}

	return platform{
		name: "universal-controller", title: "Tokens on Universal Controller", configuration: "universal-controller.tf",
		intro: "No recordings of a real one are at hand. The sandbox is measured against the samples in the\n" +
			"vendor's documentation instead: `go test ./internal/sandbox/controllerserver`.",
		url:      variable{"STONEBRANCH_BASE_URL", full},
		login:    variable{"STONEBRANCH_USERNAME", controllerLogin},
		password: variable{"STONEBRANCH_PASSWORD", password},
		console:  server.Console, live: server.LiveTokens,
		alive: func() (names []string) {
			for _, token := range server.Tokens(deployLogin) {
				if !token.Expired {
					names = append(names, token.Name)
				}
			}

			return names
		},
		issue: func(name string, expires time.Time) request {
			return byHand(http.MethodPost, "", map[string]any{
				"userName": deployLogin, "name": name, "expiration": expires.Format(time.DateOnly),
			})
		},
		issuedStatus: http.StatusOK,
		secretIn:     func(body []byte) (string, error) { return string(body), nil },
		revoke: func(token issued) request {
			query := url.Values{"username": {deployLogin}, "tokenname": {token.Current.Name}}

			return byHand(http.MethodDelete, "?"+query.Encode(), nil)
		},
		use: func(token issued) request { // Alone, without a login.
			return request{
				method: http.MethodGet, url: full + "/resources/user?username=" + deployLogin,
				account: "Bearer, " + token.Current.Name, password: token.Secret,
			}
		},
		revoked: "missing", // Universal Controller removes the row.
		steps: []step{
			{"Apply: " + deployLogin + " gets a token for 90 days, and one of a fixed name that never expires.", create},
			{"The secrets are in the state, marked sensitive, and each logs in as a Bearer.", logIn},
			{"A second plan is empty.", []action{planEmpty}},
			{"The data source lists what is alive on the server.", []action{list}},
			{"Another one lists all users, with their tokens.", []action{listUsers}},
			{"Somebody revokes a token behind Terraform's back; its row is gone, and the plan says what it does.", revokePipeline},
			{"Apply heals: the next generation logs in, the revoked one does not.", healPipeline},
			{"A trigger is changed: a successor is issued, and the old token goes on for three seconds.", rotate},
			{"Three seconds later: the next apply revokes the predecessor, and nothing else.", retire},
			{"The token of the fixed name is revoked as well.", []action{
				revokes(monitoring), plan(2, "something to do"), saysWhy,
			}},
			{"Apply issues it again under its name, which Universal Controller gave back.", []action{
				keep, reissue, sameName(monitoring),
				logsIn(monitoring), oldLogsIn(monitoring, http.StatusUnauthorized), planEmpty,
			}},
			{"A token that was made by hand is imported by its name; nothing about it changes.", adopt},
			{"Wrong context, an HTML 404 for everything: an error, and the state is kept.", []action{
				// Without what the server's web services are mounted at.
				mistake("HTTP 404: a web page", []variable{{"STONEBRANCH_BASE_URL", strings.TrimSuffix(full, server.Context())}}),
			}},
			{"Wrong password: an error after one login, so that nobody is locked out.", []action{
				wrongPassword("Check the username and the password"),
			}},
			{"Destroy revokes all of them.", destroy},
		},
	}, nil
}

// listUsers compares what the data source of users lists with the users of the sandbox.
func listUsers(ctx context.Context, t *tour) {
	var users []struct {
		Username string `json:"username"`
		Active   bool   `json:"active"`
		Tokens   int    `json:"tokens"`
	}

	t.output(ctx, &users, "users")

	have := map[string]int{}

	for _, user := range users {
		t.story.quote(fmt.Sprintf("%-24s active %t, tokens %d", user.Username, user.Active, user.Tokens))
		have[user.Username] = user.Tokens
	}

	expect(t.story, "these are all three users", 3, len(users))
	expect(t.story, deployLogin+" has the two tokens", 2, have[deployLogin])
	expect(t.story, controllerserver.AdminUserName+" and "+controllerLogin+" have none", 0,
		have[controllerserver.AdminUserName]+have[controllerLogin])
}

// sameName expects a token to have the name that it had, and names the old one otherwise.
func sameName(name string) action {
	return func(_ context.Context, t *tour) {
		expect(t.story, "it is called "+name+" again", name, t.tokens[name].Current.Name)

		old := t.old[name]
		old.Current.Name = "the old " + name
		t.old[name] = old
	}
}
