package campaign

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// revocation is an invocation of the action.
type revocation struct {
	*terraform
	filter

	// own is the token that the provider logs in with; nil if it logs in with an administrator's
	// password. named means that the provider's configuration also names the token's user, and spared
	// means that the action does not set include_own_user.
	own           *token
	named, spared bool
	dry           bool
	all           bool
	// late lists the filter arguments that are unknown in the plan.
	late []string

	op *operation
	// before holds the user's tokens when the invocation began, and since is that time.
	before []row
	since  time.Time
	// said and progress are what the invocation returned.
	said     said
	progress []string
}

// targets are the name prefixes to choose from for a revocation.
var targets = []string{"", handStem, handStem, handStem, handStem + "a-", handStem + "b-", "r0", "n", loanStem}

// acts invokes the action with a random filter while faults occur and, in most cases, once more without
// faults.
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
		a.all, a.prefix = false, setTo(handStem) // Revoking all tokens should be rare.
	}

	if late := []string{"name_prefix", "status", "created_before", "unused_for"}; unreadable && chance(t.random, 0.7) {
		a.late = late // If it were known in the plan, a validator would reject it.
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
			t.ledger.broken(breachUnsettled, "%s fails without any fault: %s", a.op.what, a.said.String())
		}
	}
}

// logsIn chooses the provider's account. In some cases it is the tokens' user, with one of the tokens.
func (a *revocation) logsIn() {
	living := slices.DeleteFunc(a.ledger.living(), func(of *token) bool { return !of.byHand() })
	if len(living) == 0 || chance(a.random, 0.6) {
		return
	}

	a.own = pick(a.random, living)
	a.named, a.spared = chance(a.random, 0.5), chance(a.random, 0.5)

	if !a.spared && chance(a.random, 0.6) { // The filter selects that token, too, and others.
		a.all, a.filter = false, filter{prefix: setTo(handStem)}
	}
}

// configuration returns the action's configuration.
func (a *revocation) configuration() map[string]any {
	arguments := a.filter.arguments(a.target.userID)

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

// runs invokes the action.
func (a *revocation) runs(w *weather) {
	a.terraform.runs++

	a.op = &operation{what: fmt.Sprintf("run %d, revoking %v", a.terraform.runs, a.configuration()), spares: a.sparesAll}
	a.before, a.since, a.said = a.target.tokens(), a.clock.now(), said{}

	platform := a.target.block(a.gate.url())
	if a.own != nil {
		platform = a.target.own(a.gate.url(), a.own.secret, a.named)
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

// sparesAll returns the reason why the action must not revoke a live token.
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
		return objection{breachFilter, "the filter is invalid"}
	case a.status.text == "expired":
		return objection{breachFilter, "it has not expired"}
	case !a.passes(r, a.clock.now()):
		return objection{breachFilter, "the filter does not select it"}
	default:
		return objection{}
	}
}

// judge compares what the action did with what it reported.
func (a *revocation) judge() {
	now := a.clock.now()

	if a.unreadable() && !a.said.failed() && !a.op.killed {
		a.ledger.broken(breachFilter, "%s: the filter is invalid, but there was no error: %s", a.op.what, join(a.progress))
	}

	for _, r := range a.before {
		later, ok := a.target.find(func(o row) bool { return same(o, r) })
		if of := a.token(r); of != nil && (!ok || !later.alive && !later.expired) {
			of.revoked = true // This includes expired tokens, which were unusable anyway.
		}

		if a.op.killed {
			continue
		}

		named := names(a.said.String(), r.name)
		told := func(verb string) bool { return a.tells(verb, r.name) }
		surely, perhaps := a.selects(r, now)
		selected := surely && ok && a.target.status(later) == a.target.status(r)

		switch listed := a.tells(" to revoke.", ""); {
		case told("Revoked ") && ok && later.alive:
			a.ledger.broken(breachWrong, "%s: reported %s as revoked, but it is alive", a.op.what, r.name)
		case a.unreadable(): // Already reported above.
		case told("Would revoke ") && (!a.dry || !perhaps):
			a.ledger.broken(breachFilter, "%s: must not report that it would revoke %s", a.op.what, r.name)
		case !selected:
		case a.dry && !a.spared && !a.said.failed() && !told("Would revoke "):
			a.ledger.broken(breachWrong, "%s: should report that it would revoke %s", a.op.what, r.name)
		case !a.dry && !a.said.failed() || listed && !named:
			a.ledger.broken(breachWrong, "%s: the filter selects %s, which is alive and was not reported: %s",
				a.op.what, r.name, a.said.String())
		}
	}

	if a.spared && !a.op.killed && !a.said.failed() {
		a.ledger.broken(breachWrong, "%s: revoking the tokens of the provider's own user was not an error", a.op.what)
	}

	a.comesLast()
}

// selects reports whether the filter selects a token certainly, and whether it may select it. Without a
// status, the action selects active tokens.
func (a *revocation) selects(r row, until time.Time) (surely, perhaps bool) {
	if a.own != nil && r.id == a.own.id {
		r.used = until // The provider itself has used it.
	}

	f := a.filter
	if !f.status.set {
		f.status = setTo("active")
	}

	return f.surely(a.target, r, a.since, until), f.perhaps(a.target, r, a.since, until)
}

// tells reports whether a progress message begins or ends with the text and contains the quoted name;
// an empty name matches any.
func (a *revocation) tells(text, name string) bool {
	return slices.ContainsFunc(a.progress, func(message string) bool {
		return (strings.HasPrefix(message, text) || strings.HasSuffix(message, text)) &&
			(name == "" || strings.Contains(message, strconv.Quote(name)))
	})
}

// token returns the token of a row, or nil.
func (a *revocation) token(r row) *token {
	a.ledger.mu.Lock()
	defer a.ledger.mu.Unlock()

	return a.ledger.of(r)
}

// comesLast checks that the provider's own token was revoked after all others.
func (a *revocation) comesLast() {
	if a.own == nil || a.target.vague { // The provider cannot tell which token is its own.
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
			a.ledger.broken(breachInUse, "%s: revoked %s, its own token, before others: %s", a.op.what, a.own.name, join(a.progress))
		}
	}
}
