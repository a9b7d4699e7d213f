package tokens

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// wire is the part of a driver that issuing needs: the package imports no real driver.
type wire struct {
	pat.System

	url string
}

func (w wire) Traits() pat.Traits { return pat.Traits{DisplayName: "Foreman", TokenIDs: true} }

func (w wire) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	body, _ := json.Marshal(map[string]any{"name": token.Name})

	var made struct {
		ID    int    `json:"id"`
		Value string `json:"token_value"`
	}

	status, err := w.send(ctx, http.MethodPost, userID+"/personal_access_tokens", body, &made)

	switch {
	case status >= 400 && status < 500:
		return pat.Issued{}, &pat.ValidationError{Failure: pat.Failure{Tried: "POST", Said: fmt.Sprint(status)}}
	case err != nil || status != http.StatusCreated:
		return pat.Issued{}, &pat.AmbiguousError{Failure: pat.Failure{Tried: "POST", Said: fmt.Sprint(status), Err: err}}
	}

	return pat.Issued{
		Token:  pat.Token{UserID: userID, ID: strconv.Itoa(made.ID), Name: token.Name, Status: pat.StatusActive},
		Secret: pat.Secret(made.Value),
	}, nil
}

func (w wire) Tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	var page struct {
		Results []struct {
			ID     int    `json:"id"`
			Name   string `json:"name"`
			Active bool   `json:"active?"`
		} `json:"results"`
	}

	status, err := w.send(ctx, http.MethodGet, userID+"/personal_access_tokens?order=id&per_page=all", nil, &page)
	if err != nil || status != http.StatusOK {
		return nil, &pat.TransientError{Failure: pat.Failure{Tried: "GET", Said: fmt.Sprint(status), Err: err}}
	}

	var found []pat.Token

	for _, row := range page.Results {
		if !query.Selects(pat.Token{Name: row.Name}) {
			continue
		}

		token := pat.Token{UserID: userID, ID: strconv.Itoa(row.ID), Name: row.Name, Status: pat.StatusRevoked}
		if row.Active {
			token.Status = pat.StatusActive
		}

		found = append(found, token)
	}

	return found, nil
}

func (w wire) Revoke(ctx context.Context, token pat.Token) error {
	var answer any

	status, err := w.send(ctx, http.MethodDelete, token.UserID+"/personal_access_tokens/"+token.ID, nil, &answer)
	if err != nil || status != http.StatusOK {
		return &pat.TransientError{Failure: pat.Failure{Tried: "DELETE", Said: fmt.Sprint(status), Err: err}}
	}

	return nil
}

func (w wire) send(ctx context.Context, method, path string, body []byte, out any) (int, error) {
	request, err := http.NewRequestWithContext(ctx, method, w.url+"/api/users/"+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}

	request.SetBasicAuth(foremanserver.AdminLogin, foremanserver.AdminPassword)
	request.Header.Set("Content-Type", "application/json")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()

	return response.StatusCode, json.NewDecoder(response.Body).Decode(out)
}

// newServer returns a listening Foreman, and the id of its user alice.
func newServer(t *testing.T) (*foremanserver.Server, wire, string) {
	t.Helper()

	server := foremanserver.New(foremanserver.Options{})

	id, err := server.AddUser(foremanserver.User{Login: "alice"})
	if err != nil {
		t.Fatal(err)
	}

	run, err := sandbox.Start(server, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = run.Close() })

	return server, wire{url: run.URL()}, strconv.Itoa(id)
}

func TestIssueOverHTTPLeavesNothingBehind(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		fault sandbox.Fault
		// refused is which request is refused, counted from 1.
		refused int
		posts   int
		fails   bool
	}{
		"no fault":                                        {fault: sandbox.Fault{Match: sandbox.Match{Nth: 100}}, posts: 1},
		"the response is lost":                            {fault: sandbox.Fault{Kind: sandbox.FaultDrop, AfterWork: true}, posts: 2},
		"the request is lost":                             {fault: sandbox.Fault{Kind: sandbox.FaultDrop}, posts: 2},
		"the response is cut":                             {fault: sandbox.Fault{Kind: sandbox.FaultTruncate}, posts: 2},
		"a gateway gives up after the work":               {fault: sandbox.Fault{Kind: sandbox.FaultAnswer, AfterWork: true, Status: 504}, posts: 2},
		"two responses are lost":                          {fault: sandbox.Fault{Match: sandbox.Match{Count: 2}, AfterWork: true}, posts: 3},
		"all responses are lost":                          {fault: sandbox.Fault{Match: sandbox.Match{Count: sandbox.Always}, AfterWork: true}, posts: 3, fails: true},
		"all requests are lost":                           {fault: sandbox.Fault{Match: sandbox.Match{Count: sandbox.Always}}, posts: 3, fails: true},
		"the request is refused":                          {fault: sandbox.Fault{Match: sandbox.Match{Nth: 100}}, refused: 1, posts: 1, fails: true},
		"a response is lost, the next request is refused": {fault: sandbox.Fault{Kind: sandbox.FaultDrop, AfterWork: true}, refused: 2, posts: 2, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			server, system, id := newServer(t)

			test.fault.Method = http.MethodPost
			server.AddFault(test.fault)

			if test.refused > 0 {
				server.AddFault(sandbox.Fault{
					Match: sandbox.Match{Method: http.MethodPost, Nth: test.refused}, Kind: sandbox.FaultAnswer, Status: 422, ContentType: "application/json",
				})
			}

			result, err := newIssuer(system).Issue(t.Context(), Order{UserID: id, NamePrefix: "ci-", Series: "abcdef"})
			if (err != nil) != test.fails {
				t.Fatal(err)
			}

			if got := server.Count(sandbox.Matching(http.MethodPost, "")); got != test.posts {
				t.Errorf("%d requests for a token, want %d", got, test.posts)
			}

			want := 1
			if test.fails {
				want = 0
			}

			if got := server.LiveTokens("alice"); got != want {
				t.Errorf("%d tokens are active, want %d", got, want)
			}

			if !test.fails && (!server.Authenticates("alice", result.Secret.Reveal()) || result.Generation != int64(test.posts)) {
				t.Errorf("%s of generation %d does not authenticate", result.Name, result.Generation)
			}
		})
	}
}

func TestAnotherProgramTakesTheNextGeneration(t *testing.T) {
	t.Parallel()

	server, system, id := newServer(t)

	// After the survey and before the request: the server refuses the name, and nothing is left.
	server.Before(sandbox.Match{Method: http.MethodPost, Path: regexp.MustCompile("tokens$")}, func(*http.Request) {
		if _, _, err := server.AddToken("alice", "ci-abcdef-1", time.Time{}); err != nil {
			t.Error(err)
		}
	})

	issuer := newIssuer(system)
	order := Order{UserID: id, NamePrefix: "ci-", Series: "abcdef"}

	_, err := issuer.Issue(t.Context(), order)
	wantType[*pat.ValidationError](t, err)

	result, err := issuer.Issue(t.Context(), order)
	if err != nil || result.Generation != 2 || len(result.Orphans) != 1 || result.Orphans[0].Token.Name != "ci-abcdef-1" {
		t.Errorf("%+v, %v", result, err)
	}

	if server.LiveTokens("alice") != 2 {
		t.Error("the other program's token was revoked")
	}
}

func TestAFixedNameOverHTTPIsSentOnce(t *testing.T) {
	t.Parallel()

	server, system, id := newServer(t)
	server.AddFault(sandbox.Fault{Match: sandbox.Match{Method: http.MethodPost}, AfterWork: true})

	issuer := newIssuer(system)
	_, err := issuer.Issue(t.Context(), Order{UserID: id, Name: "ci"})
	wantType[*pat.AmbiguousError](t, err)
	wantText(t, err, "was revoked", `Foreman does not allow the name "ci" to be reused`)

	_, err = issuer.Issue(t.Context(), Order{UserID: id, Name: "ci"})
	wantType[*TakenError](t, err)

	var states []string
	for _, token := range server.Tokens("alice") {
		states = append(states, token.Name+" "+token.Status())
	}

	if !slices.Equal(states, []string{"ci revoked"}) || server.Count(sandbox.Matching(http.MethodPost, "")) != 1 {
		t.Errorf("%v, %d requests", states, server.Count(sandbox.Matching(http.MethodPost, "")))
	}
}
