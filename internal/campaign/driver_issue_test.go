package campaign

import (
	"context"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// issue issues a token for each line, concurrently or one after the other, and reports whether all
// succeeded.
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
				texts = append(texts, "another live token is "+orphan.Token.Name)
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

// keeps records an issued token as kept.
func (c *client) keeps(l *line, result tokens.Result) {
	t := c.ledger.withSecret(result.Secret.Reveal())

	switch {
	case t == nil:
		c.ledger.broken(breachLost, "the secret of %s is not that of any token", result.Name)

		return
	case !c.target.works(t.secret):
		c.ledger.broken(breachLost, "the secret of %s does not work", result.Name)
	case t.name != result.Name, l.order.NamePrefix != "" && result.Generation <= l.order.Generation:
		c.ledger.broken(breachWrong, "%s has generation %d, but the one before had %d", result.Name, result.Generation, l.order.Generation)
	}

	t.had, l.siblings = true, orphans(result)
	l.kept = append(l.kept, &kept{token: t, shown: result.Token})

	if l.order.NamePrefix != "" {
		l.order.Series, l.order.Generation = result.Series, result.Generation
	} else {
		c.turns(l)
	}
}

// renames does what a user does when a fixed name is taken: it chooses another name.
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
		c.ledger.broken(breachWrong, "the error about the taken name %s does not name it: %v", l.order.Name, err)
	}

	c.turns(l)
}

// turns chooses another fixed name. By then, the server has carried out all pending requests with the
// previous name.
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

// orphans returns the other live tokens of the series that issuing found.
func orphans(result tokens.Result) (tokens []pat.Token) {
	for _, orphan := range result.Orphans {
		tokens = append(tokens, orphan.Token)
	}

	return tokens
}
