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

// Sandbox is a target whose clock the test moves, the server's and the provider's as
// one, and whose server it can break. It begins at noon, UTC, before a leap day.
type Sandbox struct {
	*Target
	Clock   *Clock
	Console *sandbox.Console
	// CreatePath matches the path of the request that issues a token.
	CreatePath *regexp.Regexp
	// LiveTokens counts the live tokens of all users.
	LiveTokens func() int
	// loginRequest is a request as the user of a token would send it.
	loginRequest func(ctx context.Context, user Account, secret string) (*http.Request, error)
	// WithToken is the provider block of an account that logs in with a token's secret,
	// an expression.
	WithToken func(login, secret string) string

	// The server itself; the other one is nil.
	Foreman    *foremanserver.Server
	Controller *controllerserver.Server
}

// OnEachSandbox runs the test against a sandbox of every platform.
func OnEachSandbox(t *testing.T, test func(t *testing.T, s *Sandbox)) {
	t.Helper()

	for name, open := range Sandboxes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Sandboxes open a sandbox of each platform.
func Sandboxes() map[string]func(*testing.T) *Sandbox {
	return map[string]func(*testing.T) *Sandbox{
		"Foreman": NewForemanSandbox,
		"Universal Controller": func(t *testing.T) *Sandbox {
			return NewUniversalControllerSandbox(t, controllerserver.Options{})
		},
	}
}

// NewForemanSandbox opens a Foreman whose clock the test moves.
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

// NewUniversalControllerSandbox opens a Universal Controller whose clock the test moves.
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

// LogIn sends a request with a token, as its consumer does, and says whether the server
// let it in. The server notes the use.
func (s *Sandbox) LogIn(t *testing.T, user Account, secret string) bool {
	t.Helper()

	request, err := s.loginRequest(t.Context(), user, secret)
	Must(t, err)

	response, err := http.DefaultClient.Do(request)
	Must(t, err)
	Must(t, response.Body.Close())

	return response.StatusCode != http.StatusUnauthorized
}

// WantAccepted fails the test unless the token lets its user in.
func (s *Sandbox) WantAccepted(t *testing.T, user Account, secret string) {
	t.Helper()

	if !s.LogIn(t, user, secret) {
		t.Error("a token does not work that ought to")
	}
}

// WantRefused fails the test if the token lets its user in.
func (s *Sandbox) WantRefused(t *testing.T, user Account, secret string) {
	t.Helper()

	if s.LogIn(t, user, secret) {
		t.Error("a token works that ought not to")
	}
}

// Issued counts the requests for a token so far.
func (s *Sandbox) Issued() int {
	return s.Console.Count(func(r sandbox.Request) bool {
		return r.Method == http.MethodPost && s.CreatePath.MatchString(r.Path)
	})
}

// WantIssued fails the test unless that many tokens were asked for so far.
func (s *Sandbox) WantIssued(t *testing.T, want int) {
	t.Helper()

	if got := s.Issued(); got != want {
		t.Errorf("%d tokens were issued, want %d", got, want)
	}
}

// WantNoneAlive fails the test if a token of any user is alive.
func (s *Sandbox) WantNoneAlive(t *testing.T) {
	t.Helper()

	if alive := s.LiveTokens(); alive != 0 {
		t.Errorf("%d tokens are alive, want none", alive)
	}
}

// FailRevocations lets every revocation end with 503 until the returned function is
// called.
func (s *Sandbox) FailRevocations() (restore func()) {
	s.Console.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodDelete, Count: sandbox.Always},
		Kind:  sandbox.FaultAnswer, Status: http.StatusServiceUnavailable,
	})

	return s.Console.ClearFaults
}

// Impatient is the administrator's provider block for a server that fails: it does not try
// again.
func (s *Sandbox) Impatient() string { return WithSetting(s.AdminBlock(), "max_retries = 0") }

// Managed returns the attributes of the resource in state.
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

// Secret returns the token's secret in state.
func (w *Workspace) Secret(t *testing.T) string {
	t.Helper()

	text, _ := Managed(t, w.State(t))["token"].(string)

	return text
}

// AliveNames returns the names of a user's active tokens, sorted.
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

// Expiry returns when a token expires that is issued so that it lives until then.
func (s *Sandbox) Expiry(in time.Duration) time.Time {
	at := s.Clock.Now().Add(in).UTC()
	if s.System.Traits().ExpiryIsDate {
		at = at.Truncate(Day).Add(Day)
	}

	return at
}
