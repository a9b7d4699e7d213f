package protocol

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// tokensPath matches the path of the list of a user's tokens on Foreman.
var tokensPath = regexp.MustCompile(`/personal_access_tokens$`)

// TestTokenList_limit tests that the limit applies to the results and also restricts the requests.
func TestTokenList_limit(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		limit    int64
		status   string
		want     []string
		requests int
	}{
		"less than a page":                    {limit: 1, want: []string{"t1"}, requests: 1},
		"a page, but not the next":            {limit: 2, want: []string{"t1", "t2"}, requests: 1},
		"more than a page":                    {limit: 3, want: []string{"t1", "t2", "t3"}, requests: 2},
		"more than exist":                     {limit: 100, want: []string{"t1", "t2", "t3", "t4", "t5"}, requests: 4},
		"none":                                {want: []string{"t1", "t2", "t3", "t4", "t5"}, requests: 4},
		"after tokens that a filter excludes": {limit: 1, status: "revoked", want: []string{"gone-1"}, requests: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s, server := providertest.NewForemanServer(t, foremanserver.Options{})
			user := s.AddUser(t, providertest.User{Login: "svc-pages"})

			for i := range 5 {
				providertest.AddToken(t, server, user.Login, fmt.Sprintf("t%d", i+1))
			}

			providertest.Must(t, server.AddRevokedTokens(user.Login, "gone-", 2))

			set := map[string]any{"user_id": user.ID, "foreman": map[string]any{"per_page": 2}}
			if test.status != "" {
				set["status"] = test.status
			}

			provider := s.Admin(t)
			s.Journal.ResetRequests()

			answer := providertest.ListTokens(t, provider, tfprotov6.ListResourceRequest{Limit: test.limit}, set)
			if diff := cmp.Diff(test.want, answer.Names()); diff != "" || len(answer.Errors) > 0 {
				t.Errorf("%q\n%s", answer.Errors, diff)
			}

			if sent := server.Count(sandbox.Matching(http.MethodGet, "/personal_access_tokens$")); sent != test.requests {
				t.Errorf("%d requests for a page, want %d", sent, test.requests)
			}
		})
	}
}

// TestTokenList_stopsWhenResultsAreNotRead tests that no further page is requested once the caller
// stops reading results.
func TestTokenList_stopsWhenResultsAreNotRead(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-pages"})

	for i := range 5 {
		providertest.AddToken(t, server, user.Login, fmt.Sprintf("t%d", i+1))
	}

	stream, err := s.Admin(t).ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: providertest.TokenType, Limit: 100,
		Config: providertest.EncodeObject(t, providertest.Schemas(t)["list "+providertest.TokenType].ValueType(), map[string]any{
			"user_id": user.ID, "foreman": map[string]any{"per_page": 2},
		}),
	})
	providertest.Must(t, err)

	for range stream.Results {
		break
	}

	if sent := server.Count(sandbox.Matching(http.MethodGet, "/personal_access_tokens$")); sent != 1 {
		t.Errorf("%d requests for a page, want 1", sent)
	}
}

// TestTokenList_aPageThatFails tests that the results from before a failed page remain, followed by the
// error.
func TestTokenList_aPageThatFails(t *testing.T) {
	t.Parallel()

	s, server := providertest.NewForemanServer(t, foremanserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-pages"})

	for i := range 4 {
		providertest.AddToken(t, server, user.Login, fmt.Sprintf("t%d", i+1))
	}

	server.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodGet, Path: tokensPath, Nth: 2}, Kind: sandbox.FaultAnswer, Status: http.StatusInternalServerError,
	})

	answer := providertest.ListTokens(t, s.Admin(t), tfprotov6.ListResourceRequest{Limit: 100}, map[string]any{
		"user_id": user.ID, "foreman": map[string]any{"per_page": 2},
	})

	if diff := cmp.Diff([]string{"t1", "t2"}, answer.Names()); diff != "" {
		t.Error(diff)
	}

	if len(answer.Errors) != 1 || !strings.Contains(answer.Errors[0], "HTTP 500") {
		t.Errorf("got the errors %q", answer.Errors)
	}
}
