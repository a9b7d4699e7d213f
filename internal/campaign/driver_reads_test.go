package campaign

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// revoke revokes a kept token.
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

	if c.target.works(k.secret) {
		c.ledger.broken(breachOrphan, "%s was reported as revoked, but it is alive", k.name)
	}

	l.kept = append(l.kept[:n:n], l.kept[n+1:]...)
}

// modify changes the user's title on a platform that supports modifying users. No token may be lost by
// this.
func (c *client) modify() {
	modifier, ok := c.system.(pat.UserModifier)
	if !ok {
		return
	}

	title := fmt.Sprintf("Title %d", c.operations)

	var failed error

	if !c.operate("modify the user", c.storm(), c.spares(nil), func(ctx context.Context) string {
		if _, failed = modifier.ModifyUser(ctx, c.target.userID, pat.Properties{pat.Title: title}); failed != nil {
			return failed.Error()
		}

		return "modified"
	}, func(*token) bool { return true }) || failed != nil {
		return
	}

	results.meets("modified users")

	if shown := c.target.title(); shown != title {
		c.ledger.broken(breachWrong, "the modification was reported as successful, but the title is %q", shown)
	}
}

// list lists the tokens of a line, or all tokens.
func (c *client) list(l *line) {
	var query pat.TokenQuery
	if chance(c.random, 0.5) {
		query.NamePrefix = pat.Some(l.order.NamePrefix + l.order.Name)
	}

	before := c.ledger.living()

	var (
		listed []pat.Token
		failed error
	)

	if !c.operate("list "+query.NamePrefix.V, c.storm(), c.spares(nil), func(ctx context.Context) string {
		if listed, failed = c.system.Tokens(ctx, c.target.userID, query); failed != nil {
			return failed.Error()
		}

		return fmt.Sprintf("%d listed", len(listed))
	}, func(*token) bool { return true }) || failed != nil {
		return
	}

	for _, t := range before {
		if !t.late && strings.HasPrefix(t.name, query.NamePrefix.V) && !shows(listed, t) {
			c.ledger.broken(breachWrong, "%s is missing from the list", t.name)
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

	_, there := c.target.find(func(r row) bool { return r.id == k.id && r.created.Equal(k.made) })

	if _, gone := errors.AsType[*pat.GoneError](failed); gone && there {
		c.ledger.broken(breachWrong, "%s was reported as gone, but it exists: %v", k.name, failed)
	}

	if failed == nil && found.Status == pat.StatusRevoked && !k.revoked {
		c.ledger.broken(breachWrong, "%s was reported as revoked, but it is not", k.name)
	}
}

// spares returns the reason why a token must not be revoked: it is kept or in use, and it is not the
// target.
func (c *client) spares(target *kept) func(*process, *token) objection {
	return func(p *process, t *token) objection {
		switch {
		case target != nil && t == target.token, !t.had && (t.asked.by == p || t.late): // The secret of a late token is lost.
			return objection{}
		case t.used.IsZero() && (!t.had || t.forgotten):
			if until := t.made.Add(grace - slack); c.clock.now().Before(until) {
				return objection{breachAnother, "it may belong to another state until " + until.Format(time.DateTime)}
			}

			return objection{}
		default:
			return objection{breachInUse, "it is kept or in use"}
		}
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
