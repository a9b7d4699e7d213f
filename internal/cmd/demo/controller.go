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

// controllerLogin is Terraform's account on Universal Controller. The demo cannot use the built-in
// administrator, whose password equals its login: masking it would mask the login as well.
const controllerLogin = "terraform"

// newController starts a Universal Controller and returns its chapter.
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
	s.story.note("UC        a sandbox of Universal Controller in memory at %s; Terraform logs in as %q", full, controllerLogin)

	byHand := func(method, query string, body any) request {
		return request{
			method: method, url: full + "/resources/user/token" + query, body: body,
			account: controllerLogin, login: controllerLogin, password: password,
		}
	}

	return platform{
		name: "universal-controller", title: "Tokens on Universal Controller", configuration: "universal-controller.tf",
		intro: "There are no recordings of a real Universal Controller. Tests check the sandbox against the samples in the\n" +
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
		use: func(token issued) request { // A bearer token needs no login.
			return request{
				method: http.MethodGet, url: full + "/resources/user?username=" + deployLogin,
				account: "bearer token " + token.Current.Name, password: token.Secret,
			}
		},
		revoked: "missing", // Universal Controller deletes the row.
		steps: []step{
			{"Apply issues two tokens for " + deployLogin + ": one for 90 days, and one with a fixed name that never expires.", create},
			{"The state contains both secrets, marked as sensitive. Each secret works as a bearer token.", logIn},
			{"A second plan has no changes.", []action{planEmpty}},
			{"The data source lists the active tokens on the server.", []action{list}},
			{"Another data source lists all users with their tokens.", []action{listUsers}},
			{"An administrator revokes a token without Terraform; the server deletes it. The plan says why it is reissued.", revokePipeline},
			{"Apply issues the next generation. It logs in; the revoked token does not.", healPipeline},
			{"A trigger changes: apply issues a successor, and the old token stays valid for three seconds.", rotate},
			{"Three seconds later, the next apply revokes the predecessor and changes nothing else.", retire},
			{"An administrator revokes the token with the fixed name as well.", []action{
				revokes(monitoring), plan(2, "changes are planned"), saysWhy,
			}},
			{"Apply reissues it with the same name, which Universal Controller allows.", []action{
				keep, reissue, sameName(monitoring),
				logsIn(monitoring), oldLogsIn(monitoring, http.StatusUnauthorized), planEmpty,
			}},
			{"A token that was issued by hand is imported by its name. The import does not change it.", adopt},
			{"A wrong context path, where every response is an HTML 404, is an error. The state does not change.", []action{
				// The URL without the context path, below which the server has its web services.
				mistake("HTTP 404: a web page", []variable{{"STONEBRANCH_BASE_URL", strings.TrimSuffix(full, server.Context())}}),
			}},
			{"A wrong password is an error after a single login attempt, so that the account is not locked.", []action{
				wrongPassword("Check the username and the password"),
			}},
			{"Destroy revokes all tokens.", destroy},
		},
	}, nil
}

// listUsers compares the users in the data source with those of the sandbox.
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

	expect(t.story, "the list contains all three users", 3, len(users))
	expect(t.story, deployLogin+" has two tokens", 2, have[deployLogin])
	expect(t.story, controllerserver.AdminUserName+" and "+controllerLogin+" have no tokens", 0,
		have[controllerserver.AdminUserName]+have[controllerLogin])
}

// sameName expects a token to have its name again, and names the old one differently in what is
// printed.
func sameName(name string) action {
	return func(_ context.Context, t *tour) {
		expect(t.story, "its name is "+name+" again", name, t.tokens[name].Current.Name)

		old := t.old[name]
		old.Current.Name = "the old " + name
		t.old[name] = old
	}
}
