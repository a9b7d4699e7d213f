package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// everything is Terraform's default limit of a list.
const everything = 100

// reads is a run that reads lists and data sources while faults occur. Each result must be complete and
// correct, or an error.
type reads struct {
	*terraform

	p *plugin
	// before holds the user's tokens when the process began, and since is that time: the process caches
	// lists.
	before []row
	since  time.Time
}

// looks reads some lists and data sources.
func (t *terraform) looks() {
	t.runs++

	op := &operation{
		what: fmt.Sprintf("run %d, of reads", t.runs), spares: func(*process, *token) objection { return objection{breachInUse, "a read revokes nothing"} },
	}

	var s said

	weather := t.gale()
	r := &reads{
		terraform: t, p: t.start(op, t.strike(0.2), &s), before: t.target.tokens(), since: t.clock.now(),
	}

	t.gate.turns(weather)
	defer t.gate.turns(nil)

	for range 2 + t.random.IntN(4) {
		look := pick(t.random, []func(*said) string{r.list, r.list, r.list, r.tokens, r.tokens, r.tokens, r.token, r.token, r.users})

		var s said

		what := look(&s)
		if r.p.stopped() {
			break
		}

		if s.failed() {
			results.meets("failed reads")
		} else {
			results.meets("complete reads")
		}

		t.happens("%s, %s: %s", op.what, what, s.String())
	}

	requests, _ := r.p.end()
	t.takes(requests)
	t.gate.quiet()
	op.said, op.killed = s.String(), r.p.gone()
	t.ledger.ends(op)
}

// prefixes are the name prefixes to choose from for a list.
var prefixes = []string{"", handStem, handStem + "a-", "r", "r0", "n1", loanStem}

// filter returns a random filter, which often selects everything.
func (r *reads) filter() filter {
	if chance(r.random, 0.4) {
		return filter{}
	}

	f := newFilter(r.random, prefixes, []string{"", "", "active", "expired", "revoked"})

	if chance(r.random, 0.3) {
		f.expiresBefore = setTo(r.clock.now().Add(pick(r.random, []time.Duration{-day, 5 * day, 60 * day})).Format(time.RFC3339))
	}

	if chance(r.random, 0.2) {
		spoil(r.random, &f, &f.prefix, &f.status, &f.expiresBefore, &f.unusedFor)
	}

	return f
}

// of returns the arguments of a list with this filter. On Foreman, the page size is usually small.
func (r *reads) of(f filter) map[string]any {
	arguments := f.arguments(r.target.userID)

	if !r.target.reusable && chance(r.random, 0.8) {
		arguments["foreman"] = map[string]any{"per_page": 1 + r.random.IntN(3)}
	}

	return arguments
}

// validates draws whether the configuration is validated first.
func (r *reads) validates() bool { return chance(r.random, 0.5) }

// list runs the list resource.
func (r *reads) list(s *said) string {
	f := r.filter()
	limit := pick(r.random, []int64{everything, everything, 1, 3})
	arguments := r.of(f)

	found := r.p.query(r.p.context, arguments, limit, chance(r.random, 0.3), s)

	if !f.status.set {
		f.status = setTo("active") // This is the documented default.
	}

	var shown []shownToken

	for _, l := range found {
		shown = append(shown, shownToken{name: l.name, id: l.id})

		if l.userID != r.target.userID || strings.TrimSuffix(l.server, "/") != strings.TrimSuffix(r.gate.url(), "/") {
			r.ledger.broken(breachWrong, "the list has %s of user %s on %s", l.name, l.userID, l.server)
		}
	}

	what := fmt.Sprintf("the list resource with %s, at most %d", f, limit)
	r.judge(what, f, shown, int(limit), s)

	return what
}

// tokens reads the data source of a user's tokens.
func (r *reads) tokens(s *said) string {
	f := r.filter()
	what := "the data source with " + f.String()

	listed := r.p.read(r.p.context, tokensType, r.of(f), r.validates(), s)

	r.judge(what, f, shownTokens(listed["tokens"]), 0, s)

	return what
}

// shownToken is a token in a result. status is empty if the result does not show it.
type shownToken struct{ name, id, status string }

// shownTokens returns the tokens in the list of a data source.
func shownTokens(list tftypes.Value) (shown []shownToken) {
	for _, t := range core.Elements(list) {
		shown = append(shown, shownToken{name: text(t, "name"), id: text(t, "id"), status: text(t, "status")})
	}

	return shown
}

// judge checks a result: each token in it must match, and no token may be missing, unless there was an
// error or the limit was reached. A token that changed in the meantime may be in the result or not.
func (r *reads) judge(what string, f filter, shown []shownToken, limit int, s *said) {
	if r.p.stopped() {
		return
	}

	now, after := r.clock.now(), r.target.tokens()

	if f.unreadable() && !s.failed() {
		r.ledger.broken(breachFilter, "%s: the filter is invalid, but %d tokens were returned without an error", what, len(shown))
	}

	for _, is := range shown {
		broken, belongs := breachWrong, false

		for _, o := range slices.Concat(r.before, after) {
			certain := r.target.status(o)
			if o.name == is.name && o.id == is.id && (is.status == "" || certain == "" || is.status == certain) {
				broken, belongs = breachFilter, belongs || f.perhaps(r.target, o, r.since, now)
			}
		}

		if !belongs {
			r.ledger.broken(broken, "%s must not contain %s (%s) as %q", what, is.name, is.id, is.status)
		}
	}

	if s.failed() || limit > 0 && len(shown) == limit {
		return
	}

	for _, o := range r.before {
		still := slices.ContainsFunc(after, func(later row) bool { return same(o, later) && later.alive == o.alive })
		has := slices.ContainsFunc(shown, func(is shownToken) bool { return is.id == o.id })

		if still && !has && f.surely(r.target, o, r.since, now) {
			r.ledger.broken(breachWrong, "%s does not contain %s, though it has no error: %d tokens", what, o.name, len(shown))
		}
	}
}

// token reads the data source of one existing token.
func (r *reads) token(s *said) string {
	if len(r.before) == 0 {
		return "nothing"
	}

	of := pick(r.random, r.before)
	arguments := map[string]any{"user_id": r.target.userID, "name": of.name}

	if !r.target.reusable && chance(r.random, 0.5) {
		delete(arguments, "name")
		arguments["token_id"] = of.id
	}

	shown := r.p.read(r.p.context, providertest.TokenType, arguments, true, s)
	what := "the data source of " + of.name

	if r.p.stopped() {
		return what
	}

	certain := r.target.status(of)
	now, ok := r.target.find(func(o row) bool { return same(of, o) })

	switch status := text(shown["status"]); {
	case certain == "" || !ok || r.target.status(now) != certain:
	case s.failed() && absent(s.String()):
		r.ledger.broken(breachWrong, "%s: reports that the token does not exist: %s", what, s.String())
	case !s.failed() && (text(shown["name"]) != of.name || text(shown["id"]) != of.id || status != certain):
		r.ledger.broken(breachWrong, "%s shows %s (%s), which is %s, as %s", what, text(shown["name"]), text(shown["id"]), certain, status)
	}

	return what
}

// absent reports whether an error says that a token does not exist.
func absent(err string) bool {
	return strings.Contains(err, "has no token named") || strings.Contains(err, "There is none")
}

// users reads a data source of users, usually with their tokens.
func (r *reads) users(s *said) string {
	of := pick(r.random, []string{userType, userType, usersType, usersType, currentUserType})

	if of == currentUserType {
		read := r.p.read(r.p.context, of, nil, true, s)
		if name := text(read["username"]); !r.p.stopped() && !s.failed() && name != r.target.administrator() {
			r.ledger.broken(breachWrong, "%s shows %q", of, name)
		}

		return of
	}

	withTokens := chance(r.random, 0.7)
	read := r.p.read(r.p.context, of, map[string]any{"username": login, "show_tokens": withTokens}, true, s)

	if of == usersType {
		users := core.Elements(read["users"])
		if read = nil; len(users) == 1 {
			read = core.Members(users[0])
		}
	}

	switch id := text(read["id"]); {
	case r.p.stopped() || s.failed():
	case id != r.target.userID || text(read["username"]) != login:
		r.ledger.broken(breachWrong, "%s shows the user with id %q, want %s", of, id, r.target.userID)
	case withTokens:
		r.judge(of, filter{}, shownTokens(read["tokens"]), 0, s)
	}

	return of
}

// administrator returns the login of the provider's account.
func (p *target) administrator() string {
	if p.reusable {
		return controllerserver.AdminUserName
	}

	return foremanserver.AdminLogin
}
