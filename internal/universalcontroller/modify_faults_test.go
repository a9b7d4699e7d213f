package universalcontroller

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// Whatever fails, a modification is written at most once, changes what was requested or nothing, and
// succeeds only if all of that is true.
func TestModificationsOnABadNetwork(t *testing.T) {
	t.Parallel()

	const schedules, edits = 40, 8

	failed := 0

	for seed := range uint64(schedules) {
		random := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // The same faults in each run.
		s := newStage(t, world{variant: controllerserver.Variants()[0], xml: seed%2 != 0, zone: usualZone})

		id, err := s.AddUser(employee())
		if err != nil {
			t.Fatal(err)
		}

		s.addToken(t, "alice", "deploy", nextYear)

		driver := newDriver(t, s.base, func(o *Options) { o.Client.MaxRetries = 2 })

		for edit := range edits {
			before, properties := rawRecord(t, s), randomProperties(random)

			s.ResetRequests()

			for range random.IntN(3) {
				s.AddFault(randomFault(random))
			}

			user, err := driver.ModifyUser(t.Context(), id, properties)

			s.ClearFaults()

			// A write that was refused with 429 was not processed.
			writes := s.Count(func(r sandbox.Request) bool {
				return r.Method == http.MethodPut && r.Status != http.StatusTooManyRequests
			})
			if writes > 1 {
				t.Errorf("seed %d, edit %d: %d writes", seed, edit, writes)
			}

			changed := map[string]bool{}
			for property := range properties {
				changed[propertyMembers[property]] = true
			}

			after := rawRecord(t, s)

			for i, m := range before {
				if !changed[m.name] && m != after[i] {
					t.Errorf("seed %d, edit %d: %s changed from %s to %s", seed, edit, m.name, m.text, after[i].text)
				}
			}

			if err == nil {
				if missing := properties.Difference(user.Properties); len(missing) > 0 {
					t.Errorf("seed %d, edit %d: %v does not have its value", seed, edit, missing)
				}

				continue
			}

			failed++

			if kind := verdict.Of(err); !slices.Contains([]string{"ambiguous", "transient", "protocol", "not found"}, kind) {
				t.Errorf("seed %d, edit %d: %s: %v", seed, edit, kind, err)
			}

			current, err := driver.ModifiableUser(t.Context(), pat.UserRef{ID: id})
			if err != nil {
				t.Fatal(err)
			}

			// Everything or nothing.
			missing := slices.Collect(maps.Keys(properties.Difference(current.Properties)))
			if done := len(missing) == 0; !done && !slices.Equal(before, after) {
				t.Errorf("seed %d, edit %d: %v does not have its value, and the record has changed", seed, edit, missing)
			}
		}

		if s.LiveTokens("alice") != 1 {
			t.Errorf("seed %d: the token is missing", seed)
		}
	}

	if failed == 0 || failed == schedules*edits {
		t.Errorf("%d of %d modifications failed: were faults injected?", failed, schedules*edits)
	}
}

// randomFault is a failure of a read or a write, before or after the server processed it.
func randomFault(random *rand.Rand) sandbox.Fault {
	fault := sandbox.Fault{
		Match:     sandbox.Match{Method: []string{http.MethodGet, http.MethodPut, http.MethodPut}[random.IntN(3)], Nth: 1 + random.IntN(2), Count: 1 + random.IntN(5)},
		AfterWork: random.IntN(2) == 0,
		Kind:      []sandbox.FaultKind{sandbox.FaultDrop, sandbox.FaultAnswer, sandbox.FaultTruncate}[random.IntN(3)],
	}

	if fault.Kind == sandbox.FaultAnswer {
		fault.Status = []int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusInternalServerError, http.StatusTooManyRequests}[random.IntN(4)]
		// A request that was refused with 429 was not processed.
		fault.AfterWork = fault.AfterWork && fault.Status != http.StatusTooManyRequests

		if random.IntN(2) == 0 {
			fault.ContentType = asHTML
		}
	}

	return fault
}
