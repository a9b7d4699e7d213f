package rotation

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// TestAccRotation_savedPlanIsAppliedDaysLater applies a saved plan three days later: the lifetime of
// the new token starts at the apply. Other providers reject an old plan, or use a date that was
// computed in the plan.
func TestAccRotation_savedPlanIsAppliedDaysLater(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-saved"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"", "before_expiry = \"14d\"\noverlap = \"48h\""))
	save := func(want int) {
		t.Helper()

		if done, _ := w.Plan(t); done.Code != want {
			t.Errorf("the exit code of the plan is %d, want %d", done.Code, want)
		}
	}
	apply := func(checks ...statecheck.StateCheck) {
		t.Helper()
		s.Clock.Move(3 * providertest.Day)
		w.ApplyWith(t, []string{providertest.SavedPlan}, checks...)
		w.Unchanged(t)
	}

	save(providertest.ExitChanges)
	apply(providertest.Generation(1), moment("created_at", s.Clock.Now().Add(3*providertest.Day)), moment("expires_at", s.Expiry(93*providertest.Day)))

	s.Clock.Move(77 * providertest.Day)
	save(providertest.ExitChanges)
	apply(providertest.Generation(2), providertest.IssueReason("before_expiry"),
		moment("created_at", s.Clock.Now().Add(3*providertest.Day)), moment("expires_at", s.Expiry(93*providertest.Day)),
		providertest.Predecessors(map[string]knownvalue.Check{"generation": knownvalue.Int64Exact(1), "retire_due": knownvalue.Bool(false)}))

	s.WantIssued(t, 2)
}

// TestAccRotation_exitCodesAndRefreshes tests that one apply suffices, that it does what the plan says,
// and that checks in the configuration can see that a rotation is due. Other providers need two
// applies, plan something different from what they apply, or show a change in every plan.
func TestAccRotation_exitCodesAndRefreshes(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-codes"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+providertest.Rotating(user, "expires_in = \"90d\"", "max_age = \"60d\"\noverlap = \"48h\""))
	w.Apply(t, due(""))
	s.Clock.Move(60*providertest.Day + time.Minute)

	// Without a refresh nothing becomes due, and a refresh changes nothing on the server.
	w.Unchanged(t, "-refresh=false")
	w.ApplyWith(t, []string{"-refresh-only"}, providertest.Generation(1), due("max_age"), providertest.NoPredecessors())

	// After a refresh has recorded that the token is due, the plan needs no refresh.
	if done, _ := w.Plan(t, "-refresh=false"); done.Code != providertest.ExitChanges {
		t.Errorf("the exit code is %d although the token is due, want %d", done.Code, providertest.ExitChanges)
	}

	w.ApplyWith(t, []string{"-refresh=false"}, providertest.Generation(2), due(""), held(false))
	w.Unchanged(t)

	s.WantIssued(t, 2)
}

// TestAccRotation_manyAtOnce tests tokens that are due at the same time. One run rotates each of them
// once, and another run revokes their predecessors. Predecessors that have expired by then need no
// request.
func TestAccRotation_manyAtOnce(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)

	const tokens = 20

	user := s.AddUser(t, providertest.User{Login: "svc-many"})
	w := s.Workspace(t)
	w.Write(t, s.AdminBlock()+fmt.Sprintf(`
resource "opsaccess_personal_access_token" "test" {
  for_each    = toset([for i in range(%d) : tostring(i)])
  user_id     = %q
  name_prefix = "x-${each.key}-"
  expires_in  = "30d"
  rotation    = { before_expiry = "10d", overlap = "24h" }
}
`, tokens, user.ID))

	w.Apply(t)
	s.Clock.Move(21 * providertest.Day)
	w.Apply(t).Quiet(t)
	s.WantIssued(t, 2*tokens)
	s.Clock.Move(2 * providertest.Day)
	w.Apply(t).Quiet(t)
	w.Unchanged(t).Quiet(t)

	if alive := s.LiveTokens(); alive != tokens {
		t.Errorf("%d tokens are alive, want %d", alive, tokens)
	}

	s.Clock.Move(33 * providertest.Day)
	w.Destroy(t)
	s.WantIssued(t, 2*tokens)
}

// TestAccRotation_targetAndReplace tests -target and -replace. A resource that is not a target is
// rotated in the next run. A replacement issues one token and revokes all old ones.
func TestAccRotation_targetAndReplace(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalControllerSandbox(t, controllerserver.Options{})
	user := s.AddUser(t, providertest.User{Login: "svc-target"})
	w := s.Workspace(t)
	token := providertest.Rotating(user, "expires_in = \"90d\"\nseries = \"abc234\"", "max_age = \"60d\"\noverlap = \"48h\"")
	other := strings.NewReplacer(`"test"`, `"other"`, "abc234", "zzz234").Replace(token)
	otherGeneration := func(n int64) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("opsaccess_personal_access_token.other", providertest.Path("generation"), knownvalue.Int64Exact(n))
	}

	w.Write(t, s.AdminBlock()+token+other)
	w.Apply(t)
	s.Clock.Move(61 * providertest.Day)
	w.ApplyWith(t, []string{"-target=" + providertest.TokenAddress}, providertest.Generation(2), otherGeneration(1))
	w.Apply(t, providertest.Generation(2), otherGeneration(2))
	w.Unchanged(t)

	before := w.Secret(t)

	w.ApplyWith(t, []string{"-replace=" + providertest.TokenAddress}, providertest.IssueReason("created"), providertest.NoPredecessors(), otherGeneration(2))
	w.Unchanged(t)

	if now := w.Secret(t); now == before || s.LogIn(t, user, before) {
		t.Error("the replaced token still exists")
	}

	if alive := s.Alive(t, user.ID); alive != 3 {
		t.Errorf("%d tokens are alive, want the replacement, the other token and its predecessor", alive)
	}
}

// due returns a check of why the token is due; empty means that it is not due.
func due(reason string) statecheck.StateCheck {
	if reason == "" {
		return providertest.HasValue(providertest.Path("rotation_due"), knownvalue.Bool(false))
	}

	return providertest.HasValue(providertest.Path("rotation_reason"), knownvalue.StringExact(reason))
}

// moment returns a check that an attribute of the current token is this instant, within the duration of
// a test.
func moment(attribute string, want time.Time) statecheck.StateCheck {
	return providertest.HasValue(providertest.Path("current", attribute), knownvalue.StringFunc(func(text string) error {
		got, err := time.Parse(time.RFC3339, text)
		if err == nil && got.Sub(want).Abs() > 5*time.Minute {
			err = fmt.Errorf("got %s, want about %s", got, want.UTC())
		}

		return err
	}))
}
