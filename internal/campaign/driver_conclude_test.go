package campaign

import (
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// conclude ends all faults and checks every live token: it must be kept by the program, be found by
// listing its series, or have an excuse. Then it revokes all tokens.
func (c *client) conclude() error {
	c.happens("all faults end")
	c.gate.lands(func() bool { return true })

	if err := c.start(); err != nil {
		return err
	}

	for _, l := range c.lines[:2] {
		before := len(l.kept)
		known := l.order.Generation > 0

		if c.issue(nil, l); len(l.kept) != before+1 {
			c.ledger.broken(breachUnsettled, "no token could be issued for %s, without any fault", l.order.NamePrefix)
		}

		if known {
			c.reported(l)
		}
	}

	for _, lives := range c.ledger.living() {
		c.accountFor(lives)
	}

	for _, l := range c.lines {
		for len(l.kept) > 0 {
			before := len(l.kept)

			if c.revoke(l, 0, nil); len(l.kept) == before {
				c.ledger.broken(breachUnsettled, "%s could not be revoked, without any fault", l.kept[0].name)

				break
			}
		}
	}

	for _, left := range c.ledger.living() {
		c.ledger.broken(left.asked.strays(), "%s is alive after all tokens were revoked", left.name)
	}

	return nil
}

// reported checks that issuing reported all other live tokens of the series.
func (c *client) reported(l *line) {
	for _, lives := range c.ledger.living() {
		kept := slices.ContainsFunc(l.kept, func(k *kept) bool { return k.token == lives })

		if _, descends := lifecycle.Generation(lives.name, l.order.NamePrefix, l.order.Series); descends && !kept && !shows(l.siblings, lives) {
			c.ledger.broken(breachOrphan, "%s (of %s) is alive, but issuing its successor did not report it", lives.name, lives.asked.op.what)
		}
	}
}

// accountFor checks that a live token is known or has an excuse, and records it.
func (c *client) accountFor(lives *token) {
	l := c.lines[resourceOf(lives.name)]

	for _, k := range l.kept {
		if k.token == lives {
			return
		}
	}

	_, descends := lifecycle.Generation(lives.name, l.order.NamePrefix, l.order.Series)

	switch {
	case l.order.NamePrefix == "":
		if !c.excusable(lives) {
			c.ledger.broken(lives.asked.strays(), "%s (of %s) is alive, and nothing named it", lives.name, lives.asked.op.what)
		}

		c.fixed++
		c.setApart(lives)
	case descends:
		tokens, err := c.system.Tokens(c.ctx, c.target.userID, pat.TokenQuery{
			NamePrefix: pat.Some(lifecycle.Stem(l.order.NamePrefix, l.order.Series)),
		})
		if err != nil || !shows(tokens, lives) {
			c.ledger.broken(breachOrphan, "%s was not found by listing its series: %v", lives.name, err)
		}

		for _, t := range tokens {
			if t.ID == lives.id {
				l.kept = append(l.kept, &kept{token: lives, shown: t})
			}
		}
	case !c.excusable(lives) || !c.first(lives):
		c.ledger.broken(lives.asked.strays(), "%s (of %s) is alive, and nothing named it", lives.name, lives.asked.op.what)
	default:
		c.firsts++
		c.setApart(lives)
	}
}
