package foreman

import (
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestIDsThatAreNoNumbersAreNotSent(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	admin := stage.admin(t)

	for _, id := range []string{
		"", "0", "-1", "+4", "5abc", "4.0", " 4", "4 ", "04", "٣", "4/", "..", "4\n", strings.Repeat("9", 20), strings.Repeat("9", 19),
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()

			_, create := admin.Create(t.Context(), id, pat.NewToken{Name: "ci"})
			_, list := admin.Tokens(t.Context(), id, pat.TokenQuery{})
			_, show := admin.Token(t.Context(), pat.Key{UserID: id, TokenID: "1"})
			_, token := admin.Token(t.Context(), pat.Key{UserID: "4", TokenID: id})
			_, user := admin.User(t.Context(), pat.UserRef{ID: id})
			owner := admin.Revoke(t.Context(), pat.Token{UserID: id, ID: "1"})
			revoke := admin.Revoke(t.Context(), pat.Token{UserID: "4", ID: id})

			for i, err := range []error{create, list, show, token, user, owner, revoke} {
				if verdict.Of(err) != "validation" {
					t.Errorf("%d: %v", i, err)
				}
			}

			if id == "" {
				return // No id is no filter.
			}

			_, err := admin.Users(t.Context(), pat.UserQuery{Ref: pat.Some(pat.UserRef{ID: id})})
			verdict.Want(t, err, "validation")
		})
	}

	t.Cleanup(func() {
		if requests := stage.Requests(); len(requests) != 0 {
			t.Errorf("%d requests were sent", len(requests))
		}
	})
}
