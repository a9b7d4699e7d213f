package campaign

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/coalesce"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// client is a program that issues tokens with the issuer over a driver, and keeps what it
// got.
type client struct {
	*schedule

	coalesced, session bool
	retries            int
	lines              []*line

	// What follows is of the process that runs now.
	process *process
	system  pat.System
	issuer  *issuer.Issuer
	// operations counts them.
	operations int
}

// line is what tokens are issued for: one name after the other.
type line struct {
	order issuer.Order
	// set says that the lineage is the user's own.
	set  bool
	turn int
	kept []*kept
}

// kept is a token that the program has.
type kept struct {
	*token

	shown pat.Token
}

// driverSchedule issues, revokes, lists and finds tokens while everything fails; then
// nothing fails any more, and all that lives has to be known to somebody.
func driverSchedule(ctx context.Context, seed uint64) (*schedule, error) {
	s, err := newSchedule(ctx, seed, newClock())
	if err != nil {
		return nil, err
	}
	defer s.close()

	c := &client{
		schedule: s, coalesced: chance(s.random, 0.5), session: chance(s.random, 0.5), retries: s.random.IntN(3),
	}
	s.happens("a driver, coalesced %t, on a session %t, with %d retries", c.coalesced, c.session, c.retries)

	for i := range 3 {
		l := &line{order: issuer.Order{UserID: s.place.userID, Lifetime: lifecycle.Lifetime{In: pick(s.random, lifetimes)}}}

		switch w := (&wish{of: i, fixed: i == 2}); {
		case w.fixed:
			l.order.Name = w.name()
		default:
			l.order.NamePrefix = w.stem()
		}

		if l.set = i == 1; l.set {
			l.order.Lineage = "abcdef"
		}

		c.lines = append(c.lines, l)
	}

	if err := c.start(); err != nil {
		return nil, err
	}

	for range 5 + s.random.IntN(10) {
		if err := c.step(); err != nil {
			return nil, err
		}
	}

	return s, c.conclude()
}

var lifetimes = []time.Duration{30 * 24 * time.Hour, 90 * 24 * time.Hour}

// start starts another process.
func (c *client) start() error {
	c.process = c.schedule.process()

	system, err := c.place.open(rest.Options{
		BaseURL: c.gate.url(), UserAgent: c.process.name, MaxRetries: c.retries, RetryWaitMax: time.Millisecond,
	}, c.clock.now, c.session)
	if err != nil {
		return err
	}

	if c.system = system; c.coalesced {
		c.system = coalesce.New(system)
	}

	c.issuer = issuer.New(c.system, c.clock.now)

	return nil
}

// step is one thing that happens.
func (c *client) step() error {
	l := pick(c.random, c.lines)

	switch c.random.IntN(10) {
	case 0:
		c.advances(pick(c.random, []time.Duration{time.Minute, 2 * time.Hour, 25 * time.Hour}))
	case 1:
		c.happens("another process")

		return c.start()
	case 2:
		c.list(l)
	case 3:
		if len(l.kept) > 0 {
			c.find(pick(c.random, l.kept))
		}
	case 4, 5:
		if len(l.kept) > 0 {
			c.revoke(l, c.random.IntN(len(l.kept)), c.storm())
		}
	case 6:
		c.issue(c.storm(), c.lines...)
	default:
		c.issue(c.storm(), l)
	}

	c.gate.lands(func() bool { return chance(c.random, 0.3) })

	for _, l := range c.lines {
		for _, k := range l.kept {
			if chance(c.random, 0.2) {
				c.ledger.uses(k.token, !k.revoked)
			}
		}
	}

	if c.process.gone() {
		c.happens("the process is killed")

		return c.start()
	}

	return nil
}

// operate carries out an operation, and says whether the process has survived it.
func (c *client) operate(
	what string, w *weather, spares func(*token) string, do func(context.Context) (said string), known func(*token) bool,
) bool {
	c.operations++
	op := &operation{what: fmt.Sprintf("%d, %s", c.operations, what), spares: spares}
	for _, l := range c.lines {
		op.firsts = append(op.firsts, l.order.Name == "" && l.order.Lineage == "")
	}

	var m *moment
	if w != nil {
		m = c.strike(0.3)
	}

	c.ledger.begins(c.process, op)
	c.gate.turns(w)

	op.said = do(c.process.begin(c.ctx, m))

	c.process.perish()
	c.gate.turns(nil)

	requests, _ := c.process.end()
	c.takes(requests)
	c.gate.quiet()
	c.happens("%s: %s", op.what, op.said)

	if op.killed = c.process.gone(); !op.killed {
		c.ledger.settled(c.process, op, known)
	}

	return !op.killed
}

// issue issues a token for each line, at the same time.
func (c *client) issue(w *weather, lines ...*line) {
	for _, l := range lines {
		l.order.Known = nil
		for _, k := range l.kept {
			l.order.Known = append(l.order.Known, k.shown.Key())
		}
	}

	results, failures := make([]issuer.Result, len(lines)), make([]error, len(lines))

	do := func(ctx context.Context) string {
		var waits sync.WaitGroup

		for i, l := range lines {
			waits.Go(func() { results[i], failures[i] = c.issuer.Issue(ctx, l.order) })
		}

		waits.Wait()

		var texts []string

		for i, result := range results {
			if failures[i] != nil {
				texts = append(texts, failures[i].Error())

				continue
			}

			texts = append(texts, "issued "+result.Name)
			texts = append(texts, result.Leftovers...)

			for _, sibling := range result.Siblings {
				texts = append(texts, "there is also "+sibling.Name)
			}
		}

		return join(texts)
	}

	issued := func(t *token) bool {
		for i, result := range results {
			if failures[i] == nil && result.Secret.Reveal() == t.secret {
				return true
			}
		}

		return false
	}

	if !c.operate("issue", w, c.spares(nil), do, issued) {
		return
	}

	for i, l := range lines {
		if failures[i] == nil {
			c.keeps(l, results[i])
		} else if l.order.Name != "" {
			c.renames(l, failures[i])
		}
	}
}

// keeps keeps what was issued.
func (c *client) keeps(l *line, result issuer.Result) {
	t := c.ledger.withSecret(result.Secret.Reveal())

	switch {
	case t == nil:
		c.ledger.broken(breachLost, "the secret of %s is not one", result.Name)

		return
	case !c.place.works(t.secret):
		c.ledger.broken(breachLost, "the secret of %s does not work", result.Name)
	case t.name != result.Name, l.order.NamePrefix != "" && result.Generation <= l.order.Generation:
		c.ledger.broken(breachWrong, "%s of generation %d comes after %d", result.Name, result.Generation, l.order.Generation)
	}

	t.had = true
	l.kept = append(l.kept, &kept{token: t, shown: result.Token})

	if l.order.NamePrefix != "" {
		l.order.Lineage, l.order.Generation = result.Lineage, result.Generation
	} else {
		c.turns(l)
	}
}

// renames does what a person does about a fixed name that is taken.
func (c *client) renames(l *line, err error) {
	taken, ok := errors.AsType[*issuer.TakenError](err)
	if !ok {
		return
	}

	for _, lives := range c.ledger.living() {
		if lives.name == l.order.Name && !lives.had {
			c.setApart(lives)
			c.fixed++
		}
	}

	if !names(err.Error(), taken.Token.Name) || taken.Token.Name != l.order.Name {
		c.ledger.broken(breachWrong, "an error about %s does not name it: %v", l.order.Name, err)
	}

	c.turns(l)
}

// turns chooses another fixed name. What was asked for under the last one is over by then.
func (c *client) turns(l *line) {
	c.gate.lands(func() bool { return true })

	for _, lives := range c.ledger.living() {
		if lives.name == l.order.Name && !lives.had {
			c.setApart(lives)
			c.fixed++
		}
	}

	l.turn++
	l.order.Name = (&wish{of: 2, fixed: true, turn: l.turn}).name()
}

// revoke revokes a token.
func (c *client) revoke(l *line, n int, w *weather) {
	k := l.kept[n]

	var failed error

	if !c.operate("revoke "+k.name, w, c.spares(k), func(ctx context.Context) string {
		if failed = c.system.Revoke(ctx, k.shown); failed != nil {
			return failed.Error()
		}

		return "revoked"
	}, func(*token) bool { return true }) || failed != nil {
		return
	}

	if c.place.works(k.secret) {
		c.ledger.broken(breachOrphan, "%s was revoked, it is said, and lives", k.name)
	}

	l.kept = append(l.kept[:n:n], l.kept[n+1:]...)
}

// list lists the tokens of a line, or all.
func (c *client) list(l *line) {
	var query pat.TokenQuery
	if chance(c.random, 0.5) {
		query.NamePrefix = l.order.NamePrefix + l.order.Name
	}

	before := c.ledger.living()

	var (
		listed []pat.Token
		failed error
	)

	if !c.operate("list "+query.NamePrefix, c.storm(), c.spares(nil), func(ctx context.Context) string {
		if listed, failed = c.system.Tokens(ctx, c.place.userID, query); failed != nil {
			return failed.Error()
		}

		return fmt.Sprintf("%d listed", len(listed))
	}, func(*token) bool { return true }) || failed != nil {
		return
	}

	for _, t := range before {
		if !t.late && strings.HasPrefix(t.name, query.NamePrefix) && !shows(listed, t) {
			c.ledger.broken(breachWrong, "%s is in no list", t.name)
		}
	}
}

// find reads one token.
func (c *client) find(k *kept) {
	var (
		found  pat.Token
		failed error
	)

	if !c.operate("find "+k.name, c.storm(), c.spares(nil), func(ctx context.Context) string {
		if found, failed = c.system.Token(ctx, k.shown.Key()); failed != nil {
			return failed.Error()
		}

		return string(found.Status)
	}, func(*token) bool { return true }) {
		return
	}

	_, there := c.place.find(func(r row) bool { return r.id == k.id && r.created.Equal(k.made) })

	if _, gone := errors.AsType[*pat.GoneError](failed); gone && there {
		c.ledger.broken(breachWrong, "%s is said to be gone: %v", k.name, failed)
	}

	if failed == nil && found.Status == pat.StatusRevoked && !k.revoked {
		c.ledger.broken(breachWrong, "%s is said to be revoked", k.name)
	}
}

// spares says why a token must not be revoked: somebody keeps it, and it is not the one.
func (c *client) spares(target *kept) func(*token) string {
	return func(t *token) string {
		if t.had && (target == nil || t != target.token) {
			return "somebody keeps it"
		}

		return ""
	}
}

func shows(listed []pat.Token, t *token) bool {
	for _, l := range listed {
		if l.ID == t.id && l.Name == t.name {
			return true
		}
	}

	return false
}
