package campaign

import (
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// resource returns the number of the resource that a token belongs to.
func (t *terraform) resource(of *token) int {
	if of.of == t && of.index > 0 {
		return of.index - 1
	}

	return resourceOf(of.name)
}

// persist writes the state, after which consumers can read it.
func (t *terraform) persist(next []*instance) {
	t.snapshots = append(t.snapshots, t.state)
	t.state = next

	for i, inst := range next {
		var current *token
		if inst != nil {
			current = t.ledger.withSecret(inst.secret())
		}

		if current != nil && current.of == nil {
			current.of, current.index = t, i+1
		}

		t.ledger.each(func(old *token) {
			switch {
			case old.of != t || t.resource(old) != i:
			case old == current:
				old.current, old.had, old.forgotten = true, true, false
			case old.current:
				old.current, old.overlap = false, t.wishes[i].lives()
				old.succeeded = t.clock.now()

				if current != nil && current.made.Before(old.succeeded) {
					old.succeeded = current.made
				}
			}
		})
	}
}

// restores restores an older state of a resource and reports whether there is one.
func (t *terraform) restores(i int) bool {
	// States of an earlier generation are the most interesting ones.
	var old, older []*instance

	now := t.state[i]
	if now == nil || t.wishes[i].fixed {
		return false
	}

	for _, snapshot := range t.snapshots {
		then := snapshot[i]

		switch {
		case then == now:
		case then == nil && (t.wishes[i].series == "" || t.wishes[i].turn > 0): // Nothing could know which tokens existed.
		case then == nil:
			old = append(old, then)
		case text(then.value, "series") != text(now.value, "series"): // This was effectively another resource.
		case text(then.value, "name_prefix") != text(now.value, "name_prefix") && !t.wishes[i].drawn(): // So was this.
		default:
			old = append(old, then)

			if then.secret() != now.secret() {
				older = append(older, then)
			}
		}
	}

	if len(old) == 0 {
		return false
	}

	if len(older) > 0 && chance(t.random, 0.8) {
		old = older
	}

	next := slices.Clone(t.state)
	next[i] = pick(t.random, old)
	t.persist(next)

	t.ledger.each(func(old *token) {
		if t.resource(old) != i || !old.had || old.current {
			return
		}

		until, known := next[i].retires(old)
		if known { // The token is a predecessor again, with or without its secret having been in the state.
			old.forgotten = next[i].adopted(old)
		}

		switch {
		case !known: // The provider finds it by listing. If it is used, it gets a new overlap.
			old.forgotten, old.succeeded, old.overlap = true, t.clock.now(), t.wishes[i].lives()
		case !until.IsZero() && until.Before(old.succeeded.Add(old.overlap)): // A later promise is lost with the state that contained it.
			old.succeeded, old.overlap = until, 0
		}
	})

	return true
}

// forgets checks that a new state contains every live token of the state that it replaces, and shows
// none of them as missing or revoked. A nil state contains no token.
func (t *terraform) forgets(what string, before, after *instance) {
	if before == nil || before == after {
		return
	}

	for _, lives := range t.ledger.living() {
		switch {
		case !before.has(lives):
		case !after.has(lives) && t.hasElsewhere(before, lives): // It belongs to another resource now.
		case !after.has(lives):
			t.ledger.broken(breachOrphan, "%s: %s is alive, but was dropped from the state", what, lives.name)
		case after.secret() == lives.secret && slices.Contains([]string{"missing", "revoked"}, text(after.value, "current", "status")):
			t.ledger.broken(breachWrong, "%s: %s is alive, but is %s in the state", what, lives.name, text(after.value, "current", "status"))
		}
	}
}

// hasElsewhere reports whether another resource in the state has the token.
func (t *terraform) hasElsewhere(than *instance, of *token) bool {
	return slices.ContainsFunc(t.state, func(i *instance) bool { return i != than && i.has(of) })
}

// knows reports whether the state has the token.
func (t *terraform) knows(of *token) bool { return t.state[t.resource(of)].has(of) }

// lives returns how long, according to the rotation policy in a state, a predecessor is promised to
// stay alive. A nil state has no policy.
func (i *instance) lives() time.Duration {
	if i == nil {
		return grace
	}

	w := &wish{rotates: true, overlap: text(i.value, "rotation", "overlap"), beforeExpiry: text(i.value, "rotation", "before_expiry")}

	return w.lives()
}

// has reports whether an instance has a token; a nil instance has none.
func (i *instance) has(of *token) bool {
	if i == nil {
		return false
	}

	if i.secret() == of.secret {
		return true
	}

	_, known := i.retires(of)

	return known
}

// retires returns until when a token in an instance's `previous` is promised to stay alive, and whether
// it is there; a nil instance has none.
func (i *instance) retires(of *token) (until time.Time, known bool) {
	if i == nil {
		return time.Time{}, false
	}

	for _, previous := range core.Elements(core.Members(i.value)["previous"]) {
		created, _ := time.Parse(time.RFC3339, text(previous, "created_at"))
		if text(previous, "id") == of.id && (created.IsZero() || created.Equal(of.made.Truncate(time.Second))) {
			until, _ = time.Parse(time.RFC3339, text(previous, "retire_at"))

			return until, true
		}
	}

	return time.Time{}, false
}

// adopted reports whether an instance has the token in `previous` but never had its secret.
func (i *instance) adopted(of *token) bool {
	for _, previous := range core.Elements(core.Members(i.value)["previous"]) {
		if text(previous, "id") == of.id {
			return text(previous, "sha256") == ""
		}
	}

	return false
}
