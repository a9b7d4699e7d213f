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

// newForeman starts a Foreman for the chapter on it.
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
	s.story.guardPrefix("a session", foremanserver.SessionPrefix)
	s.story.guard("the password of "+deployLogin+" on Foreman", password)
	s.story.note("Foreman   a sandbox in memory, %s; its account is %q", url, foremanserver.AdminLogin)

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
		use: func(token issued) request { // As its user's password.
			return request{
				method: http.MethodGet, url: url + "/api/status",
				account: deployLogin + " with " + token.Current.Name, login: deployLogin, password: token.Secret,
			}
		},
		revoked: "revoked", // Foreman keeps the row.
		steps: []step{
			{"What the sandbox is measured against: recordings of a real server, replayed.", []action{replay}},
			{"Apply: " + deployLogin + " gets a token for 90 days, and one that never expires.", create},
			{"The secrets are in the state, marked sensitive, and they log in.", logIn},
			{"A second plan is empty.", []action{planEmpty}},
			{"The data source lists what is alive on the server.", []action{list}},
			{"An administrator revokes a token behind Terraform's back; the plan says what it does.", revokePipeline},
			{"Apply heals: the next generation logs in, the revoked one does not.", healPipeline},
			{"A trigger is changed: a successor is issued, and the old token goes on for three seconds.", rotate},
			{"Three seconds later: the next apply revokes the predecessor, and nothing else.", retire},
			{"A token that was made by hand is imported; nothing about it changes.", adopt},
			{"Wrong organization: an error, and the state is kept.", []action{
				mistake("outside organization_id", nil, "-var", fmt.Sprintf("organization_id=%d", elsewhere)),
			}},
			{"Wrong URL, an HTML 404 for everything: an error, and the state is kept.", []action{
				mistake("HTTP 404: a web page", []variable{{"FOREMAN_SERVER_URL", url + "/foreman"}}),
			}},
			{"Wrong password: an error after one login, so that nobody is locked out.", []action{
				wrongPassword("Unable to authenticate user " + foremanserver.AdminLogin),
			}},
			{"Destroy revokes all of them.", destroy},
		},
	}, nil
}

// replay shows what the sandbox is measured against: it must answer as a real Foreman
// did when its exchanges were recorded.
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

	expect(t.story, fmt.Sprintf("%d of %d recorded exchanges of a real Foreman 3.13 answered alike",
		alike, foremanserver.RecordedExchanges), foremanserver.RecordedExchanges, alike)
}
