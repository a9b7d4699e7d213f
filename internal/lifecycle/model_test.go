package lifecycle

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// state is the recorded state of the resource.
type state struct {
	configuration configuration
	current       Current
	previous      []Predecessor
}

// planned is a plan, with the state that it was made from.
type planned struct {
	Decision

	// retires is true if the plan leaves the predecessors open.
	retires bool
}

// empty reports whether a plan of the recorded configuration changes nothing.
func (p planned) empty() bool { return p.Action == Keep && !p.retires }

// resource manages a token as the resource in internal/provider does, on a server of the model and
// with its own clock.
type resource struct {
	t      testing.TB
	server *server
	now    time.Time
	state  state
	// found is how many orphans were found so far.
	found int
	// revoking is called before the resource revokes a token, unless the successor needs its name.
	revoking func(token pat.Token, successor time.Time, policy Policy)
}

// read records what the server returns and, by the clock, what is due.
func (r *resource) read() {
	shown := r.server.show(r.state.current.ID)
	policy := r.state.configuration.policy(r.t)

	current := &r.state.current
	current.Status, current.Due = shown.Status, ""

	due, reason := policy.DueAt(current.CreatedAt, current.ExpiresAt, r.server.traits)
	if current.Status == pat.StatusActive && !due.IsZero() && !r.now.Before(due) {
		current.Due = reason
	}

	r.state.previous = r.examine(r.state.previous, policy)
}

// plan does not read the clock.
func (r *resource) plan(next configuration) planned {
	before, after := r.state.configuration.arguments(r.t), next.arguments(r.t)
	plan := planned{Decision: Decide(r.state.current, before, after, r.server.traits)}

	edited := before.Policy.Overlap != after.Policy.Overlap || before.Policy.HoldIfUsedWithin != after.Policy.HoldIfUsedWithin
	plan.retires = plan.Action != Keep || edited && len(r.state.previous) > 0 ||
		slices.ContainsFunc(r.state.previous, func(p Predecessor) bool { return p.Due })

	return plan
}

// apply carries out a plan. If it fails, the state does not change.
func (r *resource) apply(plan planned, next configuration) (Decision, error) {
	before, after := r.state.configuration.arguments(r.t), next.arguments(r.t)

	decision := Settle(r.state.current, before, after, r.server.traits, r.now)
	if decision.Action == Refuse {
		return decision, fmt.Errorf("refused: %s", decision.Reason)
	}

	became := r.state
	became.configuration = next

	if before.Policy != after.Policy {
		became.current.Due = "" // The next read decides.
	}

	if plan.retires {
		became.previous = before.Policy.Reschedule(
			after.Policy, r.state.previous, r.state.current.Token, r.state.current.Generation)
		became.previous = r.retire(became.previous, after.Policy)
	}

	if decision.Action == Reissue {
		if err := r.replace(&became, after.Policy); err != nil {
			return decision, err
		}
	}

	r.state = became

	return decision, nil
}

// examine drops the predecessors that do not work any more, and judges the others.
func (r *resource) examine(predecessors []Predecessor, policy Policy) []Predecessor {
	var living []Predecessor

	for _, predecessor := range predecessors {
		shown := r.server.show(predecessor.Token.ID)
		if shown.Status == pat.StatusActive {
			predecessor.Token = shown
			living = append(living, policy.Judge(predecessor, r.now))
		}
	}

	return living
}

// retire revokes the predecessors that are due, and returns the others.
func (r *resource) retire(predecessors []Predecessor, policy Policy) []Predecessor {
	var living []Predecessor

	for _, predecessor := range r.examine(predecessors, policy) {
		if predecessor.Due {
			r.revoking(predecessor.Token, r.server.find(predecessor.Token.ID).succeeded, policy)

			if r.server.revoke(predecessor.Token.ID) == nil {
				continue
			}
		}

		living = append(living, predecessor)
	}

	return living
}

// replace issues a token that replaces the current one.
func (r *resource) replace(became *state, policy Policy) error {
	next, old := became.configuration, became.current
	lifetime := next.lifetime(r.t)

	if err := lifetime.Check(r.now, r.server.traits); err != nil {
		return err
	}

	var succeeded []Predecessor

	if old.Status == pat.StatusActive {
		lives, err := r.revokeBeforeReissue(old.Token, next, policy)
		if err != nil {
			return err
		}

		if lives {
			succeeded = append(succeeded, Predecessor{Token: old.Token, Generation: old.Generation, SHA256: "known"})
		}
	}

	orphans := r.orphans(next, became)
	r.found += len(orphans)
	generation := old.Generation

	for _, orphan := range orphans {
		generation = max(generation, orphan.Generation)
	}

	name := next.name
	if next.namePrefix != "" {
		name = Name(next.namePrefix, next.series, generation+1)
	}

	token, err := r.server.issue(name, lifetime.Expiry(r.now, r.server.traits).V)
	if err != nil {
		return err
	}

	became.current = Current{Token: token, Generation: generation + 1}
	became.previous = slices.Clone(became.previous)

	for _, predecessor := range succeeded {
		r.server.find(predecessor.Token.ID).succeeded = r.now
		predecessor.RetireAt = policy.RetireAt(predecessor.Token.ExpiresAt, token.CreatedAt)
		became.previous = append(became.previous, predecessor)
	}

	for _, orphan := range orphans {
		r.server.find(orphan.Token.ID).succeeded = orphan.Token.CreatedAt
		became.previous = append(became.previous, policy.Adopt(orphan, r.now))
	}

	slices.SortStableFunc(became.previous, func(a, b Predecessor) int { return int(b.Generation - a.Generation) })

	return nil
}

// revokeBeforeReissue revokes the old token first if the next one needs its name, or the policy
// requires it.
func (r *resource) revokeBeforeReissue(old pat.Token, next configuration, policy Policy) (lives bool, err error) {
	sameName := next.namePrefix == "" && next.name == old.Name
	shown := r.server.show(old.ID)

	switch {
	case sameName:
		return false, r.server.revoke(old.ID)
	case !policy.Immediate(), policy.HoldsNow(shown, r.now):
		return true, nil
	}

	r.revoking(shown, r.now, policy)

	return r.server.revoke(old.ID) != nil, nil
}

// orphans returns the live tokens of the series that are not in the state.
func (r *resource) orphans(next configuration, known *state) []Orphan {
	if next.namePrefix == "" {
		return nil
	}

	var live []pat.Token
	for _, id := range r.server.live() {
		live = append(live, r.server.show(id))
	}

	series := Names{Series: next.series, Prefixes: []string{next.namePrefix}}

	return series.Orphans(live, func(token pat.Token) bool {
		return token.ID == known.current.ID ||
			slices.ContainsFunc(known.previous, func(p Predecessor) bool { return p.Token.ID == token.ID })
	})
}
