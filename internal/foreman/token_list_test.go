package foreman

import (
	"fmt"
	"slices"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// A caller that needs a few tokens causes requests only for their pages.
func TestEachTokenRequestsOnlyThePagesThatAreRead(t *testing.T) {
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
