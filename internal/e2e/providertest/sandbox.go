package providertest

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// Sandbox is a target with a sandboxed server, which the test can make fail. One clock, which the test
// sets, is that of both the server and the provider. It starts at noon UTC on the day before a leap
// day.
type Sandbox struct {
	*Target
	Clock   *Clock
	Console *sandbox.Console
	// CreatePath matches the path of the request that creates a token.
	CreatePath *regexp.Regexp
	// LiveTokens counts all users' live tokens.
	LiveTokens func() int
	// loginRequest returns a request that authenticates with a token, as its consumer would send it.
	loginRequest func(ctx context.Context, user Account, secret string) (*http.Request, error)
	// WithToken returns the provider block of an account that logs in with a token. The secret is an
	// HCL expression.
	WithToken func(login, secret string) string

	// The sandboxed server; the field of the other platform is nil.
	Foreman    *foremanserver.Server
	Controller *controllerserver.Server
}

// OnEachSandbox runs the test against a sandbox of each platform.
func OnEachSandbox(t *testing.T, test func(t *testing.T, s *Sandbox)) {
	t.Helper()

	for name, open := range Sandboxes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Sandboxes returns a constructor of a sandbox for each platform.
func Sandboxes() map[string]func(*testing.T) *Sandbox {
	return map[string]func(*testing.T) *Sandbox{
		"Foreman": NewForemanSandbox,
		"Universal Controller": func(t *testing.T) *Sandbox {
			return NewUniversalControllerSandbox(t, controllerserver.Options{})
		},
	}
}

// NewForemanSandbox starts a Foreman with a clock that the test sets.
func NewForemanSandbox(t *testing.T) *Sandbox {
	t.Helper()

	clock := NewNoonClock()
	s, server := NewForemanServer(t, foremanserver.Options{Console: sandbox.Options{Now: clock.Now}})

	return &Sandbox{
		Target: s, Clock: clock, Console: server.Console, CreatePath: regexp.MustCompile(`/personal_access_tokens$`),
		LiveTokens: func() int { return server.LiveTokens("") },
		loginRequest: func(ctx context.Context, user Account, secret string) (*http.Request, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/v2/current_user", nil)
			if err == nil {
				request.SetBasicAuth(user.Login, secret)
			}

			return request, err
		},
		WithToken: func(login, secret string) string {
			return strings.Replace(s.ProviderBlock(login, "-"), `"-"`, secret, 1)
		},
		Foreman: server,
	}
}

// NewUniversalControllerSandbox starts a Universal Controller with a clock that the test sets.
func NewUniversalControllerSandbox(t *testing.T, options controllerserver.Options) *Sandbox {
	t.Helper()

	clock := NewNoonClock()
	options.Console.Now = clock.Now
	s, server := NewUniversalControllerServer(t, options)

	return &Sandbox{
		Target: s, Clock: clock, Console: server.Console, CreatePath: regexp.MustCompile(`/user/token$`),
		LiveTokens: func() int { return server.LiveTokens("") },
		loginRequest: func(ctx context.Context, user Account, secret string) (*http.Request, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/resources/user/token/list?userid="+user.ID, nil)
			if err == nil {
				request.Header.Set("Authorization", "Bearer "+secret)
			}

			return request, err
		},
		WithToken: func(_, secret string) string {
			return fmt.Sprintf("provider \"opsaccess\" {\n universal_controller = {\n url = %q\n token = %s\n }\n}\n", s.URL, secret)
		},
		Controller: server,
	}
}

// LogIn sends a request with a token, as its consumer does, and reports whether the server accepted it.
// The server records the use.
func (s *Sandbox) LogIn(t *testing.T, user Account, secret string) bool {
	t.Helper()

	request, err := s.loginRequest(t.Context(), user, secret)
	Must(t, err)

	response, err := http.DefaultClient.Do(request)
	Must(t, err)
	Must(t, response.Body.Close())

	return response.StatusCode != http.StatusUnauthorized
}

// WantAccepted fails the test unless the server accepts the token.
func (s *Sandbox) WantAccepted(t *testing.T, user Account, secret string) {
	t.Helper()

	if !s.LogIn(t, user, secret) {
		t.Error("the server rejects a token that should be valid")
	}
}

// WantRefused fails the test if the server accepts the token.
func (s *Sandbox) WantRefused(t *testing.T, user Account, secret string) {
	t.Helper()

	if s.LogIn(t, user, secret) {
		t.Error("the server accepts a token that should be invalid")
	}
}

// Issued counts the requests to create a token so far.
func (s *Sandbox) Issued() int {
	return s.Console.Count(func(r sandbox.Request) bool {
		return r.Method == http.MethodPost && s.CreatePath.MatchString(r.Path)
	})
}

// WantIssued fails the test unless the provider has sent this many requests to create a token.
func (s *Sandbox) WantIssued(t *testing.T, want int) {
	t.Helper()

	if got := s.Issued(); got != want {
		t.Errorf("%d tokens were issued, want %d", got, want)
	}
}

// WantNoneAlive fails the test if any user has a live token.
func (s *Sandbox) WantNoneAlive(t *testing.T) {
	t.Helper()

	if alive := s.LiveTokens(); alive != 0 {
		t.Errorf("%d tokens are alive, want none", alive)
	}
}

// FailRevocations makes every revocation fail with HTTP 503 until restore is called.
func (s *Sandbox) FailRevocations() (restore func()) {
	s.Console.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodDelete, Count: sandbox.Always},
		Kind:  sandbox.FaultAnswer, Status: http.StatusServiceUnavailable,
	})

	return s.Console.ClearFaults
}

// Impatient returns the administrator's provider block without retries, for a server that fails.
func (s *Sandbox) Impatient() string { return WithSetting(s.AdminBlock(), "max_retries = 0") }

// Managed returns the attributes of the token resource in the state.
func Managed(t *testing.T, state *tfjson.State) map[string]any {
	t.Helper()

	if state.Values != nil {
		for _, r := range state.Values.RootModule.Resources {
			if r.Address == TokenAddress {
				return r.AttributeValues
			}
		}
	}

	t.Fatal("the token is not in state")

	return nil
}

// Secret returns the token's secret from the state.
func (w *Workspace) Secret(t *testing.T) string {
	t.Helper()

	text, _ := Managed(t, w.State(t))["token"].(string)

	return text
}

// AliveNames returns the sorted names of a user's active tokens.
func (s *Target) AliveNames(t *testing.T, userID string) []string {
	t.Helper()

	var names []string

	for _, token := range s.TokensOf(t, userID) {
		if token.Status == pat.StatusActive {
			names = append(names, token.Name)
		}
	}

	slices.Sort(names)

	return names
}

// Expiry returns the time at which a token expires if it is issued now and has to live this long.
func (s *Sandbox) Expiry(in time.Duration) time.Time {
	at := s.Clock.Now().Add(in).UTC()
	if s.System.Traits().ExpiryIsDate {
		at = at.Truncate(Day).Add(Day)
	}

	return at
}
