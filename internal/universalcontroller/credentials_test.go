package universalcontroller

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// bearer configures a token and, optionally, its user.
func bearer(username string) func(*Options) {
	return func(o *Options) { o.Username, o.Password, o.Token = username, "", "ucp_example" }
}

func TestNewRequiresOneKindOfCredentials(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		username        string
		password, token pat.Secret
		want            string // Empty means success.
	}{
		"username and password":           {"alice", "pw", "", ""},
		"a token":                         {"", "", "ucp_x", ""},
		"a token and its user":            {"alice", "", "ucp_x", ""},
		"nothing":                         {"", "", "", "incomplete"},
		"only a username":                 {"alice", "", "", "incomplete"},
		"only a password":                 {"", "hunter22", "", "incomplete"},
		"a blank username":                {" ", "hunter22", "", "incomplete"},
		"a token and a password":          {"", "hunter22", "ucp_x", "both"},
		"a token, a username, a password": {"alice", "hunter22", "ucp_x", "both"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := New(Options{
				Client:   rest.Options{BaseURL: "https://uc.example.com"},
				Username: test.username, Password: test.password, Token: test.token,
			})

			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("the error is %v, want %q", err, test.want)
			case err != nil && (strings.Contains(err.Error(), "hunter22") || strings.Contains(err.Error(), "ucp_x")):
				t.Errorf("the error contains a secret: %v", err)
			}
		})
	}
}

func TestNewNeverAddsAContext(t *testing.T) {
	t.Parallel()

	for url, want := range map[string]string{
		"https://UC.example.com/uc/":      "https://uc.example.com/uc",
		"https://uc.example.com:443/":     "https://uc.example.com",
		"https://x.stonebranch.cloud":     "https://x.stonebranch.cloud",
		"http://127.0.0.1:8080/other/uc/": "http://127.0.0.1:8080/other/uc",
	} {
		if got := newDriver(t, url).Server(); got != want {
			t.Errorf("%s became %s, want %s", url, got, want)
		}
	}

	if _, err := New(Options{Client: rest.Options{BaseURL: "uc.example.com"}, Token: "x"}); err == nil {
		t.Error("a URL without a scheme was accepted")
	}
}

func TestTraits(t *testing.T) {
	t.Parallel()

	got := newDriver(t, "https://uc.example.com").Traits()

	for id, want := range map[string]bool{
		userID: true, strings.ToUpper(userID): false, userID + "0": false, userID[1:]: false, "ops.admin": false, "": false,
	} {
		if got.UserID.MatchString(id) != want {
			t.Errorf("%q is an id: %t, want %t", id, !want, want)
		}
	}

	got.UserID = nil

	want := pat.Traits{
		Platform: "universal_controller", DisplayName: "Universal Controller",
		ReusableNames: true, ExpiryIsDate: true, MaxNameLength: 100,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCredentialsAreSentAsBasicOrBearer(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		change func(*Options)
		want   string
	}{
		"a password":           {func(*Options) {}, "Basic b3BzLmFkbWluOm9wcy5hZG1pbg=="},
		"a token":              {bearer(""), "Bearer ucp_example"},
		"a token and its user": {bearer("ops.admin"), "Bearer ucp_example"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var got atomic.Value

			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got.Store(r.Header.Get("Authorization"))
				w.WriteHeader(http.StatusForbidden)
			}))
			defer server.Close()

			_, err := newDriver(t, server.URL, test.change).User(t.Context(), pat.UserRef{Username: "alice"})
			verdict.Want(t, err, "permission")

			if got.Load() != test.want {
				t.Errorf("sent %q, want %q", got.Load(), test.want)
			}
		})
	}
}

func TestARefusalQuotesNoSecretAndSaysWhatToDo(t *testing.T) {
	t.Parallel()

	page := canned{
		401, asHTML,
		"<html><body>ops.admin:hunter22 b3BzLmFkbWluOmh1bnRlcjIy ucp_example</body></html>",
	}

	for name, change := range map[string]func(*Options){
		"a password": func(o *Options) { o.Password = "hunter22" },
		"a token":    bearer(""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callUser: {page}})

			_, err := newDriver(t, s.url, change).User(t.Context(), pat.UserRef{Username: "alice"})
			verdict.Want(t, err, "authentication", "Locked Out", "Web Service Access")

			secrets := []string{"ucp_example"}
			if name == "a password" {
				secrets = []string{"hunter22", "b3BzLmFkbWluOmh1bnRlcjIy"}
			}

			for _, secret := range secrets {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error contains a secret: %v", err)
				}
			}
		})
	}
}

func TestCurrentUser(t *testing.T) {
	t.Parallel()

	s := newScript(t, map[string][]canned{callUser: {document(aliceJSON)}})

	for name, change := range map[string]func(*Options){
		"a password":           func(o *Options) { o.Username = "alice" },
		"a token and its user": bearer("alice"),
	} {
		user, err := newDriver(t, s.url, change).CurrentUser(t.Context())
		if err != nil || user.ID != userID {
			t.Errorf("%s: %+v, %v", name, user, err)
		}
	}

	sent := len(s.calls())

	_, err := newDriver(t, s.url, bearer("")).CurrentUser(t.Context())
	verdict.Want(t, err, "validation", "`username`", "`token`")

	if len(s.calls()) != sent {
		t.Error("a request was sent")
	}
}
