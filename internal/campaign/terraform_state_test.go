package campaign

import (
	"slices"
	"time"
)

// persist writes the state to disk, for everybody to see.
func (t *terraform) persist(next []*instance) {
	t.snapshots = append(t.snapshots, t.state)
	t.state = next

	for i, inst := range next {
		var current *token
		if inst != nil {
			current = t.ledger.withSecret(text(inst.value, "token"))
		}

		t.ledger.each(func(old *token) {
			switch {
			case resourceOf(old.name) != i:
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
		case then == nil && (t.wishes[i].lineage == "" || t.wishes[i].turn > 0): // Nobody could know what there was.
		case then == nil:
			old = append(old, then)
		case text(then.value, "lineage") != text(now.value, "lineage"): // Another resource's, as it were.
		case text(then.value, "name_prefix") != text(now.value, "name_prefix") && !t.wishes[i].drawn(): // So is this.
		default:
			old = append(old, then)

			if text(then.value, "token") != text(now.value, "token") {
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

	// What this state does not know is found by looking: it is promised anew if it is used.
	t.ledger.each(func(lost *token) {
		if resourceOf(lost.name) == i && lost.had && !lost.current && !t.knows(lost) {
			lost.forgotten, lost.succeeded, lost.overlap = true, t.clock.now(), t.wishes[i].lives()
		}
	})

	return true
}

// knows says whether the state has a token.
func (t *terraform) knows(of *token) bool {
	inst := t.state[resourceOf(of.name)]
	if inst == nil {
		return false
	}

	if text(inst.value, "token") == of.secret {
		return true
	}

	for _, previous := range elements(attributes(inst.value)["previous"]) {
		created, _ := time.Parse(time.RFC3339, text(previous, "created_at"))
		if text(previous, "id") == of.id && (created.IsZero() || created.Equal(of.made.Truncate(time.Second))) {
			return true
		}
	}

	return false
}
