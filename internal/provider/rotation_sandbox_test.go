package provider

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

const day = 24 * time.Hour

// never is the expiry of a token that never expires.
var never pat.Option[time.Time]

// sandboxed is a target whose clock the test moves, the server's and the provider's as
// one, and whose server it can break. It begins at noon, UTC, before a leap day.
type sandboxed struct {
	*target
	clock   *movedClock
	console *sandbox.Console
	// creates matches the path of the request that issues a token.
	creates *regexp.Regexp
	// liveTokens counts the live tokens of all users.
	liveTokens func() int
	// loginRequest is a request as the user of a token would send it.
	loginRequest func(ctx context.Context, user account, secret string) (*http.Request, error)
	// withToken is the provider block of an account that logs in with a token's secret,
	// an expression.
	withToken func(login, secret string) string

	// The server itself; the other one is nil.
	foreman    *foremanserver.Server
	controller *controllerserver.Server
}

// onEachSandbox runs the test against a sandbox of every platform.
func onEachSandbox(t *testing.T, test func(t *testing.T, s *sandboxed)) {
	t.Helper()

	for name, open := range sandboxes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// sandboxes open a sandbox of each platform.
func sandboxes() map[string]func(*testing.T) *sandboxed {
	return map[string]func(*testing.T) *sandboxed{
		"Foreman": rotatingForeman,
		"Universal Controller": func(t *testing.T) *sandboxed {
			return rotatingUniversalController(t, controllerserver.Options{})
		},
	}
}

func rotatingForeman(t *testing.T) *sandboxed {
	t.Helper()

	clock := noonClock()
	s, server := newForemanSandbox(t, foremanserver.Options{Console: sandbox.Options{Now: clock.now}})

	return &sandboxed{
		target: s, clock: clock, console: server.Console, creates: regexp.MustCompile(`/personal_access_tokens$`),
		liveTokens: func() int { return server.LiveTokens("") },
		loginRequest: func(ctx context.Context, user account, secret string) (*http.Request, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v2/current_user", nil)
			if err == nil {
				request.SetBasicAuth(user.login, secret)
			}

			return request, err
		},
		withToken: func(login, secret string) string {
			return strings.Replace(s.block(login, "-"), `"-"`, secret, 1)
		},
		foreman: server,
	}
}

func rotatingUniversalController(t *testing.T, options controllerserver.Options) *sandboxed {
	t.Helper()

	clock := noonClock()
	options.Console.Now = clock.now
	s, server := newUniversalControllerSandbox(t, options)

	return &sandboxed{
		target: s, clock: clock, console: server.Console, creates: regexp.MustCompile(`/user/token$`),
		liveTokens: func() int { return server.LiveTokens("") },
		loginRequest: func(ctx context.Context, user account, secret string) (*http.Request, error) {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/resources/user/token/list?userid="+user.id, nil)
			if err == nil {
				request.Header.Set("Authorization", "Bearer "+secret)
			}

			return request, err
		},
		withToken: func(_, secret string) string {
			return fmt.Sprintf("provider \"opsaccess\" {\n universal_controller = {\n url = %q\n token = %s\n }\n}\n", s.url, secret)
		},
		controller: server,
	}
}

// noonClock returns a clock that shows noon, whenever the test runs: dates change at
// midnight.
func noonClock() *movedClock {
	clock := &movedClock{}
	clock.move(time.Until(time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)))

	return clock
}

// logIn sends a request with a token, as its consumer does, and says whether the server
// let it in. The server notes the use.
func (s *sandboxed) logIn(t *testing.T, user account, secret string) bool {
	t.Helper()

	request, err := s.loginRequest(t.Context(), user, secret)
	must(t, err)

	response, err := http.DefaultClient.Do(request)
	must(t, err)
	must(t, response.Body.Close())

	return response.StatusCode != http.StatusUnauthorized
}

// works fails the test unless the token lets its user in.
func (s *sandboxed) works(t *testing.T, user account, secret string) {
	t.Helper()

	if !s.logIn(t, user, secret) {
		t.Error("a token does not work that ought to")
	}
}

// dead fails the test if the token lets its user in.
func (s *sandboxed) dead(t *testing.T, user account, secret string) {
	t.Helper()

	if s.logIn(t, user, secret) {
		t.Error("a token works that ought not to")
	}
}

// issued counts the requests for a token so far.
func (s *sandboxed) issued() int {
	return s.console.Count(func(r sandbox.Request) bool {
		return r.Method == http.MethodPost && s.creates.MatchString(r.Path)
	})
}

// wantIssued fails the test unless that many tokens were asked for so far.
func (s *sandboxed) wantIssued(t *testing.T, want int) {
	t.Helper()

	if got := s.issued(); got != want {
		t.Errorf("%d tokens were issued, want %d", got, want)
	}
}

// wantNoneAlive fails the test if a token of any user is alive.
func (s *sandboxed) wantNoneAlive(t *testing.T) {
	t.Helper()

	if alive := s.liveTokens(); alive != 0 {
		t.Errorf("%d tokens are alive, want none", alive)
	}
}

// failRevocations lets every revocation end with 503 until the returned function is
// called.
func (s *sandboxed) failRevocations() (restore func()) {
	s.console.AddFault(sandbox.Fault{
		Match: sandbox.Match{Method: http.MethodDelete, Count: sandbox.Always},
		Kind:  sandbox.FaultAnswer, Status: http.StatusServiceUnavailable,
	})

	return s.console.ClearFaults
}

// impatient is the administrator's provider block for a server that fails: it does not try
// again.
func (s *sandboxed) impatient() string { return withSetting(s.provider(), "max_retries = 0") }

// withSetting returns the provider block with one more setting of its own.
func withSetting(block, text string) string {
	return strings.Replace(block, "provider \"opsaccess\" {", "provider \"opsaccess\" {\n  "+text, 1)
}

// managed returns the attributes of the resource in state.
func managed(t *testing.T, state *tfjson.State) map[string]any {
	t.Helper()

	if state.Values != nil {
		for _, r := range state.Values.RootModule.Resources {
			if r.Address == tokenAddress {
				return r.AttributeValues
			}
		}
	}

	t.Fatal("the token is not in state")

	return nil
}

// secret returns the token's secret in state.
func (w *workspace) secret(t *testing.T) string {
	t.Helper()

	text, _ := managed(t, w.state(t))["token"].(string)

	return text
}

// alone is a check that no predecessor lives.
func alone() statecheck.StateCheck { return value(at("previous"), knownvalue.ListExact(nil)) }

// predecessors is a check of the predecessors, newest first, each by some attributes.
func predecessors(each ...map[string]knownvalue.Check) statecheck.StateCheck {
	checks := make([]knownvalue.Check, 0, len(each))
	for _, attributes := range each {
		checks = append(checks, knownvalue.ObjectPartial(attributes))
	}

	return value(at("previous"), knownvalue.ListExact(checks))
}

func generation(n int64) statecheck.StateCheck {
	return value(at("generation"), knownvalue.Int64Exact(n))
}

func reason(text string) statecheck.StateCheck { return has(tokenAddress, text, "issue_reason") }

// aliveNames returns the names of a user's active tokens, sorted.
func (s *target) aliveNames(t *testing.T, userID string) []string {
	t.Helper()

	var names []string

	for _, token := range s.tokensOf(t, userID) {
		if token.Status == pat.StatusActive {
			names = append(names, token.Name)
		}
	}

	slices.Sort(names)

	return names
}

// rotating returns a configuration of a token for the user, with what is in its rotation
// block.
func rotating(user account, arguments, rotation string) string {
	return tokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"r-\"\n%s\nrotation = {\n%s\n}", user.id, arguments, rotation))
}

// trigger returns a trigger of this value.
func trigger(n int) string { return "triggers = { value = " + strconv.Quote(strconv.Itoa(n)) + " }" }

// unknowns is a check of what is known after apply: exactly these paths, sorted.
type unknowns []string

var _ plancheck.PlanCheck = unknowns(nil)

// CheckPlan compares the paths.
func (u unknowns) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	if diff := cmp.Diff([]string(u), unknown(req.Plan)); diff != "" {
		resp.Error = fmt.Errorf("known after apply (-want +got):\n%s", diff)
	}
}
