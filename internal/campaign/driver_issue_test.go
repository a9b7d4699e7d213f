package campaign

import (
	"context"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// issue issues a token for each line, at the same time or one after the other, and says
// whether all were.
func (c *client) issue(w *weather, lines ...*line) bool {
	for _, l := range lines {
		l.order.Known = nil
		for _, k := range l.kept {
			l.order.Known = append(l.order.Known, k.shown)
		}
	}

	results, failures := make([]tokens.Result, len(lines)), make([]error, len(lines))

	together := len(lines) > 1 && c.together(0.5)

	do := func(ctx context.Context) string {
		each(len(lines), together, func(i int) { results[i], failures[i] = c.issuer.Issue(ctx, lines[i].order) })

		var texts []string

		for i, result := range results {
			if failures[i] != nil {
				texts = append(texts, failures[i].Error())

				continue
			}

			texts = append(texts, "issued "+result.Name)
			texts = append(texts, result.Leftovers...)

			for _, orphan := range result.Orphans {
				texts = append(texts, "there is also "+orphan.Token.Name)
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
		return false
	}

	for i, l := range lines {
		if failures[i] == nil {
			c.keeps(l, results[i])
		} else if l.order.Name != "" {
			c.renames(l, failures[i])
		}
	}

	return errors.Join(failures...) == nil
}

// keeps keeps what was issued.
func (c *client) keeps(l *line, result tokens.Result) {
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

	t.had, l.siblings = true, orphans(result)
	l.kept = append(l.kept, &kept{token: t, shown: result.Token})

	if l.order.NamePrefix != "" {
		l.order.Series, l.order.Generation = result.Series, result.Generation
	} else {
		c.turns(l)
	}
}

// renames does what a person does about a fixed name that is taken.
func (c *client) renames(l *line, err error) {
	taken, ok := errors.AsType[*tokens.TakenError](err)
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

// orphans are what else was found alive of the series of what was issued.
func orphans(result tokens.Result) (tokens []pat.Token) {
	for _, orphan := range result.Orphans {
		tokens = append(tokens, orphan.Token)
	}

	return tokens
}
