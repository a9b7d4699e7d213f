package foreman

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// Whoever takes a few tokens costs Foreman the pages that they are on, and no other.
func TestEachTokenAsksForNoPageThatNobodyReads(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		take, requests int
	}{
		"the first":                     {take: 1, requests: 1},
		"the last of a page":            {take: 2, requests: 1},
		"the first of the second page":  {take: 3, requests: 2},
		"all, without knowing how many": {take: 100, requests: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{})
			user := stage.addUser(t, "alice")

			var all []string

			for i := range 5 {
				all = append(all, stage.addToken(t, fmt.Sprintf("t%d", i+1)).Name)
			}

			var got []string

			for token, err := range stage.admin(t).EachToken(t.Context(), user, pat.TokenQuery{Native: Query{PerPage: pat.Some[int64](2)}}) {
				if err != nil {
					t.Fatal(err)
				}

				got = append(got, token.Name)

				if len(got) == test.take {
					break
				}
			}

			if want := all[:min(test.take, len(all))]; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}

			if sent := stage.Count(lists); sent != test.requests {
				t.Errorf("%d requests, want %d", sent, test.requests)
			}
		})
	}
}

func TestEachTokenEndsWithAnError(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	stage.addToken(t, "t1")

	for name, test := range map[string]struct {
		userID string
		query  pat.TokenQuery
	}{
		"a user who is not there":     {userID: "99999"},
		"a user without a number":     {userID: "alice"},
		"an order that Foreman lacks": {userID: user, query: pat.TokenQuery{Native: Query{Order: pat.Some("expires_at")}}},
		"a query of another driver":   {userID: user, query: pat.TokenQuery{Native: "name ~ t"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var errs []error

			for token, err := range stage.admin(t).EachToken(t.Context(), test.userID, test.query) {
				if token != (pat.Token{}) {
					t.Errorf("got the token %s", token.ID)
				}

				errs = append(errs, err)
			}

			if len(errs) != 1 || errors.Join(errs...) == nil {
				t.Errorf("got %v, want one error", errs)
			}
		})
	}
}
