package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// newForeman starts a Foreman and returns its chapter.
func newForeman(s *stage) (platform, error) {
	server := foremanserver.New(foremanserver.Options{})
	elsewhere := server.AddOrganization("Elsewhere")
	password := rand.Text()

	user, err := server.AddUser(foremanserver.User{
		Login: deployLogin, Password: password, Firstname: "Deploy", Lastname: "Service",
		OrganizationIDs: []int{foremanserver.DefaultOrganizationID},
		LocationIDs:     []int{foremanserver.DefaultLocationID},
	})
	if err != nil {
		return platform{}, fmt.Errorf("add the user: %w", err)
	}

	url, err := s.serve(server)
	if err != nil {
		return platform{}, err
	}

	s.story.guardPrefix("a token's secret on Foreman", foremanserver.SecretPrefix)
	s.story.guardPrefix("a token's hash", foremanserver.HashPrefix)
	s.story.guardPrefix("a session cookie", foremanserver.SessionPrefix)
	s.story.guard("the password of "+deployLogin+" on Foreman", password)
	s.story.note("Foreman   a sandbox of Foreman in memory at %s; Terraform logs in as %q", url, foremanserver.AdminLogin)

	byHand := func(method, path string, body any) request {
		return request{
			method: method, url: fmt.Sprintf("%s/api/users/%d/personal_access_tokens%s", url, user, path), body: body,
			account: foremanserver.AdminLogin, login: foremanserver.AdminLogin, password: foremanserver.AdminPassword,
		}
	}

	return platform{
		name: "foreman", title: "Tokens on Foreman", configuration: "foreman.tf",
		url:      variable{"FOREMAN_SERVER_URL", url},
		login:    variable{"FOREMAN_USERNAME", foremanserver.AdminLogin},
		password: variable{"FOREMAN_PASSWORD", foremanserver.AdminPassword},
		console:  server.Console, live: server.LiveTokens,
		alive: func() (names []string) {
			for _, token := range server.Tokens(deployLogin) {
				if token.Active {
					names = append(names, token.Name)
				}
			}

			return names
		},
		issue: func(name string, expires time.Time) request {
			return byHand(http.MethodPost, "", map[string]any{"name": name, "expires_at": expires.Format(time.RFC3339)})
		},
		issuedStatus: http.StatusCreated,
		secretIn: func(body []byte) (string, error) {
			var created struct {
				Secret string `json:"token_value"`
			}

			return created.Secret, json.Unmarshal(body, &created)
		},
		revoke: func(token issued) request { return byHand(http.MethodDelete, "/"+token.Current.ID, nil) },
		use: func(token issued) request { // The secret is used as the user's password.
			return request{
				method: http.MethodGet, url: url + "/api/status",
				account: deployLogin + " with token " + token.Current.Name, login: deployLogin, password: token.Secret,
			}
		},
		revoked: "revoked", // Foreman keeps the row.
		steps: []step{
			{"The sandbox responds like a real Foreman: this step replays requests recorded from one.", []action{replay}},
			{"Apply issues two tokens for " + deployLogin + ": one for 90 days, and one that never expires.", create},
			{"The state contains both secrets, marked as sensitive. Each secret logs in.", logIn},
			{"A second plan has no changes.", []action{planEmpty}},
			{"The data source lists the active tokens on the server.", []action{list}},
			{"An administrator revokes a token without Terraform. The plan says why it is reissued.", revokePipeline},
			{"Apply issues the next generation. It logs in; the revoked token does not.", healPipeline},
			{"A trigger changes: apply issues a successor, and the old token stays valid for three seconds.", rotate},
			{"Three seconds later, the next apply revokes the predecessor and changes nothing else.", retire},
			{"A token that was issued by hand is imported. The import does not change it.", adopt},
			{"A wrong organization is an error. The state does not change.", []action{
				mistake("outside organization_id", nil, "-var", fmt.Sprintf("organization_id=%d", elsewhere)),
			}},
			{"A wrong URL, where every response is an HTML 404, is an error. The state does not change.", []action{
				mistake("HTTP 404: a web page", []variable{{"FOREMAN_SERVER_URL", url + "/foreman"}}),
			}},
			{"A wrong password is an error after a single login attempt, so that the account is not locked.", []action{
				wrongPassword("Unable to authenticate user " + foremanserver.AdminLogin),
			}},
			{"Destroy revokes all tokens.", destroy},
		},
	}, nil
}

// replay replays the recordings of a real Foreman against the sandbox, whose responses must match.
func replay(ctx context.Context, t *tour) {
	recordings, err := foremanserver.Recordings()
	if err != nil {
		t.story.fail(err)
	}

	var alike int

	for _, recording := range recordings {
		results, err := recording.Replay(ctx)
		if err != nil {
			t.story.fail(err)
		}

		for _, result := range results {
			if result.Difference != "" {
				t.story.fail(fmt.Errorf("replay %s: %s: %s", result.Scenario, result.Label, result.Difference))
			}
		}

		alike += len(results)
	}

	expect(t.story, fmt.Sprintf("%d of %d recorded exchanges with a real Foreman 3.13 get the same response",
		alike, foremanserver.RecordedExchanges), foremanserver.RecordedExchanges, alike)
}
