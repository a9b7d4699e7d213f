package campaign

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// revocation is an action in a run.
type revocation struct {
	*terraform
	filter

	// own is the token that the provider logs in with, nil where that is an
	// administrator's password, and named is set where it says whose that is; spared is set
	// where it did not ask for its own user's tokens.
	own           *token
	named, spared bool
	dry           bool
	all           bool
	// late are the filters that are unknown when the run is planned.
	late []string

	op *operation
	// before is what there was, and since when.
	before []row
	since  time.Time
	// said and progress are what came of it.
	said     said
	progress []string
}

// targets are the prefixes of what somebody revokes.
var targets = []string{"", handStem, handStem, handStem, handStem + "a-", handStem + "b-", "r0", "n", loanStem}

// acts lets the action revoke what a filter selects while everything fails; then, mostly,
// once more while nothing fails.
func (t *terraform) acts() {
	a := &revocation{
		terraform: t, filter: newFilter(t.random, targets, []string{"", "", "active", "expired"}), dry: chance(t.random, 0.2),
	}

	if chance(t.random, 0.4) {
		before := t.clock.now().Add(-pick(t.random, []time.Duration{0, time.Hour, 25 * time.Hour}))
		a.createdBefore = setTo(before.Format(time.RFC3339))
	}

	unreadable := chance(t.random, 0.3)
	if unreadable {
		spoil(t.random, &a.filter, &a.prefix, &a.status, &a.createdBefore, &a.unusedFor)
	}

	if a.all = !a.narrows(); a.all && chance(t.random, 0.7) {
		a.all, a.prefix = false, setTo(handStem) // Whoever means all of them is rare.
	}

	if late := []string{"name_prefix", "status", "created_before", "unused_for"}; unreadable && chance(t.random, 0.7) {
		a.late = late // Or a validator would have read it.
	} else if chance(t.random, 0.5) {
		a.late = late[t.random.IntN(len(late)):]
	}

	a.logsIn()
	a.runs(t.gale())
	a.judge()

	if a.own == nil && !a.dry && chance(t.random, 0.7) {
		a.runs(nil)
		a.judge()

		if a.said.failed() && !a.unreadable() {
			t.ledger.broken(breachUnsettled, "%s fails though nothing does: %s", a.op.what, a.said.String())
		}
	}
}

// logsIn chooses whom the provider logs in as: rarely the very user, with one of the tokens.
func (a *revocation) logsIn() {
	living := slices.DeleteFunc(a.ledger.living(), func(of *token) bool { return !of.byHand() })
	if len(living) == 0 || chance(a.random, 0.6) {
		return
	}

	a.own = pick(a.random, living)
	a.named, a.spared = chance(a.random, 0.5), chance(a.random, 0.5)

	if !a.spared && chance(a.random, 0.6) { // That one, too, and others.
		a.all, a.filter = false, filter{prefix: setTo(handStem)}
	}
}

// configuration is that of the action.
func (a *revocation) configuration() map[string]any {
	arguments := a.filter.arguments(a.place.userID)

	if a.all {
		arguments["all"] = true
	}

	if a.dry {
		arguments["dry_run"] = true
	}

	if a.own != nil && !a.spared {
		arguments["include_own_user"] = true
	}

	return arguments
}

// runs carries the action out.
func (a *revocation) runs(w *weather) {
	a.terraform.runs++

	a.op = &operation{what: fmt.Sprintf("run %d, revoking %v", a.terraform.runs, a.configuration()), spares: a.sparesAll}
	a.before, a.since, a.said = a.place.tokens(), a.clock.now(), said{}

	platform := a.place.block(a.gate.url())
	if a.own != nil {
		platform = a.place.own(a.gate.url(), a.own.secret, a.named)
	}

	var m *moment
	if w != nil {
		m = a.strike(0.3)
	}

	p := a.startAs(platform, a.op, m, &a.said)
	a.gate.turns(w)

	planned := a.configuration()
	for _, name := range a.late {
		planned[name] = unknown
	}

	a.progress = p.invoke(p.context, planned, a.configuration(), &a.said)

	a.gate.turns(nil)

	requests, struck := p.end()
	a.takes(requests)
	a.gate.quiet()

	a.op.killed, a.op.interrupted, a.op.said = p.gone(), struck, a.said.String()
	a.ledger.ends(a.op)
	a.happens("%s, logged in with a token %t, killed %t: %s\n%s", a.op.what, a.own != nil, a.op.killed, a.op.said, join(a.progress))
	results.meets("actions")

	if a.own != nil {
		results.meets("actions of the tokens' own user")
	}
}

// sparesAll says why the action must leave a token alone that is alive.
func (a *revocation) sparesAll(_ *process, of *token) objection {
	r := row{id: of.id, name: of.name, created: of.made, alive: true}
	if n := slices.IndexFunc(a.before, func(o row) bool { return same(o, r) }); n >= 0 {
		r = a.before[n]
	}

	switch {
	case a.dry:
		return objection{breachInUse, "it was a dry run"}
	case a.spared:
		return objection{breachInUse, "the provider may log in with it"}
	case a.unreadable():
		return objection{breachFilter, "nobody can read the filter"}
	case a.status.text == "expired":
		return objection{breachFilter, "it has not expired"}
	case !a.passes(r, a.clock.now()):
		return objection{breachFilter, "the filter does not select it"}
	default:
		return objection{}
	}
}

// judge compares what the action did with what it told.
func (a *revocation) judge() {
	now := a.clock.now()

	if a.unreadable() && !a.said.failed() && !a.op.killed {
		a.ledger.broken(breachFilter, "%s: nobody can read the filter, and it is no error: %s", a.op.what, join(a.progress))
	}

	for _, r := range a.before {
		later, ok := a.place.find(func(o row) bool { return same(o, r) })
		if of := a.token(r); of != nil && (!ok || !later.alive && !later.expired) {
			of.revoked = true // An expired one too, which nobody could use anyway.
		}

		if a.op.killed {
			continue
		}

		named := names(a.said.String(), r.name)
		told := func(verb string) bool { return a.tells(verb, r.name) }
		surely, perhaps := a.selects(r, now)
		selected := surely && ok && a.place.status(later) == a.place.status(r)

		switch listed := a.tells(" to revoke.", ""); {
		case told("Revoked ") && ok && later.alive:
			a.ledger.broken(breachWrong, "%s: %s is said to be revoked, and lives", a.op.what, r.name)
		case a.unreadable(): // It has been told already.
		case told("Would revoke ") && (!a.dry || !perhaps):
			a.ledger.broken(breachFilter, "%s: would revoke %s, it says", a.op.what, r.name)
		case !selected:
		case a.dry && !a.spared && !a.said.failed() && !told("Would revoke "):
			a.ledger.broken(breachWrong, "%s: would not revoke %s, it says", a.op.what, r.name)
		case !a.dry && !a.said.failed() || listed && !named:
			a.ledger.broken(breachWrong, "%s: the filter selects %s, which lives, and nobody was told: %s",
				a.op.what, r.name, a.said.String())
		}
	}

	if a.spared && !a.op.killed && !a.said.failed() {
		a.ledger.broken(breachWrong, "%s: the tokens of the provider's own user are no error", a.op.what)
	}

	a.comesLast()
}

// selects says whether the action selects a row, surely or perhaps. Where it says no status,
// it is for what is active.
func (a *revocation) selects(r row, until time.Time) (surely, perhaps bool) {
	if a.own != nil && r.id == a.own.id {
		r.used = until // By the provider itself.
	}

	f := a.filter
	if !f.status.set {
		f.status = setTo("active")
	}

	return f.surely(a.place, r, a.since, until), f.perhaps(a.place, r, a.since, until)
}

// tells says whether some progress begins or ends with a text and has a name in quotes;
// empty is any.
func (a *revocation) tells(text, name string) bool {
	return slices.ContainsFunc(a.progress, func(message string) bool {
		return (strings.HasPrefix(message, text) || strings.HasSuffix(message, text)) &&
			(name == "" || strings.Contains(message, strconv.Quote(name)))
	})
}

// token is that of a row, nil for none.
func (a *revocation) token(r row) *token {
	a.ledger.mu.Lock()
	defer a.ledger.mu.Unlock()

	return a.ledger.of(r)
}

// comesLast checks that the token that the provider logs in with was revoked after all
// others.
func (a *revocation) comesLast() {
	if a.own == nil || a.place.vague { // Nobody can read which that is.
		return
	}

	var last string

	for _, message := range a.progress {
		if strings.HasPrefix(message, "Revoked ") || strings.HasPrefix(message, "Could not revoke ") {
			last = message
		}
	}

	if a.tells("Revoked ", a.own.name) || a.tells("Could not revoke ", a.own.name) {
		results.meets("own credentials revoked last")

		if !strings.Contains(last, strconv.Quote(a.own.name)) {
			a.ledger.broken(breachInUse, "%s: revoked %s, its own credential, before others: %s", a.op.what, a.own.name, join(a.progress))
		}
	}
}
