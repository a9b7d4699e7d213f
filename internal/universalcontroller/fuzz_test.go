package universalcontroller

import (
	"slices"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// FuzzDecode checks that decoded values are in the response, and are usable.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`[{"name":"a","createTime":"2022-07-28 17:11:35 -0400","expiration":"20270101","lastUsed":"Never","userId":null}]`,
		`{"sysId":"` + userID + `","userName":"alice","tokens":[{"name":"a"}],"userRoles":[{"role":{"value":"ops_admin"}}]}`,
		`[` + aliceJSON + `]`, `[null]`, `{"tokens":null}`, `[{"name":"a","NAME":"b"}]`,
	} {
		f.Add(true, []byte(seed))
	}

	for _, seed := range []string{
		`<tokens><token><name>a</name><createTime>2022-07-28 17:11:35 -0400</createTime></token></tokens>`,
		`<user retainSysIds="true"><sysId>` + userID + `</sysId><userName>alice</userName><tokens/></user>`,
		`<tokens><token><name>a</name><name>b</name></token></tokens>`, `<tokens><!-- > --><token a=">"/><![CDATA[<a>]]></tokens>`,
		`<?xml version="1.0"?><tokens>&#60;</tokens>`, `<!DOCTYPE t [<!ENTITY x "y">]><tokens>&x;</tokens>`, `<users><user><x/></user></users>`,
	} {
		f.Add(false, []byte(seed))
	}

	f.Fuzz(func(t *testing.T, isJSON bool, body []byte) {
		response := rest.Response{Status: 200, MediaType: asXML, Body: body}
		if isJSON {
			response.MediaType = asJSON
		}

		system := &System{clock: pat.NewClock(pat.Runner{Now: func() time.Time { return today }})}

		var tokens elements[tokenRecord]
		if decode(response, "tokens", &tokens) == nil {
			if converted, err := system.convertTokens(tokens, userID); err == nil {
				checkTokens(t, converted, len(tokens))
			}
		}

		var user userRecord
		if decode(response, "user", &user) == nil {
			if converted, err := system.convertUser(user, true); err == nil {
				checkTokens(t, converted.Tokens, len(user.Tokens))

				if !anySysID.MatchString(converted.ID) || converted.Username == "" {
					t.Errorf("a user with id %q, %q", converted.ID, converted.Username)
				}
			}
		}

		_, _, _ = mayHoldSecret(response), confirms(response), readResponse(response)

		if secret, err := secretOf(response); err == nil && !secretForm.MatchString(secret.Reveal()) {
			t.Errorf("%q is not a secret", secret.Reveal())
		}
	})
}

// checkTokens checks the tokens that the given number of records was converted to.
func checkTokens(t *testing.T, tokens []pat.Token, records int) {
	t.Helper()

	nameless := func(token pat.Token) bool {
		return token.Name == "" || token.UserID != userID && !anySysID.MatchString(token.UserID)
	}
	if len(tokens) != records || slices.ContainsFunc(tokens, nameless) {
		t.Errorf("%d records became %v", records, tokens)
	}
}
