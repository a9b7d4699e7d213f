package campaign

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// loanTime is the expires_in of ephemeral tokens.
const loanTime = time.Hour

// notClosed is the summary of the warning that an ephemeral resource's token is still alive.
const notClosed = "The ephemeral token was not revoked"

// loan is an ephemeral resource in a run.
type loan struct {
	said

	private []byte
	// lives is its expires_in, which may be invalid.
	lives string
	// token is nil until the resource is opened.
	token *token
	// closed is set when the run has closed the resource. left holds the warnings about a token that
	// could not be revoked.
	closed bool
	left   []string
}

// borrows is a run with ephemeral resources. It opens, uses and closes them. If their consumer fails or
// the run is interrupted, it does not close them. In the end it stops the plugin.
func (t *terraform) borrows() {
	t.runs++

	op := &operation{what: fmt.Sprintf("run %d, with ephemeral resources", t.runs)}
	op.spares = func(_ *process, of *token) objection {
		switch {
		case of.asked.op != op:
			return objection{breachInUse, "no ephemeral resource of this run has issued it"}
		case of.lent:
			return objection{breachInUse, "the run still uses it"}
		default:
			return objection{}
		}
	}
	op.orders = t.lends

	var all said

	weather := t.gale()
	p := t.start(op, t.strike(0.3), &all)

	t.gate.turns(weather)
	defer t.gate.turns(nil)

	t.waits(p)

	loans := make([]*loan, 1+t.random.IntN(2))
	for i := range loans {
		loans[i] = &loan{lives: loanTime.String()}
		if chance(t.random, 0.1) {
			loans[i].lives = pick(t.random, badDurations)
			results.meets("ephemeral tokens with an invalid expiry")
		}
	}

	t.openAll(p, loans)

	fails := chance(t.random, 0.2)
	t.useAll(p, loans)

	for _, l := range loans {
		if l.token != nil && !fails && !p.stopped() {
			t.closes(p, l)
		}
	}

	p.perish()

	var stopped error

	if !p.gone() {
		t.returned(loans)

		stopped = p.stop()
	}

	for _, l := range loans {
		all.append(l.said)
	}

	requests, _ := p.end()
	t.takes(requests)
	t.gate.quiet()

	op.said, op.killed = all.String(), p.gone()
	t.ledger.ends(op)
	t.happens("%s: killed %t, its consumer fails %t: %s; at the end: %v", op.what, op.killed, fails, op.said, stopped)

	if !op.killed {
		t.leaves(p, op, loans, stopped)
	}

	for _, l := range loans {
		if l.token != nil {
			t.ledger.lends(l.token, false)
		}
	}
}

// waits checks that an ephemeral resource with applying = false sends no request.
func (t *terraform) waits(p *plugin) {
	var s said

	opened, _ := p.open(p.context, map[string]any{
		"user_id": t.target.userID, "name_prefix": loanStem + "6t0-", "applying": false,
	}, &s)

	requests := p.count()
	if requests > 0 || s.failed() || !opened["token"].IsNull() || !opened["name"].IsNull() {
		t.ledger.broken(breachWrong, "an ephemeral resource with applying = false sent %d requests and issued %s: %s",
			requests, text(opened["name"]), s.String())
	}
}

// openAll opens the ephemeral resources, either concurrently, as Terraform does, or one after the
// other.
func (t *terraform) openAll(p *plugin, loans []*loan) {
	each(len(loans), t.together(0.3), func(i int) {
		l := loans[i]
		opened, private := p.open(p.context, map[string]any{
			"user_id": t.target.userID, "name_prefix": loanStem + strconv.Itoa(7+i) + "t0-", "expires_in": l.lives,
		}, &l.said)

		if _, ok := readable(l.lives); !ok && !l.failed() && !p.gone() {
			t.ledger.broken(breachExpiry, "an ephemeral token was issued with expires_in = %q", l.lives)
		}

		if l.failed() || p.gone() {
			return
		}

		l.private = private
		t.lent(l, opened)
	})
}

// lent checks the attributes of an opened ephemeral resource.
func (t *terraform) lent(l *loan, opened map[string]tftypes.Value) {
	l.token = t.ledger.withSecret(text(opened["token"]))

	switch {
	case l.token == nil:
		t.ledger.broken(breachLost, "the secret of the ephemeral token %s is not that of any token", text(opened["name"]))

		return
	case l.token.name != text(opened["name"]):
		t.ledger.broken(breachWrong, "the ephemeral token %s is returned with the name %s", l.token.name, text(opened["name"]))
	}

	results.meets("ephemeral tokens")
	t.ledger.lends(l.token, true)
}

// useAll makes the run's consumers log in with the tokens.
func (t *terraform) useAll(p *plugin, loans []*loan) {
	if p.gone() {
		return
	}

	if chance(t.random, 0.3) {
		t.clock.move(loanTime / 4)
	}

	for _, l := range loans {
		if l.token != nil && !t.target.uses(l.token.secret) {
			t.ledger.broken(breachLost, "the run could not log in with %s", l.token.name)
		}
	}
}

// closes closes an ephemeral resource. Afterwards, either the token is revoked or a warning names it.
func (t *terraform) closes(p *plugin, l *loan) {
	t.ledger.lends(l.token, false)

	var s said

	if p.close(p.context, l.private, &s); p.gone() {
		return
	}

	l.closed = true
	l.warnings = append(l.warnings, s.warnings...)

	if s.failed() {
		t.ledger.broken(breachWrong, "closing %s returned an error: %s", l.token.name, s.String())
	}

	for _, warning := range s.warnings {
		if strings.HasPrefix(warning, notClosed) && names(warning, l.token.name) {
			results.meets("ephemeral tokens not closed")

			l.left = append(l.left, warning)
		}
	}

	if len(l.left) == 0 && t.target.works(l.token.secret) {
		t.ledger.broken(breachOrphan, "%s is alive after its resource was closed without a warning", l.token.name)
	}
}

// returned records that the run no longer needs its tokens.
func (t *terraform) returned(loans []*loan) {
	for _, l := range loans {
		if l.token == nil {
			continue
		}

		if !l.closed {
			results.meets("ephemeral tokens left to the end")
		}

		t.ledger.lends(l.token, false)
	}
}

// leaves checks the live tokens of a run whose plugin was stopped. Tokens of resources that were open
// must have been revoked, unless that failed at the end as well, and all other tokens that the run
// issued must have been revoked or named.
func (t *terraform) leaves(p *plugin, op *operation, loans []*loan, stopped error) {
	for _, lives := range t.ledger.living() {
		if lives.asked.op != op || lives.asked.by != p.process {
			continue
		}

		t.expires(lives)

		n := slices.IndexFunc(loans, func(l *loan) bool { return l.token == lives })

		switch {
		case n < 0 && (lives.told || lives.late && !t.ledger.outdone(lives)):
		case n < 0:
			t.ledger.broken(lives.asked.strays(), "%s: %s was issued without an open resource and is alive, but was not named", op.what, lives.name)
		case stopped == nil || !names(stopped.Error(), lives.name):
			t.ledger.broken(breachOrphan, "%s: %s was open and is alive, but stopping the plugin did not report it: %v",
				op.what, lives.name, stopped)
		case loans[n].closed && len(loans[n].left) == 0:
			t.ledger.broken(breachOrphan, "%s: %s was closed and is alive, but no warning names it", op.what, lives.name)
		default:
			lives.told = true
		}
	}
}

// expires checks that a token expires by itself: where an expiry is a date, within the following day.
func (t *terraform) expires(of *token) {
	r, ok := t.target.find(func(r row) bool { return r.id == of.id && r.created.Equal(of.made) })

	latest := t.target.latest(of.made, loanTime)

	if ok && (r.expires.IsZero() || r.expires.After(latest)) {
		t.ledger.broken(breachExpiry, "%s expires at %s, want %s at the latest", of.name, r.expires, latest)
	}
}

// lends returns the reason why a token should not have been requested for an ephemeral resource: it
// would not expire soon after the run.
func (t *terraform) lends(c call) string {
	if latest := t.target.latest(t.clock.now(), loanTime); c.expires.IsZero() || c.expires.After(latest) {
		return fmt.Sprintf("it would expire at %s, want %s at the latest", c.expires, latest)
	}

	return ""
}

// accountForLoan sets apart a token that a run with ephemeral resources has left alive, and checks that
// it had an excuse. The token may have expired by now.
func (t *terraform) accountForLoan(left *token) {
	if !t.excusable(left) {
		t.ledger.broken(left.asked.strays(), "%s (of %s) was not revoked, and nothing named it", left.name, left.asked.op.what)
	}

	t.expires(left)
	t.setApart(left)
	t.loans++
}

// lends records whether a run is using a token of an ephemeral resource.
func (l *ledger) lends(t *token, lent bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	t.lent = lent
}
