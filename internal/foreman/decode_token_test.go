package foreman

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestDecodeToken(t *testing.T) {
	t.Parallel()

	secret := strings.Repeat("S", 22)

	created := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

	for name, test := range map[string]struct {
		response string
		want     pat.Issued // zero means an error
	}{
		"of a creation": {
			response: `{"token_value":"` + secret + `","created_at":"2026-03-01 10:00:00 UTC","id":42,"name":"ci","expires_at":null,` +
				`"active?":true,"user_id":7,"last_used_at":null,"revoked?":false}`,
			want: pat.Issued{
				Token:  pat.Token{UserID: "7", ID: "42", Name: "ci", Status: pat.StatusActive, CreatedAt: created},
				Secret: pat.Secret(secret),
			},
		},
		"of a read, in another zone": {
			response: `{"created_at":"2026-03-01 11:00:00 +0100","id":42,"name":"ci","expires_at":"2026-03-01 10:00:00 UTC","active?":false,` +
				`"user_id":7,"revoked?":true}`,
			want: pat.Issued{Token: pat.Token{
				UserID: "7", ID: "42", Name: "ci", Status: pat.StatusRevoked, CreatedAt: created, ExpiresAt: created,
			}},
		},
		"without a user": {
			response: `{"id":42,"name":"ci","active?":true}`,
			want:     pat.Issued{Token: pat.Token{ID: "42", Name: "ci", Status: pat.StatusActive}},
		},
		"without an id":         {response: `{"name":"ci","token_value":"` + secret + `"}`},
		"with an id below zero": {response: `{"id":-1,"token_value":"` + secret + `"}`},
		"with another time":     {response: `{"id":42,"created_at":"` + secret + `"}`},
		"of another kind":       {response: `"` + secret + `"`},
		"that ends early":       {response: `{"token_value":"` + secret},
		"that is empty":         {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := DecodeToken([]byte(test.response))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the token (-want +got):\n%s", diff)
			}

			if (err != nil) != (test.want.ID == "") || err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
