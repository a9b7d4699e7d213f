package campaign

import (
	"context"
	"fmt"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/coalesce"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// client is a program that issues tokens, using the issuer on top of a driver, and keeps them.
type client struct {
	*schedule

	coalesced, session bool
	retries            int
	lines              []*line

	// The fields below belong to the current process.
	process *process
	system  pat.System
	issuer  *tokens.Issuer
	// operations counts the operations so far.
	operations int
}

// line is a series of tokens that the client issues one after the other.
type line struct {
	order tokens.Order
	// set says that the user has chosen the series.
	set  bool
	turn int
	kept []*kept
	// siblings are the other live tokens of the series that were found when the latest token was
	// issued.
	siblings []pat.Token
}

// kept is a token that the client keeps.
type kept struct {
	*token

	shown pat.Token
}

// driverSchedule issues, revokes, lists and finds tokens, and modifies their user, while faults occur.
// Then the faults end, and every live token must be accounted for.
func driverSchedule(ctx context.Context, seed uint64) (*schedule, error) {
	s, err := newSchedule(ctx, seed, newClock())
	if err != nil {
		return nil, err
	}
	defer s.close()

	c := &client{
		schedule: s, coalesced: chance(s.random, 0.5), session: chance(s.random, 0.5), retries: s.random.IntN(3),
	}
	s.happens("a driver; coalesced %t, on a session %t, with %d retries", c.coalesced, c.session, c.retries)

	for i := range 3 {
		l := &line{order: tokens.Order{UserID: s.target.userID, Lifetime: lifecycle.Lifetime{In: pat.Some(pick(s.random, lifetimes))}}}

		switch w := (&wish{of: i, fixed: i == 2}); {
		case w.fixed:
			l.order.Name = w.name()
		default:
			l.order.NamePrefix = w.stem()
		}

		if l.set = i == 1; l.set {
			l.order.Series = "abcdef"
		}

		c.lines = append(c.lines, l)
	}

	if err := c.start(); err != nil {
		return nil, err
	}

	for range 8 + s.random.IntN(12) {
		if err := c.step(); err != nil {
			return nil, err
		}
	}

	return s, c.conclude()
}

var lifetimes = []time.Duration{30 * 24 * time.Hour, 90 * 24 * time.Hour}

// start starts a new process.
func (c *client) start() error {
	c.process = c.schedule.process()

	clock := pat.NewClock(c.process.machine.runner())

	system, err := c.target.open(rest.Options{
		BaseURL: c.gate.url(), UserAgent: c.process.name, MaxRetries: c.retries, RetryWaitMax: time.Millisecond, Clock: clock,
	}, c.session)
	if err != nil {
		return err
	}

	if c.system = system; c.coalesced {
		c.system = coalesce.New(system)
	}

	c.issuer = tokens.NewIssuer(c.system, clock, &tokens.Registry{})

	return nil
}

// step does one random thing.
func (c *client) step() error {
	l := pick(c.random, c.lines)

	switch c.random.IntN(13) {
	case 12:
		c.modify()
	case 11:
		c.forget(l)
	case 0:
		c.advances(pick(c.random, []time.Duration{time.Minute, 2 * time.Hour, 25 * time.Hour}))
	case 1:
		c.happens("a new process")

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
		// A user who sees an error often tries again at once, without knowing anything new.
		for failed := true; failed && !c.process.gone(); failed = failed && chance(c.random, 0.5) {
			failed = !c.issue(c.storm(), l)
		}
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

// forget simulates restoring an old backup: the client loses a token that it kept, and the generations
// from there on. Consumers keep using that token.
func (c *client) forget(l *line) {
	if l.order.NamePrefix == "" || len(l.kept) == 0 {
		return
	}

	n := c.random.IntN(len(l.kept))
	k := l.kept[n]
	k.forgotten = true
	l.kept = append(l.kept[:n:n], l.kept[n+1:]...)
	l.order.Generation = 1 + c.random.Int64N(l.order.Generation)

	c.happens("%s is forgotten, and all generations above %d", k.name, l.order.Generation)
	results.meets("older states")
}

// operate carries out an operation and reports whether the process survived it.
func (c *client) operate(
	what string, w *weather, spares func(*process, *token) objection, do func(context.Context) (said string), known func(*token) bool,
) bool {
	c.operations++
	op := &operation{what: fmt.Sprintf("%d, %s", c.operations, what), spares: spares}
	for _, l := range c.lines {
		op.firsts = append(op.firsts, l.order.Name == "" && l.order.Series == "")
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

	requests, struck := c.process.end()
	c.takes(requests)
	c.gate.quiet()
	c.happens("%s: %s", op.what, op.said)

	op.interrupted = struck

	if op.killed = c.process.gone(); !op.killed {
		c.ledger.settled(c.process, op, known)
	}

	return !op.killed
}
