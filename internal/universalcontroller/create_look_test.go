package universalcontroller

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestAFailedLookupNeverFailsTheCreate(t *testing.T) {
	t.Parallel()

	expires := date(2027, 1, 1)

	tests := map[string]canned{
		"a failure":              sentence(500, "Unexpected request failure."),
		"a page":                 {200, asHTML, "<html></html>"},
		"no permission":          sentence(403, "no"),
		"a list without it":      listJSON(tokenJSON("other", created)),
		"an empty list":          listJSON(),
		"a refused credential":   {401, asHTML, "<html></html>"},
		"a token without a name": document(`[{}]`),
	}

	for name, response := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{
				callCreate: {sentence(200, "ucp_example")}, callList: {response},
			})

			got, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(expires)})
			if err != nil {
				t.Fatal(err)
			}

			want := pat.Token{UserID: userID, ID: "deploy", Name: "deploy", Status: pat.StatusActive, ExpiresAt: expires}
			if diff := cmp.Diff(want, got.Token); diff != "" || got.Secret.Reveal() != "ucp_example" {
				t.Errorf("%q\n%s", got.Secret.Reveal(), diff)
			}
		})
	}
}

// The newest of several may belong to another program whose create overtook this one.
func TestTheLookupTakesNoneOfSeveralTokensOfTheName(t *testing.T) {
	t.Parallel()

	s := newScript(t, map[string][]canned{
		callCreate: {sentence(200, "ucp_example")},
		callList:   {listJSON(tokenJSON("deploy", created), tokenJSON("deploy", "2022-07-28 17:11:35 -0400"))},
	})

	got, err := newDriver(t, s.url).Create(t.Context(), userID, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(date(2028, 1, 1))})
	if err != nil || !got.CreatedAt.IsZero() || !got.ExpiresAt.Equal(date(2028, 1, 1)) {
		t.Errorf("created at %v, expires at %v, %v; want the requested expiry and no creation time", got.CreatedAt, got.ExpiresAt, err)
	}
}

func TestARunThatIsCancelledDuringTheLookupKeepsTheSecret(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	got, err := newDriver(t, hangingLook(t, cancel)).Create(ctx, userID, pat.NewToken{Name: "deploy"})
	if err != nil || got.Secret.Reveal() != "ucp_example" {
		t.Errorf("%q, %v; want the secret", got.Secret.Reveal(), err)
	}
}

func TestALookupThatHangsIsCancelled(t *testing.T) {
	t.Parallel()

	// Only the lookup's own timeout ends it within the time of the test.
	driver := newDriver(t, hangingLook(t, func() {}), func(o *Options) { o.Client.RequestTimeout = time.Hour })
	driver.lookTime = time.Millisecond

	got, err := driver.Create(t.Context(), userID, pat.NewToken{Name: "deploy"})
	if err != nil || got.Secret.Reveal() != "ucp_example" {
		t.Errorf("%q, %v; want the secret", got.Secret.Reveal(), err)
	}
}

// hangingLook starts a server that issues a token and never responds to anything else; it calls asked
// before it hangs.
func hangingLook(t *testing.T, asked func()) (url string) {
	t.Helper()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.Header().Set("Content-Type", asText)
			_, _ = io.WriteString(w, "ucp_example")

			return
		}

		asked()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)

	return server.URL
}
