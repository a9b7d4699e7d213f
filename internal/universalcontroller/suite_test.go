package universalcontroller

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/systemtest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

const password = "correct horse"

// world is one Universal Controller among all that the suite uses, and how the driver connects to it.
type world struct {
	variant controllerserver.Variant
	// xml makes the server respond in XML, whatever the driver requests.
	xml bool
	// bearer makes the driver authenticate with a token.
	bearer bool
	// zone is the number of hours that the server is east of Greenwich.
	zone int
	// conforms is true if the conformance tests run too: once for each variant.
	conforms bool
}

func (w world) String() string {
	parts := []string{w.variant.Name, "JSON", "Basic"}
	if w.xml {
		parts[1] = "XML"
	}

	if w.bearer {
		parts[2] = "Bearer"
	}

	if w.variant.Options.Context == controllerserver.RootContext {
		parts = append(parts, "no context")
	}

	if w.zone != usualZone {
		parts = append(parts, fmt.Sprintf("UTC%+d", w.zone))
	}

	return strings.Join(parts, ", ")
}

// switches returns the switches of the world's server.
func (w world) switches() controllerserver.Switches { return w.variant.Options.Switches }

// worlds returns every variant of the sandbox in both formats, with both kinds of credentials, with a
// context and without one, and servers in other time zones. Two worlds of a variant are enough for
// each of these, and all variants together include each pair.
func worlds() []world {
	var all []world

	for n, variant := range controllerserver.Variants() {
		for i := range 2 {
			if variant.Options.Context = ""; (n/2+i)%2 != 0 {
				variant.Options.Context = controllerserver.RootContext
			}

			all = append(all, world{
				variant: variant, xml: i != 0, bearer: (n+i)%2 != 0, zone: usualZone,
				conforms: i == n/2%2 && !modifiesUsers(variant),
			})
		}

		// Both meanings of the last day, where the day begins first and last, and in between.
		if name := variant.Name; name == "defaults" || name == "last day expired" {
			for i, zone := range []int{14, 9, 0, -12} {
				all = append(all, world{variant: variant, xml: i&1 != 0, bearer: n == 0, zone: zone})
			}
		}
	}

	return all
}

// modifiesUsers reports whether a variant differs from the defaults only in how users are modified,
// which the conformance tests do not do.
func modifiesUsers(v controllerserver.Variant) bool {
	s := v.Options.Switches

	return s.PayloadTokens != 0 || s.PasswordLeftOut != 0 || s.UnknownMembers != 0 || s.LimitedUpdate != 0
}

// usualZone is the zone of the server in most worlds.
const usualZone = -4

// stage is a listening Universal Controller for the tests of the driver.
type stage struct {
	*controllerserver.Server
	*systemtest.Clock
	world

	base string
}

// newStage starts a server in the world's zone, whose administrator's zone is +05:30.
func newStage(t *testing.T, w world) *stage {
	t.Helper()

	s := newConformanceServer(t, w)

	return &stage{Server: s.controller, Clock: s.Clock, world: w, base: s.url + s.controller.Context()}
}

// Now resolves the ambiguity between the two embedded clocks, which are the same.
func (s *stage) Now() time.Time { return s.Clock.Now() }

// addUser adds a user and returns the id.
func (s *stage) addUser(t *testing.T, name string, roles ...string) string {
	t.Helper()

	id, err := s.AddUser(controllerserver.User{
		UserName: name, Password: password, Roles: controllerserver.RolesOf(roles...),
	})
	if err != nil {
		t.Fatal(err)
	}

	return id
}

// addToken adds a token without the driver.
func (s *stage) addToken(t *testing.T, user, name string, expires time.Time) string {
	t.Helper()

	secret, err := s.AddToken(user, name, expires)
	if err != nil {
		t.Fatal(err)
	}

	return secret
}

// admin returns a driver with the administrator's account.
func (s *stage) admin(t *testing.T) *System {
	t.Helper()

	return s.as(t, controllerserver.AdminUserName, controllerserver.AdminPassword)
}

// as returns a driver with an account, using its password or a new token.
func (s *stage) as(t *testing.T, user, password string) *System {
	t.Helper()

	return newDriver(t, s.base, func(o *Options) {
		o.Username, o.Password = user, pat.Secret(password)

		if s.bearer {
			o.Password, o.Token = "", pat.Secret(s.addToken(t, user, "the driver's own", time.Time{}))
		}
	})
}

// journal returns the requests of one call so far, as "<path>?<query>".
func (s *stage) journal(method, path string) []string {
	all := []string{}

	for _, request := range s.Requests() {
		if request.Method == method && request.Path == s.Context()+path {
			all = append(all, request.RawQuery)
		}
	}

	return all
}

// checkJournal fails the test for every request that the driver must never send.
func checkJournal(tb testing.TB, server *controllerserver.Server) {
	tb.Helper()

	parameters := map[string][]string{
		"GET /resources/user":            {"userid", "username", "showTokens"},
		"PUT /resources/user":            {},
		"GET /resources/user/list":       {"showTokens"},
		"GET /resources/user/token/list": {"userid"},
		"POST /resources/user/token":     {},
		"DELETE /resources/user/token":   {"userid", "tokenname"},
	}

	for _, request := range server.Requests() {
		call := request.Method + " " + strings.TrimPrefix(request.Path, server.Context())

		known, ok := parameters[call]
		if !ok {
			tb.Errorf("sent %s", call)

			continue
		}

		query, err := url.ParseQuery(request.RawQuery)
		if err != nil {
			tb.Errorf("%s: %v", call, err)
		}

		for name, values := range query {
			if !slices.Contains(known, name) || len(values) != 1 || strings.TrimSpace(values[0]) == "" {
				tb.Errorf("%s was sent with %s=%q", call, name, values)
			}
		}

		if query.Has("userid") && query.Has("username") {
			tb.Errorf("%s was sent with two references to a user", call)
		}
	}
}

// suite are the tests that must pass in every world, in addition to the conformance tests.
var suite = map[string]func(*testing.T, *stage){
	"a lifetime beyond the maximum":                  lifetimeBeyondTheMaximum,
	"a leap day across time zones":                   leapDayAcrossTimeZones,
	"a name that is taken":                           nameThatIsTaken,
	"an expired token":                               expiredToken,
	"a date that has ended in the server's zone":     dateThatIsOverThere,
	"the records of users":                           usersByRef,
	"a user who is modified":                         modifiedUser,
	"a user who may modify a part of its record":     limitedModification,
	"what an account with the service role may do":   accountWithServiceRole,
	"the roles that an account without a role needs": accountWithoutRole,
	"a wrong context proves nothing":                 wrongContext,
	"the last use of the token that the driver uses": lastUseOfTheOwnToken,
}

func TestSuiteAgainstEveryWorld(t *testing.T) {
	t.Parallel()

	var runs, tests atomic.Int64

	t.Cleanup(func() {
		t.Logf("%d variants of Universal Controller, %d runs of the suite, %d tests",
			len(controllerserver.Variants()), runs.Load(), tests.Load())
	})

	for _, w := range worlds() {
		t.Run(w.String(), func(t *testing.T) {
			t.Parallel()

			runs.Add(1)

			if w.conforms {
				systemtest.RunVariant(t, platformOf(w))
			}

			for name, test := range suite {
				t.Run(name, func(t *testing.T) {
					t.Parallel()

					tests.Add(1)

					test(t, newStage(t, w))
				})
			}
		})
	}
}
