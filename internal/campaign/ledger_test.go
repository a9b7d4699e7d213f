package campaign

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// ledger records every token that the server has issued, and what was promised about it.
type ledger struct {
	target *target
	clock  *clock

	mu     sync.Mutex
	tokens []*token
	asked  []*asked
	// found holds descriptions of the broken guarantees.
	found [breaches][]string
	// current is the operation of each process. before is the previous operation, if that was
	// interrupted: a request that it has given up on may arrive only now.
	current, before map[*process]*operation
}

func newLedger(target *target, clock *clock) *ledger {
	return &ledger{target: target, clock: clock, current: map[*process]*operation{}, before: map[*process]*operation{}}
}

// broken records a broken guarantee.
func (l *ledger) broken(b breach, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.breaks(b, format, args...)
}

func (l *ledger) breaks(b breach, format string, args ...any) {
	if l.target.namesake && b.hidesUser() {
		b = breachUser
	}

	l.found[b] = append(l.found[b], fmt.Sprintf(format, args...))
}

// begins records that a process starts an operation.
func (l *ledger) begins(p *process, op *operation) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if last := l.current[p]; last != nil && last.interrupted {
		l.before[p] = last
	} else {
		delete(l.before, p)
	}

	l.current[p] = op
}

// asks records a request for a token. On a platform that does not allow names to be reused, a name must
// not be sent again: neither by a process that does not know the outcome of its first request, nor by
// one that could have seen it.
func (l *ledger) asks(p *process, c call, met trouble) *asked {
	name := c.token
	again := p.asks(name)

	l.mu.Lock()
	defer l.mu.Unlock()

	a := &asked{name: name, by: p, op: l.current[p], page: met.hidesRefusal()}
	if before := l.before[p]; before != nil && names(before.said, name) {
		a.op = before
	}

	l.asked = append(l.asked, a)

	if orders := a.op.orders; orders != nil {
		if why := orders(c); why != "" {
			l.breaks(breachExpiry, "%s: wrong request for %s: %s", a.op.what, name, why)
		}
	}

	if l.target.reusable {
		return a
	}

	seen := slices.ContainsFunc(l.tokens, func(t *token) bool { return t.name == name && t.seen[p] })
	if again || seen {
		broken := breachTwice
		if slices.ContainsFunc(l.asked, func(o *asked) bool { return o.name == name && o.page }) {
			broken = breachPage
		}

		l.breaks(broken, "%s: the name %s was sent again (by the same process: %t; the process had seen it: %t)", a.op.what, name, again, seen)
	}

	return a
}

// made records a token that the server has just issued.
func (l *ledger) made(a *asked, secret string, late bool) {
	r, ok := l.target.find(func(r row) bool { return r.name == a.name })

	l.mu.Lock()
	defer l.mu.Unlock()

	if !ok {
		l.breaks(breachUser, "%s: %s was issued to another user", a.op.what, a.name)

		return
	}

	l.tokens = append(l.tokens, &token{
		id: r.id, name: a.name, secret: secret, made: r.created, asked: a, late: late || a.op.over, before: len(l.asked), seen: map[*process]bool{},
		told: a.op.over && names(a.op.said, a.name),
	})
}

// looked records which of the user's tokens a process was shown.
func (l *ledger) looked(p *process, shown string) {
	l.mu.Lock()
	defer l.mu.Unlock()

	for _, t := range l.tokens {
		t.seen[p] = t.seen[p] || names(shown, t.name)
	}
}

// revoked compares the live tokens before and after a revocation.
func (l *ledger) revoked(p *process, before, after []row) {
	l.mu.Lock()
	defer l.mu.Unlock()

	for _, r := range before {
		if slices.ContainsFunc(after, func(o row) bool { return same(o, r) }) {
			continue
		}

		t := l.of(r)
		if t == nil {
			l.breaks(breachInUse, "%s: revoked %s, which the campaign did not issue", l.current[p].what, r.name)

			continue
		}

		t.revoked = true

		if t.had && !t.current && !t.byHand() {
			results.meets("predecessors retired")
		}

		if before := l.before[p]; before != nil && before.spares(p, t).why == "" {
			continue
		}

		if o := l.current[p].spares(p, t); o.why != "" {
			l.breaks(o.breach, "%s: revoked %s at %s: %s", l.current[p].what, t.name, l.clock.now().Format(time.DateTime), o.why)
		}
	}
}

// of returns the token of a row. The caller holds the mutex.
func (l *ledger) of(r row) *token {
	for _, t := range slices.Backward(l.tokens) {
		if t.id == r.id && t.name == r.name && t.made.Equal(r.created) {
			return t
		}
	}

	return nil
}

// returns records that an apply has returned the token's secret.
func (l *ledger) returns(t *token) {
	l.mu.Lock()
	defer l.mu.Unlock()

	t.returned = true
}

// withSecret returns the token with the secret, or nil.
func (l *ledger) withSecret(secret string) *token {
	l.mu.Lock()
	defer l.mu.Unlock()

	for _, t := range l.tokens {
		if t.secret == secret && secret != "" {
			return t
		}
	}

	return nil
}

// each calls a function for every token, from the oldest to the newest.
func (l *ledger) each(do func(*token)) {
	l.mu.Lock()
	tokens := slices.Clone(l.tokens)
	l.mu.Unlock()

	for _, t := range tokens {
		do(t)
	}
}

// told records which tokens a text names.
func (l *ledger) told(text string) {
	l.each(func(t *token) { t.told = t.told || names(text, t.name) })
}

// living returns the tokens that the server accepts. If one of them is missing from the ledger, the
// campaign itself has a bug, which is reported as a broken guarantee.
func (l *ledger) living() []*token {
	var tokens []*token

	for _, r := range l.target.alive() {
		l.mu.Lock()
		t := l.of(r)
		l.mu.Unlock()

		if t == nil {
			l.broken(breachWrong, "the ledger does not have the live token %s", r.name)

			continue
		}

		tokens = append(tokens, t)
	}

	return tokens
}

// settled checks each token that an operation issued, at the end of the operation, if the process is
// still alive: the token must be known to the state, have been named to the user, or be revoked. A
// token that the server issued late, with no further request in its place, is excused: the provider's
// last look at the tokens came before.
func (l *ledger) settled(p *process, op *operation, known func(*token) bool) {
	l.ends(op)

	for _, t := range l.living() {
		switch {
		case t.asked.op != op || t.asked.by != p || known(t) || t.told:
		case t.late && !l.outdone(t):
		default:
			l.broken(t.asked.loses(), "%s: %s was issued and is alive, but is not kept and was not named: %s", op.what, t.name, op.said)
		}
	}
}

// ends records that an operation has ended, and which tokens its output named.
func (l *ledger) ends(op *operation) {
	l.told(op.said)

	l.mu.Lock()
	defer l.mu.Unlock()

	op.over = true
}

// outdone reports whether another token was requested in place of one that was issued late.
func (l *ledger) outdone(t *token) bool {
	l.mu.Lock()
	defer l.mu.Unlock()

	return slices.ContainsFunc(l.asked[t.before:], func(a *asked) bool {
		return a.by == t.asked.by && a.op == t.asked.op && resourceOf(a.name) == resourceOf(t.name) && a.name != t.name
	})
}

// uses makes a consumer log in with a token. If that was promised to work, it must work.
func (l *ledger) uses(t *token, promised bool) {
	if t.current {
		results.meets("consumers")
	} else {
		results.meets("consumers of old tokens")
	}

	worked := l.target.uses(t.secret)
	if worked {
		t.used = l.clock.now()
	}

	if promised && !worked && !l.expired(t) {
		l.broken(breachLost, "a consumer could not log in with %s", t.name)
	}
}

// expired reports whether the server rejects a token only because it has expired.
func (l *ledger) expired(t *token) bool {
	r, ok := l.target.find(func(r row) bool { return r.id == t.id && r.name == t.name && r.created.Equal(t.made) })

	return ok && r.expired
}

func same(a, b row) bool { return a.id == b.id && a.created.Equal(b.created) }
