package lifecycle

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// mayRevoke is called before a token is revoked, unless its successor needs its name.
func (h *history) mayRevoke(token pat.Token, succeeded time.Time, policy Policy) {
	skew := h.skew.Abs()
	used := token.LastUsedAt

	if ago := h.server.clock().Sub(used); policy.HoldIfUsedWithin.Set && !used.IsZero() && ago < policy.HoldIfUsedWithin.V-skew {
		h.t.Fatalf("token %s is revoked, although it was used %s ago", token.Name, ago)
	}

	overlap := h.shortest
	if policy.Overlap.Set {
		overlap = policy.Overlap.V
	}

	// Server times have no fractions, and the time of the successor is by another clock.
	until := succeeded.Add(overlap - skew - time.Second)
	if expires := token.ExpiresAt; expires.After(succeeded.Add(-skew)) && expires.Before(until) {
		until = expires
	}

	if h.now.Before(until) {
		h.t.Fatalf("token %s is revoked at %s, but its overlap of %s lasts until %s", token.Name, h.now, overlap, until)
	}
}

// compatible reports whether Terraform accepts the second plan after the first.
func compatible(t *rapid.T, first, second planned) {
	ok := false

	switch first.Action {
	case Keep:
		ok = second.Action == Keep && (first.retires || !second.retires)
	case MayReissue:
		ok = true
	case Reissue:
		// A planned issue may turn out to be refused; then the apply fails.
		ok = (second.Action == Reissue || second.Action == Refuse) && second.Reason == first.Reason
	case Refuse:
		ok = second.Action == Refuse && second.Reason == first.Reason
	}

	if !ok {
		t.Fatalf("the first plan is %+v, the second %+v", first, second)
	}
}

// justified finds the reason of a decision without calling the package.
func (h *history) justified(t *rapid.T, before state, decision Decision) {
	if decision.Action != Reissue {
		return
	}

	old, was := before.current, before.configuration
	age, rest := h.now.Sub(old.CreatedAt), old.ExpiresAt.Sub(h.now)

	if h.server.traits.ExpiryIsDate {
		rest -= 14 * time.Hour
	}

	policy := h.wanted.policy(h.resource.t)
	expiresAtAsked := h.wanted.expiresIn == "" && h.wanted.expiresAt != "" && h.wanted.expiresAt != was.expiresAt

	if justified := map[Reason]bool{
		ReasonTriggers:     was.triggers != "" && h.wanted.triggers != "" && was.triggers != h.wanted.triggers,
		ReasonMaxAge:       policy.MaxAge.Set && age >= policy.MaxAge.V,
		ReasonBeforeExpiry: policy.BeforeExpiry.Set && !old.ExpiresAt.IsZero() && rest <= policy.BeforeExpiry.V,
		ReasonChanged:      was.name != h.wanted.name || was.namePrefix != h.wanted.namePrefix || expiresAtAsked,
		ReasonRevoked:      old.Status == pat.StatusRevoked,
		ReasonMissing:      old.Status == pat.StatusMissing,
		ReasonExpired:      old.Status == pat.StatusExpired,
	}; !justified[decision.Reason] {
		t.Fatalf("no reason to issue a token for %q: %+v", decision.Reason, old)
	}

	if imported := old.Generation == 0; imported && decision.Reason == ReasonChanged {
		t.Fatal("an imported token was reissued because of a changed argument")
	}
}

// settled checks that nothing is left to do right after an apply.
func (h *history) settled(t *rapid.T) {
	h.read()

	plan := h.plan(h.wanted)
	overdueImport := h.state.current.Generation == 0 && h.state.current.Due != ""

	// Because expiries are computed by the resource's clock, a token outlives its expiry on a server
	// whose clock is behind, and is due in those minutes.
	outlived := slices.ContainsFunc(h.state.previous, func(p Predecessor) bool {
		return h.skew < 0 && p.Due && p.capped() && h.now.Sub(p.RetireAt) < h.skew.Abs()
	})

	if h.state.current.Due != "" && !overdueImport {
		t.Fatalf("the token is still due after an apply: %+v", h.state.current)
	}

	if !plan.empty() && !overdueImport && !outlived {
		t.Fatalf("right after an apply the plan is %+v, for %+v and %+v", plan, h.state.current, h.state.previous)
	}
}

// accounted checks that the resource knows every live token except those that an interrupted run
// left.
func (h *history) accounted(t *rapid.T) {
	known := map[string]bool{h.state.current.ID: true}
	for _, predecessor := range h.state.previous {
		known[predecessor.Token.ID] = true
	}

	if len(known) != 1+len(h.state.previous) {
		t.Fatalf("a token is recorded twice: %+v", h.state.previous)
	}

	unknown := 0

	for _, id := range h.server.live() {
		if !known[id] {
			unknown++
		}
	}

	if unknown > h.left {
		t.Fatalf("%d live tokens are in no state, but interrupted runs left %d", unknown, h.left)
	}
}

// revokesAll runs once a day, with arguments that make everything possible, until the longest overlap
// has ended and no token was used for long enough.
func (h *history) revokesAll(t *rapid.T) {
	h.server.failures = 0
	h.wanted.name, h.wanted.namePrefix, h.wanted.expiresIn, h.wanted.beforeExpiry = "", "end-", "90d", ""
	h.wanted.maxAge, h.wanted.reissueWhenInvalid = "", ""

	var predecessors []Predecessor

	for day := range 15 {
		h.read()

		plan := h.plan(h.wanted)
		if _, err := h.apply(plan, h.wanted); err != nil {
			t.Fatal(err)
		}

		if day == 0 {
			predecessors = h.state.previous
		}

		h.settled(t)
		h.now = h.now.Add(Day)
	}

	for _, predecessor := range predecessors {
		if status := h.server.show(predecessor.Token.ID).Status; status == pat.StatusActive {
			t.Fatalf("%+v is still recorded, although it is unused", predecessor)
		}
	}
}
