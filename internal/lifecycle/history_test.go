package lifecycle

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// history is a resource and everything that may happen to it.
type history struct {
	resource

	t     *rapid.T
	start time.Time
	// skew is how far the server's clock is ahead of the resource's.
	skew time.Duration
	// wanted is the configuration.
	wanted configuration
	// shortest is the shortest overlap that was ever the default.
	shortest time.Duration
	names    []string
	left     int
}

// newHistory starts with a token of these arguments, or with an imported token that then got these
// arguments.
func newHistory(t *rapid.T, wanted configuration) *history {
	h := &history{t: t, start: time.Date(2028, 2, 20, 12, 34, 56, 0, time.UTC), shortest: defaultOverlap}
	h.names = slices.Sorted(maps.Keys(choices(h.start)))
	h.resource = resource{t: quiet{t: t}, now: h.start}
	h.server = &server{clock: func() time.Time { return h.now.Add(h.skew) }}
	h.server.traits = rapid.SampledFrom([]pat.Traits{burning, days}).Draw(t, "platform")
	h.revoking = h.mayRevoke

	if !wanted.possible(h.resource.t, h.server.traits) {
		t.Skip("an invalid configuration")
	}

	h.want(wanted)

	name, generation := Name("ci-", "abc234", 1), int64(1)
	h.state.configuration = h.wanted

	if rapid.Bool().Draw(t, "imported") {
		name, generation = "old", 0
		h.state.configuration = configuration{name: name}
	}

	token, err := h.server.issue(name, h.wanted.lifetime(h.resource.t).Expiry(h.now, h.server.traits).V)
	if err != nil {
		t.Fatal(err)
	}

	h.state.current = Current{Token: token, Generation: generation}

	return h
}

// edit changes one argument, if the resource accepts the result.
func (h *history) edit(t *rapid.T) {
	next := h.wanted

	name := rapid.SampledFrom(h.names).Draw(t, "argument")
	*argument(&next, name) = rapid.SampledFrom(choices(h.start)[name]).Draw(t, "value")

	switch { // Users who set one of them remove the other.
	case name == "name" && next.name != "":
		next.namePrefix = ""
	case name == "name_prefix" && next.namePrefix != "":
		next.name = ""
	}

	// A name together with a rotation remains in state because of ignore_changes, and is never the
	// result of an edit.
	besides := next.name != "" && next.rotates() && next.name != h.state.configuration.name

	if besides || !next.possible(h.resource.t, h.server.traits) {
		t.Skip("an invalid configuration")
	}

	h.want(next)
}

func (h *history) want(wanted configuration) {
	h.wanted = wanted

	if before := wanted.policy(h.resource.t).BeforeExpiry; before.Set {
		h.shortest = min(h.shortest, before.V)
	}
}

// run is one terraform apply: read, plan and apply, at the same time or, with a saved plan, at
// different times. It reports whether it succeeded.
func (h *history) run(t *rapid.T, later time.Duration) bool {
	h.read()

	first := h.state

	h.read()

	if diff := cmp.Diff(first, h.state, cmp.AllowUnexported(state{}, configuration{})); diff != "" {
		t.Fatalf("the second reading differs (-first +second)\n%s", diff)
	}

	early := h.wanted.obscured(t, h.names)
	promised, again := h.plan(early), h.plan(early)

	if promised != again {
		t.Fatalf("the second plan of the same state is %+v, the first %+v", again, promised)
	}

	h.now = h.now.Add(later)

	// Terraform plans once more when everything is known.
	plan := h.plan(h.wanted)
	compatible(t, promised, plan)

	before := h.state
	failures, found := h.server.failures, h.found
	decision, err := h.apply(plan, h.wanted)

	compatible(t, plan, planned{Decision: decision, retires: plan.retires})

	if err != nil {
		if h.server.show(before.current.ID).Status != before.current.Status && later == 0 && h.wanted.name != before.current.Name {
			t.Fatalf("a failed apply (%s) lost the token %s", err, before.current.Name)
		}

		return false
	}

	h.justified(t, before, decision)

	if decision.Action == Reissue && h.state.current.Generation <= before.current.Generation {
		t.Fatalf("generation %d comes after %d", h.state.current.Generation, before.current.Generation)
	}

	// A token that is found when another is issued cannot be revoked before that: without an overlap
	// it is due at once.
	late := h.found > found && h.wanted.policy(h.resource.t).Immediate()

	return failures == h.server.failures && !late
}

// orphan leaves a live token of the series that is in no state.
func (h *history) orphan(t *rapid.T) {
	if h.wanted.namePrefix == "" || h.state.current.Generation == 0 {
		t.Skip("only a generated name can be found again")
	}

	generation := h.state.current.Generation + rapid.Int64Range(1, 2).Draw(t, "generations ahead")
	if _, err := h.server.issue(Name(h.wanted.namePrefix, h.wanted.series, generation), time.Time{}); err == nil {
		h.left++
	}
}

// pick draws a live token of the resource.
func (h *history) pick(t *rapid.T) *issued {
	ids := []string{h.state.current.ID}
	for _, predecessor := range h.state.previous {
		ids = append(ids, predecessor.Token.ID)
	}

	return h.server.find(rapid.SampledFrom(ids).Draw(t, "token"))
}

func passing(t *rapid.T) time.Duration {
	return rapid.SampledFrom([]time.Duration{
		time.Second, 10 * time.Minute, 5 * time.Hour, 12 * time.Hour, Day, 3 * Day, 9 * Day, 20 * Day,
	}).Draw(t, "time passes")
}

// quiet allows helpers of table tests to be used in a property.
type quiet struct {
	testing.TB

	t *rapid.T
}

func (quiet) Helper() {}

func (q quiet) Fatal(args ...any) { q.t.Fatal(fmt.Sprint(args...)) }
