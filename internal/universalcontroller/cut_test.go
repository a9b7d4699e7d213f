package universalcontroller

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// documented is a secret with the length of those in the documentation.
const documented = "ucp_" + "aB3dE6gH9jaB3dE6gH9jaB3dE6gH9jaB3dE6gH9j"

// How a response shows where its body ends.
var (
	untilClose = func(body string) string { return "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + body }
	withLength = func(body string) string {
		return fmt.Sprintf("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	inChunks = func(body string) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n",
			len(body), body)
	}
)

// newRaw starts a server that responds to a create with these bytes and closes the connection.
func newRaw(t *testing.T, response string) (url string) {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Content-Type", asJSON)
			_, _ = io.WriteString(w, "["+tokenJSON("deploy", created)+"]")

			return
		}

		_, _ = io.Copy(io.Discard, r.Body)

		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}

		_, _ = io.WriteString(connection, response)
		_ = connection.Close()
	}))
	t.Cleanup(server.Close)

	return server.URL
}

// A proxy that uses HTTP/1.0 may send no length: then a lost connection looks like the end.
func TestASecretThatMayBeCutIsRefused(t *testing.T) {
	t.Parallel()

	half := documented[:len(documented)/2]

	tests := map[string]struct {
		framing func(body string) string
		body    string
		want    string // Empty means that the effect is unknown.
	}{
		"half a secret until the connection closes":    {untilClose, half, ""},
		"a secret without its last character":          {untilClose, documented[:len(documented)-1], ""},
		"half a secret and a line break":               {untilClose, half + "\n", ""},
		"a whole secret until the connection closes":   {untilClose, documented, documented},
		"a longer secret until the connection closes":  {untilClose, documented + "x", documented + "x"},
		"a whole secret in quotation marks":            {untilClose, `"` + documented + `"`, documented},
		"a short secret with a length":                 {withLength, half, half},
		"a short secret in chunks":                     {inChunks, half, half},
		"half a pair of quotation marks until it ends": {untilClose, `"` + documented, ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := newDriver(t, newRaw(t, test.framing(test.body))).Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
			if test.want != "" {
				if err != nil || got.Secret.Reveal() != test.want {
					t.Errorf("%d bytes, %v; want a secret of %d", len(got.Secret.Reveal()), err, len(test.want))
				}

				return
			}

			verdict.Want(t, err, "ambiguous", "HTTP 200")

			if strings.Contains(err.Error(), half[:8]) {
				t.Error("the error quotes the secret")
			}
		})
	}
}

// Wherever a response is cut, the rest of it proves no more than the complete response.
func TestACutResponseProvesNothing(t *testing.T) {
	t.Parallel()

	for what, proof := range map[string]struct {
		text   string
		proves func(string) bool
		least  string // The shortest beginning that is complete.
	}{
		"a revocation": {
			text: "Personal access token revoked successfully.", least: "Personal access token revoked successfully",
			proves: func(text string) bool {
				return confirms(rest.Response{Status: 200, MediaType: "text/plain", Body: []byte(text)})
			},
		},
		"a user who does not exist": {
			text: `A user with name "alice" does not exist.`, least: `A user with name "alice" does not exist`,
			proves: func(text string) bool {
				return deniesUser(rest.Response{Status: 404, MediaType: "text/plain", Body: []byte(text)})
			},
		},
		"a list in JSON": {
			text: "[" + tokenJSON("deploy", created) + "]", least: "[" + tokenJSON("deploy", created) + "]",
			proves: func(text string) bool { return reads(asJSON, text) },
		},
		"an empty list in XML": {text: "<tokens></tokens>", least: "<tokens></tokens>", proves: func(text string) bool { return reads(asXML, text) }},
		"a list in XML": {
			text:   "<tokens><token><name>deploy</name></token></tokens>",
			least:  "<tokens><token><name>deploy</name></token></tokens>",
			proves: func(text string) bool { return reads(asXML, text) },
		},
	} {
		for cut := range len(proof.text) + 1 {
			if got, want := proof.proves(proof.text[:cut]), cut >= len(proof.least); got != want {
				t.Errorf("%s, cut after %d bytes: proven %t, want %t", what, cut, got, want)
			}
		}
	}
}

// reads reports whether a body can be decoded as a list of tokens.
func reads(mediaType, text string) bool {
	var records elements[tokenRecord]

	return decode(rest.Response{Status: 200, MediaType: mediaType, Body: []byte(text)}, "tokens", &records) == nil
}
