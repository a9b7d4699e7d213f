package property

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// world is a server with a user whose tokens are tested, and another user. Each case uses a new user.
type world struct {
	*terraform

	user, other providertest.Account
	// keys are recipients that a secret can be encrypted to.
	keys [3]string
	// hidden holds texts that no diagnostic may quote.
	hidden []string
	cases  int
}

// newWorld starts a sandbox of the platform.
func newWorld(t *testing.T, open func(*testing.T) *providertest.Sandbox, schemas map[string]*tfprotov6.Schema, keys [3]string) *world {
	t.Helper()

	s := open(t)
	w := &world{terraform: newTerraform(t, s, schemas), keys: keys}
	w.hidden = []string{ageKeyBody, sshKeyBody, tokenBody, "oaSEC"}

	return w
}

// next begins another case.
func (w *world) next() {
	w.cases++
	w.user = w.s.AddUser(w.t, providertest.User{Login: fmt.Sprintf("svc-%d", w.cases)})
	w.other = w.s.AddUser(w.t, providertest.User{Login: fmt.Sprintf("svc-%d-other", w.cases)})
	w.said = nil
}

// in returns the time that is this far from now, at midnight UTC, which all platforms support.
func (w *world) in(by time.Duration) string {
	return w.s.Now().Add(by).UTC().Truncate(providertest.Day).Format(time.RFC3339)
}

// sent counts the requests with this method since the last reset.
func (w *world) sent(method string) int {
	return w.s.Console.Count(func(r sandbox.Request) bool { return r.Method == method })
}

// loses deletes all of the user's tokens from the server, without a trace.
func (w *world) loses() {
	if w.s.Foreman == nil {
		w.revokes()

		return
	}

	for _, token := range w.s.Foreman.Tokens(w.user.Login) {
		w.s.Foreman.DeleteToken(w.user.Login, token.ID)
	}
}

// revokes revokes all of the user's tokens outside Terraform.
func (w *world) revokes() {
	if w.s.Foreman == nil {
		for _, token := range w.s.Controller.Tokens(w.user.Login) {
			w.s.Controller.RevokeToken(w.user.Login, token.Name)
		}

		return
	}

	for _, token := range w.s.Foreman.Tokens(w.user.Login) {
		w.s.Foreman.RevokeToken(w.user.Login, token.ID)
	}
}

// leaves deletes the user.
func (w *world) leaves() {
	if w.s.Foreman == nil {
		w.s.Controller.DeleteUser(w.user.Login)
	} else {
		w.s.Foreman.DeleteUser(w.user.Login)
	}
}

// issuesByHand issues a token outside Terraform and returns its id for an import.
func (w *world) issuesByHand(name string, expires time.Time) string {
	if w.s.Foreman == nil {
		_, err := w.s.Controller.AddToken(w.user.Login, name, expires)
		providertest.Must(w.t, err)

		return w.user.ID + "/name=" + name
	}

	id, _, err := w.s.Foreman.AddToken(w.user.Login, name, expires)
	providertest.Must(w.t, err)

	return fmt.Sprintf("%s/%d", w.user.ID, id)
}

// tokenID returns the id of the user's token with the name; empty if there is none.
func (w *world) tokenID(name string) string {
	for _, token := range w.s.TokensOf(w.t, w.user.ID) {
		if token.Name == name {
			return token.ID
		}
	}

	return ""
}

// living returns the names of the user's tokens that the server accepts.
func (w *world) living() (names []string) {
	if w.s.Foreman == nil {
		for _, token := range w.s.Controller.Tokens(w.user.Login) {
			if !token.Expired {
				names = append(names, token.Name)
			}
		}

		return names
	}

	for _, token := range w.s.Foreman.Tokens(w.user.Login) {
		if token.Active {
			names = append(names, token.Name)
		}
	}

	return names
}

// expiry returns when the server's token expires, zero for never; false if there is no such token.
func (w *world) expiry(name string) (at time.Time, ok bool) {
	if w.s.Foreman == nil {
		for _, token := range w.s.Controller.Tokens(w.user.Login) {
			if token.Name == name {
				return token.Expiration, true
			}
		}

		return at, false
	}

	for _, token := range w.s.Foreman.Tokens(w.user.Login) {
		if token.Name == name {
			return token.ExpiresAt, true
		}
	}

	return at, false
}

// accepts reports whether the server accepts a secret of the user.
func (w *world) accepts(secret string) bool {
	if w.s.Foreman == nil {
		return w.s.Controller.Authenticates(secret)
	}

	return w.s.Foreman.Authenticates(w.user.Login, secret)
}

// leaks returns the hidden texts that the provider has quoted in this case.
func (w *world) leaks() (found []string) {
	for _, said := range w.said {
		for _, hidden := range w.hidden {
			if text := said.Summary + " " + said.Detail; strings.Contains(text, hidden) {
				found = append(found, fmt.Sprintf("a diagnostic quotes a secret: %q", strings.ReplaceAll(said.Summary, hidden, "…")))
			}
		}
	}

	return found
}

// applied applies a configuration that must work, as a run of Terraform does.
func (w *world) applied(prior instance, config map[string]any) instance {
	w.t.Helper()

	if !prior.value.IsNull() {
		prior = w.refreshed(prior)
	}

	server := w.start(w.settings)

	planned, errors, _ := w.plan(server, prior, config)
	if len(errors) > 0 || len(planned.replaces) > 0 {
		w.t.Fatalf("the initial state could not be planned, or required a replacement: %s", diagnosticTexts(errors))
	}

	if planned.empty {
		return prior
	}

	after, errors, _ := w.apply(server, prior, planned.instance, config)
	if len(errors) > 0 {
		w.t.Fatalf("the initial state could not be applied: %s", diagnosticTexts(errors))
	}

	return after
}

// refreshed reads a resource in a new walk.
func (w *world) refreshed(old instance) instance {
	w.t.Helper()

	read, errors := w.read(w.start(w.settings), old)
	if len(errors) > 0 {
		w.t.Fatalf("the initial state could not be read: %s", diagnosticTexts(errors))
	}

	return read
}

// start is a state in which arguments are changed.
type start struct {
	name string
	// opens returns the state, and the configuration that was applied last, or that creates the
	// resource if it does not exist.
	opens func(w *world) (instance, map[string]any)
	// userGone says that the user was deleted. due says that another token is already due, so that the
	// plan after an apply need not be empty.
	userGone, due bool
}

// usual returns the configuration of most starts.
func (w *world) usual() map[string]any {
	return map[string]any{
		"user_id": w.user.ID, "name_prefix": "p-", "expires_in": "30d",
		"rotation": map[string]any{"before_expiry": "10d", "triggers": map[string]any{"k": "1"}},
	}
}

// starts returns all states in which arguments are changed.
func starts() []start {
	absent := func(name string, config func(w *world) map[string]any) start {
		return start{name: "not created, " + name, opens: func(w *world) (instance, map[string]any) { return w.nothing(), config(w) }}
	}
	made := func(name string, config func(w *world) map[string]any, then ...func(w *world)) start {
		return start{name: name, opens: func(w *world) (instance, map[string]any) {
			c := config(w)
			made := w.applied(w.nothing(), c)

			for _, happens := range then {
				happens(w)
			}

			return made, c
		}}
	}
	later := func(by time.Duration) func(*world) { return func(w *world) { w.s.Clock.Move(by) } }

	usual := (*world).usual
	fixed := func(w *world) map[string]any {
		return map[string]any{"username": w.user.Login, "name": "fixed " + w.user.Login, "expires_in": "30d"}
	}
	told := func(w *world) map[string]any {
		return map[string]any{"user_id": w.user.ID, "name_prefix": "t-", "expires_at": w.in(10 * providertest.Day)}
	}
	forever := func(w *world) map[string]any {
		return map[string]any{"username": w.user.Login, "user_id": w.user.ID, "name_prefix": "f-", "series": "abcdef"}
	}
	sealed := func(w *world) map[string]any {
		return withArgument(w.usual(), "encrypt_to", []any{w.keys[0], w.keys[1]})
	}
	held := func(w *world) map[string]any { return withArgument(w.usual(), "rotation.hold_if_used_within", "7d") }

	gone := made("the user was deleted", usual, (*world).leaves)
	gone.userGone = true

	return []start{
		absent("with a prefix", usual), absent("with a fixed name", fixed), absent("with a fixed expiry", told),
		absent("encrypted", sealed), absent("without expiry", forever),
		made("created", usual), made("created with a fixed name", fixed), made("created with a fixed expiry", told),
		made("created encrypted", sealed), made("created without expiry", forever),
		made("expired", usual, later(33*providertest.Day)), made("expired at expires_at", told, later(13*providertest.Day)),
		made("revoked", usual, (*world).revokes), made("revoked, with a fixed name", fixed, (*world).revokes),
		made("missing", usual, (*world).loses), gone,
		made("rotation is due", usual, later(22*providertest.Day)),
		{name: "imported", opens: func(w *world) (instance, map[string]any) {
			id := w.issuesByHand("p-by-hand", w.s.Now().Add(20*providertest.Day).UTC().Truncate(providertest.Day))

			return w.imported(w.start(w.settings), id), w.usual()
		}},
		{name: "imported and overdue", due: true, opens: func(w *world) (instance, map[string]any) {
			id := w.issuesByHand("p-by-hand", w.s.Now().Add(20*providertest.Day).UTC().Truncate(providertest.Day))
			config := withArgument(withArgument(w.usual(), "rotation.max_age", "1d"), "rotation.before_expiry", nil)
			recorded := w.applied(w.imported(w.start(w.settings), id), config)
			w.s.Clock.Move(2 * providertest.Day)

			return recorded, config
		}},
		startRotated("with a predecessor", usual, nil),
		startRotated("with a predecessor that is due", usual, later(2*providertest.Day)),
		startRotated("with a predecessor that is held", held, func(w *world) { w.s.Clock.Move(2 * providertest.Day) }),
	}
}

// startRotated returns a start in which the token has a predecessor, which was used before then is
// called.
func startRotated(name string, config func(w *world) map[string]any, then func(w *world)) start {
	return start{name: name, opens: func(w *world) (instance, map[string]any) {
		before := config(w)
		first := w.applied(w.nothing(), before)
		after := withArgument(before, "rotation.triggers", map[string]any{"k": "2"})
		second := w.applied(first, after)

		if secret := core.TextAt(first.value, "token"); secret != nil {
			w.s.LogIn(w.t, w.user, *secret)
		}

		if then != nil {
			then(w)
		}

		return second, after
	}}
}

// propertyPlatforms returns the sandboxes for the property tests. The last one is far east of UTC, and
// its tokens expire at the beginning of their last day.
func propertyPlatforms() map[string]func(*testing.T) *providertest.Sandbox {
	return map[string]func(*testing.T) *providertest.Sandbox{
		"foreman":              providertest.NewForemanSandbox,
		"universal_controller": providertest.Sandboxes()["Universal Controller"],
		"universal_controller_east": func(t *testing.T) *providertest.Sandbox {
			t.Helper()

			return providertest.NewUniversalControllerSandbox(t, controllerserver.Options{
				Zone:     time.FixedZone("east", 13*60*60),
				Switches: controllerserver.Switches{LastDay: controllerserver.ExpiredFromDay},
			})
		},
	}
}
