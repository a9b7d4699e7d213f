package foreman

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// everyCall makes each call of the driver once.
func everyCall(t *testing.T, s *System, user string, query Query) {
	t.Helper()

	ctx := t.Context()

	issued, err := s.Create(ctx, user, pat.NewToken{Name: "ci"})
	if err != nil {
		t.Fatal(err)
	}

	_, current := s.CurrentUser(ctx)
	_, byID := s.User(ctx, pat.UserRef{ID: user})
	_, byLogin := s.User(ctx, pat.UserRef{Username: "alice"})
	_, users := s.Users(ctx, pat.UserQuery{WithTokens: true, Native: query})
	_, list := s.Tokens(ctx, user, pat.TokenQuery{Native: query})
	_, show := s.Token(ctx, issued.Key())

	for i, err := range []error{current, byID, byLogin, users, list, show, s.Revoke(ctx, issued.Token)} {
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestTheScopeIsSentWithEachCallExceptCurrentUser(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		change func(*Options)
		query  Query
		// own is the scope of the calls that accept a query.
		scope, own [2]string
	}{
		"none":                      {change: within(0, 0)},
		"an organization":           {change: within(1, 0), scope: [2]string{"1", ""}, own: [2]string{"1", ""}},
		"both":                      {change: within(1, 2), scope: [2]string{"1", "2"}, own: [2]string{"1", "2"}},
		"the query's organization":  {change: within(1, 2), query: Query{OrganizationID: pat.Some[int64](3)}, scope: [2]string{"1", "2"}, own: [2]string{"3", "2"}},
		"the query's both":          {change: within(1, 2), query: Query{OrganizationID: pat.Some[int64](3), LocationID: pat.Some[int64](4)}, scope: [2]string{"1", "2"}, own: [2]string{"3", "4"}},
		"only the query's location": {change: within(0, 0), query: Query{LocationID: pat.Some[int64](4)}, own: [2]string{"", "4"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			stage := newStage(t, foremanserver.Options{})
			stage.AddOrganization("Other") // 3
			stage.AddLocation("Other")     // 4
			user := stage.add(t, foremanserver.User{Login: "alice", OrganizationIDs: []int{1, 3}, LocationIDs: []int{2, 4}})
			everyCall(t, stage.admin(t, test.change), user, test.query)

			isList := regexp.MustCompile(`/users$|/personal_access_tokens$`)

			for _, request := range stage.Requests() {
				query, _ := url.ParseQuery(request.RawQuery)
				got := [2]string{query.Get("organization_id"), query.Get("location_id")}
				want := test.scope

				for i, parameter := range got { // In a form that no title can have.
					id, found := strings.CutSuffix(parameter, "-~")
					if got[i] = id; !found && id != "" {
						t.Errorf("%s was sent", request.RawQuery)
					}
				}

				switch {
				case strings.HasSuffix(request.Path, "/current_user"):
					want = [2]string{}
				case request.Method == http.MethodGet && isList.MatchString(request.Path) && query.Get("search") == "":
					want = test.own
				}

				if got != want {
					t.Errorf("%s %s?%s: the scope is %v, want %v", request.Method, request.Path, request.RawQuery, got, want)
				}
			}
		})
	}
}

func TestAnEmptyListIsCheckedInTheQuerysScope(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	stage.AddOrganization("Other") // 3
	user := stage.add(t, foremanserver.User{Login: "alice", OrganizationIDs: []int{3}, LocationIDs: []int{2}})
	stage.add(t, foremanserver.User{Login: "clerk", Permissions: viewAll, OrganizationIDs: []int{1, 3}, LocationIDs: []int{2}})

	// The configured organization would hide alice; the query's shows that she has no tokens there.
	tokens, err := stage.as(t, "clerk", within(1, 0)).Tokens(t.Context(), user, pat.TokenQuery{Native: Query{OrganizationID: pat.Some[int64](3)}})
	if err != nil || len(tokens) != 0 {
		t.Errorf("%v, %v", tokens, err)
	}

	_, err = stage.admin(t).Tokens(t.Context(), user, pat.TokenQuery{Native: Query{OrganizationID: pat.Some[int64](1)}})
	verdict.Want(t, err, "permission", "outside organization_id 1:")
}

func TestTheBaseURLsPathIsKept(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{PathPrefix: "/foreman"})
	user := stage.addUser(t, "alice")
	driver := stage.admin(t, func(o *Options) { o.Client.BaseURL += "/" })
	everyCall(t, driver, user, Query{})

	if driver.Server() != stage.url {
		t.Errorf("the server is %s, want %s", driver.Server(), stage.url)
	}

	for _, request := range stage.Requests() {
		if !strings.HasPrefix(request.Path, "/foreman/api/") || request.Status >= 300 {
			t.Errorf("%s %s: %d", request.Method, request.Path, request.Status)
		}
	}
}

func TestATokenIsAPassword(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")

	_, secret, err := stage.AddToken(foremanserver.AdminLogin, "terraform", time.Time{})
	if err != nil {
		t.Fatal(err)
	}

	everyCall(t, stage.admin(t, func(o *Options) { o.Password = pat.Secret(secret) }), user, Query{})
}

func TestOneLoginIsEnoughForTheWholeRun(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	driver := stage.admin(t)
	everyCall(t, driver, user, Query{})

	logins := func(r sandbox.Request) bool { return r.Auth != sandbox.AuthSession }
	if got := stage.Count(logins); got != 1 {
		t.Errorf("%d logins, want one", got)
	}

	stage.ExpireSessions()

	if _, err := driver.Tokens(t.Context(), user, pat.TokenQuery{}); err != nil {
		t.Fatal(err)
	}

	// One request with the expired session, then one with the password.
	if got := stage.Count(logins); got != 2 {
		t.Errorf("%d logins, want two", got)
	}
}

func TestCallersInThreeZonesReadTheSameInstants(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")

	// Winter and summer: the offsets in one response differ.
	for name, expires := range map[string]time.Time{
		"winter": time.Date(2031, 1, 6, 7, 8, 9, 0, time.UTC), "summer": time.Date(2031, 7, 6, 7, 8, 9, 0, time.UTC),
	} {
		if _, _, err := stage.AddToken("alice", name, expires); err != nil {
			t.Fatal(err)
		}
	}

	want, err := stage.admin(t).Tokens(t.Context(), user, pat.TokenQuery{})
	if err != nil || len(want) != 2 || want[0].ExpiresAt.IsZero() || want[0].CreatedAt.IsZero() {
		t.Fatalf("%+v, %v", want, err)
	}

	for _, zone := range []string{"Berlin", "London", "America/New_York"} {
		stage.add(t, foremanserver.User{Login: zone, Admin: true, Timezone: zone})

		got, err := stage.as(t, zone).Tokens(t.Context(), user, pat.TokenQuery{})
		if err != nil {
			t.Fatal(err)
		}

		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", zone, diff)
		}

		// Times that are sent have a zone as well.
		at := time.Date(2031, 7, 6, 7, 8, 9, 0, time.UTC)

		issued, err := stage.as(t, zone).Create(t.Context(), user, pat.NewToken{Name: "by " + zone, ExpiresAt: pat.Some(at)})
		if err != nil || !issued.ExpiresAt.Equal(at) {
			t.Errorf("%s: expires at %s, %v", zone, issued.ExpiresAt, err)
		}

		if err := stage.as(t, zone).Revoke(t.Context(), issued.Token); err != nil {
			t.Errorf("%s: %v", zone, err)
		}

		if want, err = stage.admin(t).Tokens(t.Context(), user, pat.TokenQuery{}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheTraitsAreForemans(t *testing.T) {
	t.Parallel()

	traits := newDriver(t, "https://foreman.example.com").Traits()
	if traits.Platform != "foreman" || traits.ReusableNames || !traits.TokenIDs || traits.ExpiryIsDate || traits.MaxNameLength != 0 {
		t.Errorf("%+v", traits)
	}

	if diff := cmp.Diff([]string{"registry"}, traits.ReservedNames); diff != "" {
		t.Error(diff)
	}
}

func TestNoSessionLogsInEachTime(t *testing.T) {
	t.Parallel()

	stage := newStage(t, foremanserver.Options{})
	user := stage.addUser(t, "alice")
	everyCall(t, stage.admin(t, func(o *Options) { o.NoSession = true }), user, Query{})

	ridden := func(r sandbox.Request) bool { return r.Auth == sandbox.AuthSession }
	if got := stage.Count(ridden); got != 0 {
		t.Errorf("%d requests used a session, want none", got)
	}
}
