package campaign

import (
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// resource returns the number of the resource that a token is of.
func (t *terraform) resource(of *token) int {
	if of.of == t && of.index > 0 {
		return of.index - 1
	}

	return resourceOf(of.name)
}

// persist writes the state to disk, for everybody to see.
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

// restores goes back to an older state of a resource, and says whether there is one.
func (t *terraform) restores(i int) bool {
	// Those of a generation before are worth most.
	var old, older []*instance

	now := t.state[i]
	if now == nil || t.wishes[i].fixed {
		return false
	}

	for _, snapshot := range t.snapshots {
		then := snapshot[i]

		switch {
		case then == now:
		case then == nil && (t.wishes[i].series == "" || t.wishes[i].turn > 0): // Nobody could know what there was.
		case then == nil:
			old = append(old, then)
		case text(then.value, "series") != text(now.value, "series"): // Another resource's, as it were.
		case text(then.value, "name_prefix") != text(now.value, "name_prefix") && !t.wishes[i].drawn(): // So is this.
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
		if known { // Once more a predecessor whose secret the state had, or did not.
			old.forgotten = next[i].adopted(old)
		}

		switch {
		case !known: // It is found by looking, and promised anew if it is used.
			old.forgotten, old.succeeded, old.overlap = true, t.clock.now(), t.wishes[i].lives()
		case !until.IsZero() && until.Before(old.succeeded.Add(old.overlap)): // A later promise is lost with the state that had it.
			old.succeeded, old.overlap = until, 0
		}
	})

	return true
}

// forgets checks that a state which takes the place of another has every token of it that
// lives, nil having none, and calls none of them gone.
func (t *terraform) forgets(what string, before, after *instance) {
	if before == nil || before == after {
		return
	}

	for _, lives := range t.ledger.living() {
		switch {
		case !before.has(lives):
		case !after.has(lives) && t.hasElsewhere(before, lives): // It is another resource's, then.
		case !after.has(lives):
			t.ledger.broken(breachOrphan, "%s: %s lives, and the state that had it has it no more", what, lives.name)
		case after.secret() == lives.secret && slices.Contains([]string{"missing", "revoked"}, text(after.value, "current", "status")):
			t.ledger.broken(breachWrong, "%s: %s lives, and is %s in the state", what, lives.name, text(after.value, "current", "status"))
		}
	}
}

// hasElsewhere says whether the state has a token of another resource.
func (t *terraform) hasElsewhere(than *instance, of *token) bool {
	return slices.ContainsFunc(t.state, func(i *instance) bool { return i != than && i.has(of) })
}

// knows says whether the state has a token.
func (t *terraform) knows(of *token) bool { return t.state[t.resource(of)].has(of) }

// lives is how long the policy in a state promises a predecessor that it lives on; nil is
// one without a policy.
func (i *instance) lives() time.Duration {
	if i == nil {
		return grace
	}

	w := &wish{rotates: true, overlap: text(i.value, "rotation", "overlap"), beforeExpiry: text(i.value, "rotation", "before_expiry")}

	return w.lives()
}

// has says whether an instance has a token; nil has none.
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

// retires returns until when an instance promises that a token of its `previous` lives on, and
// whether it has it there; nil has none.
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

// adopted says whether an instance has a token in its `previous` whose secret it never had.
func (i *instance) adopted(of *token) bool {
	for _, previous := range core.Elements(core.Members(i.value)["previous"]) {
		if text(previous, "id") == of.id {
			return text(previous, "sha256") == ""
		}
	}

	return false
}
