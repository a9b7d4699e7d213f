package campaign

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

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

// modify gives the user another title, where the platform modifies users. No token is to be lost.
func (c *client) modify() {
	modifier, ok := c.system.(pat.UserModifier)
	if !ok {
		return
	}

	title := fmt.Sprintf("Title %d", c.operations)

	var failed error

	if !c.operate("modify the user", c.storm(), c.spares(nil), func(ctx context.Context) string {
		if _, failed = modifier.ModifyUser(ctx, c.place.userID, pat.Properties{pat.Title: title}); failed != nil {
			return failed.Error()
		}

		return "modified"
	}, func(*token) bool { return true }) || failed != nil {
		return
	}

	results.meets("modified users")

	if shown := c.place.title(); shown != title {
		c.ledger.broken(breachWrong, "the user was modified, it is said, and has the title %q", shown)
	}
}

// list lists the tokens of a line, or all.
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
		if listed, failed = c.system.Tokens(ctx, c.place.userID, query); failed != nil {
			return failed.Error()
		}

		return fmt.Sprintf("%d listed", len(listed))
	}, func(*token) bool { return true }) || failed != nil {
		return
	}

	for _, t := range before {
		if !t.late && strings.HasPrefix(t.name, query.NamePrefix.V) && !shows(listed, t) {
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

// spares says why a token must not be revoked: somebody keeps it or uses it, and it is not
// the one.
func (c *client) spares(target *kept) func(*process, *token) objection {
	return func(p *process, t *token) objection {
		switch {
		case target != nil && t == target.token, !t.had && (t.asked.by == p || t.late): // Nobody has the secret of a late one.
			return objection{}
		case t.used.IsZero() && (!t.had || t.forgotten):
			if until := t.made.Add(grace - slack); c.clock.now().Before(until) {
				return objection{breachAnother, "it may be another state's until " + until.Format(time.DateTime)}
			}

			return objection{}
		default:
			return objection{breachInUse, "somebody keeps it, or uses it"}
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
