package foreman

import (
	"net/http"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// FuzzDecode checks that decoded values are usable, whatever the response is.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		tokenJSON(1, "ci"), userJSON(5, "alice", true), listJSON(1, tokenJSON(1, "ci")), listJSON(1, userJSON(5, "alice", false)),
		`{"error":{"message":"no","errors":{"name":["taken"]},"full_messages":["x"],"missing_permissions":["view_users"]}}`,
		`{"error":"no"}`, `{"message":"no"}`, `{"total":-1,"subtotal":0,"results":[{"id":1,"user_id":5,"active?":true,"name":"a"}]}`,
		`{"id":5,"login":"a","auth_source_ldap":{},"roles":[{"id":1}],"ssh_keys":[{}],"last_login_on":"2026-11-21 16:50:10 UTC"}`,
		`{"id":1,"ID":2}`, `{"results":null}`, `null`, `[]`, `{"total":1e9,"subtotal":1,"results":[null]}`,
	} {
		f.Add(uint16(http.StatusOK), []byte(seed))
	}

	f.Fuzz(func(t *testing.T, status uint16, body []byte) {
		response := rest.Response{Status: int(status), MediaType: "application/json", Body: body}

		var tokens envelope[tokenRecord]
		if rest.DecodeJSON(body, &tokens) == nil && tokens.check(ownedBy("5")) == nil {
			for _, record := range tokens.Results {
				if token := record.token(); !digits.MatchString(token.ID) || token.UserID != "5" || token.Name == "" {
					t.Errorf("a token %+v", token)
				}
			}

			if tokens.Subtotal < int64(len(tokens.Results)) || tokens.Total < 0 {
				t.Errorf("%d of %d with %d rows", tokens.Subtotal, tokens.Total, len(tokens.Results))
			}
		}

		var users envelope[userRecord]
		if rest.DecodeJSON(body, &users) == nil && users.check(userRecord.check) == nil {
			for _, record := range users.Results {
				if user := record.user(); user.ID == "0" || user.ID[0] == '-' || user.Username == "" {
					t.Errorf("a user %+v", user)
				}
			}
		}

		_, _ = mayHoldSecret(response), read(response)
	})
}
