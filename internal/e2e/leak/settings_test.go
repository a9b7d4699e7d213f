package leak

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// leakMistake is a provider block or a token that cannot work, with secrets in it, and a part of the
// expected error. In its arguments, [url], [context] and [key] are placeholders for the front's URL,
// the platform's context, and the key of the client certificate.
type leakMistake struct {
	name     string
	object   string // the arguments of the platform's object
	more     string // the block's other arguments
	resource string // the arguments of a token resource of this provider
	want     string
	platform string // empty for both
}

// leakMistakes lists mistakes that are found when providers are validated (the first list), and when
// they are configured or used (the second list).
var leakMistakes = [2][]leakMistake{
	{
		{
			name:   "a key without its certificate",
			object: `url = "[url]"`, more: `client_key = [key]`, want: "needs the certificate that it belongs to",
		},
		{
			name:   "a certificate without its key",
			object: "url = \"[url]\"\npassword = \"oaPWD-certificate\"", more: `client_certificate = [key]`, want: "needs the key that it was made for",
		},
		{
			name:   "another argument of the same object",
			object: "url = \"\"\npassword = \"oaPWD-beside\"", want: "url string length must be at least 1",
		},
		{
			name:   "a private key instead of a recipient",
			object: `url = "[url]"`, resource: `encrypt_to = ["AGE-SECRET-KEY-1oaPWD-AGE"]`, want: "it is a private key",
		},
		{
			name:   "a header that the provider sets itself",
			object: `url = "[url]", password = "oaPWD-beside"`, more: `headers = { Authorization = "oaPWD-header" }`, want: "the header Authorization cannot be set",
		},
		{
			name:   "a header with a line break",
			object: `url = "[url]", password = "oaPWD-beside"`, more: `headers = { "X-Gateway" = "oaPWD-header\n" }`, want: "contains a control character",
		},
		{
			name:   "an invalid duration",
			object: `url = "[url]", password = "oaPWD-beside"`, more: `request_timeout = "90"`, want: "has no unit",
		},
	},
	{
		{name: "a URL with a password", object: `url = "https://me:oaPWD-userinfo@127.0.0.1", username = "me", password = "oaPWD-beside"`, want: "must not contain a user name"}, //nolint:gosec // No account has this password.
		{name: "a URL with a password and no host", object: `url = "https://me:oaPWD-port", username = "me", password = "oaPWD-beside"`, want: "URL must look like"},
		{name: "a URL with a secret in its query", object: `url = "https://127.0.0.1/?token=oaPWD-query", username = "me", password = "oaPWD-beside"`, want: "must not contain a query"},
		{name: "a login instead of a URL", object: `url = "oaPWD:oaPWD-opaque", username = "me", password = "oaPWD-beside"`, want: "URL must look like"},
		{
			name: "two credentials", platform: "universal_controller",
			object: "url = \"[url]\"\ntoken = \"oaPWD-token\"\npassword = \"oaPWD-password\"", want: "are both set",
		},
		{name: "a token instead of a URL", object: `url = "oaPWD-0123456789", username = "me", password = "oaPWD-beside"`, want: "URL must look like"},
		{
			name:   "an invalid authority, after a password on the same line",
			object: `url = "[url]", username = "me", password = "oaPWD-line"`, more: `ca_certificate = "ca.pem"`, want: "contains no PEM block",
		},
		{
			name:   "a key instead of the authority",
			object: `url = "[url]", username = "me", password = "oaPWD-line"`, more: `ca_certificate = [key]`, want: "is a PRIVATE KEY, not a CERTIFICATE",
		},
		{
			name:   "an invalid key",
			object: `url = "[url]", username = "me", password = "oaPWD-line"`,
			more:   "client_key = \"oaPWD-key\"\nclient_certificate = file(\"client.pem\")", want: "failed to find any PEM data in key input",
		},
		{
			name:   "no client certificate",
			object: `url = "[url]", username = "me", password = "oaPWD-line"`, more: `ca_certificate = file("ca.pem")`, want: "certificate required",
		},
		{
			name:   "a wrong password",
			object: `url = "[url]/wrong[context]", username = "me", password = "oaPWD-wrong"`, more: leakTLS, want: "Check the username and the password",
		},
		{
			name: "a wrong token", platform: "universal_controller",
			object: `url = "[url]/wrong[context]", token = "oaPWD-wrong-token"`, more: leakTLS, want: "Check the username and the password, or the token",
		},
		{
			name:   "a proxy that echoes its credentials",
			object: `url = "http://server.example.com", username = "me", password = "oaPWD-proxied"`, want: "HTTP 502: a web page",
		},
		{
			name:   "a proxy that refuses to open a tunnel",
			object: `url = "https://server.example.com", username = "me", password = "oaPWD-tunnel"`, want: "Bad Gateway",
		},
	},
}

const leakTLS = "ca_certificate = file(\"ca.pem\")\nclient_certificate = file(\"client.pem\")\nclient_key = [key]"

// TestAccLeak_settings tests that errors about a provider block show neither secrets in the block nor
// secrets in environment variables.
func TestAccLeak_settings(t *testing.T) {
	t.Parallel()
	onEachLeakPlatform(t, func(t *testing.T, s *leakScene) {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.watch.sent(r)

			if _, credentials, ok := strings.Cut(r.Header.Get("Proxy-Authorization"), " "); ok {
				s.watch.guard(leakOfCredentials, credentials)
			}

			dump, _ := httputil.DumpRequest(r, true)

			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html>"+string(dump)) //nolint:gosec // The purpose is to echo the request.
		}))
		t.Cleanup(proxy.Close)

		for _, variable := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
			s.cli.Env[variable] = strings.Replace(proxy.URL, "http://", "http://me:"+leakPassword+"proxy@", 1)
		}

		for i, mistakes := range leakMistakes {
			s.file(t, "main.tf", leakHeader+s.mistaken(mistakes))

			name := [...]string{"validating", "configuring"}[i]
			code, said := s.run(t, name, "plan")

			for _, m := range mistakes {
				if s.applies(m) && (code != providertest.ExitError || !providertest.Words(m.want).MatchString(said)) {
					t.Errorf("%s: no error with %q; the errors: %q", m.name, m.want, s.watch.harmless(said))
				}
			}
		}

		if s.watch.count(leakOfCredentials) == 0 {
			t.Error("no credentials were sent")
		}

		s.watch.report(t)
	})
}

func (s *leakScene) applies(m leakMistake) bool { return m.platform == "" || m.platform == s.block }

// mistaken returns a configuration with these mistakes, each in its own provider.
func (s *leakScene) mistaken(mistakes []leakMistake) string {
	var text strings.Builder

	key := "<<-EOT\n" + s.cli.Env["TF_VAR_client_key"] + "EOT\n"
	fill := strings.NewReplacer("[url]", s.running.URL(), "[context]", s.context, "[key]", key)

	for i, m := range mistakes {
		if !s.applies(m) {
			continue
		}

		object := m.object
		if strings.Contains(object, "\n") || !strings.Contains(object, ",") {
			object = "\n" + object + "\n"
		}

		fmt.Fprintf(&text, "provider \"opsaccess\" {\nalias = \"m%d\"\n%s = {%s}\nmax_retries = 0\n%s\n}\n"+
			"data \"opsaccess_current_user\" \"m%d\" {\nprovider = opsaccess.m%d\n}\n",
			i, s.block, fill.Replace(object), fill.Replace(m.more), i, i)

		if m.resource != "" {
			fmt.Fprintf(&text, "resource \"opsaccess_personal_access_token\" \"m%d\" {\nprovider = opsaccess.m%d\nusername = \"me\"\n"+
				"name_prefix = \"m\"\n%s\n}\n", i, i, m.resource)
		}
	}

	return text.String()
}
