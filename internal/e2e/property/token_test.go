package property

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

var (
	propertyPairs = flag.Int("property.pairs", 40, "how many random pairs of arguments to change on each platform")
	propertySeed  = flag.Uint64("property.seed", 1, "seed of the random pairs; 0 takes one from the clock")
	propertyAll   = flag.Bool("property.all", false, "change each argument in every state and every mode")
)

// mode is the way in which Terraform arrives at a change.
type mode struct {
	name string
	// unknown says that the arguments become known only after the plan, and unknownSettings that the
	// provider's settings do.
	unknown, unknownSettings bool
	// refreshes reads the state before the plan, and validates validates the known values.
	refreshes, validates bool
}

// modes lists all modes. In every second one the arguments are unknown at first.
var modes = []mode{
	{name: "unknown at first", unknown: true, refreshes: true, validates: true},
	{name: "known", refreshes: true, validates: true},
	{name: "unknown at first, not validated, -refresh=false", unknown: true},
	{name: "known, -refresh=false", validates: true},
	{name: "unknown at first, settings as well", unknown: true, unknownSettings: true, validates: true},
	{name: "settings unknown at first", unknownSettings: true, validates: true},
}

// change is a case: arguments of a resource in some state get other values.
type change struct {
	from      start
	mode      mode
	arguments []string
	samples   []sample
}

// tokenChange is a change in progress.
type tokenChange struct {
	*world
	change

	values      []any
	base, final map[string]any
	// single and together hold the invalid arguments of the final configuration, see tokenFaults.
	single, together faults
	broken           []string
}

func (c *tokenChange) String() string {
	words := make([]string, 0, len(c.arguments))
	for i, argument := range c.arguments {
		words = append(words, fmt.Sprintf("%s = %s", argument, briefly(c.values[i])))
	}

	return fmt.Sprintf("resource, %s, %s: %s", c.from.name, c.mode.name, strings.Join(words, ", "))
}

// breaks records a violation.
func (c *tokenChange) breaks(format string, arguments ...any) {
	c.broken = append(c.broken, fmt.Sprintf(format, arguments...))
}

// decisive lists, for each argument, the states in which its value matters most. The entry "rotation"
// applies to all arguments of the rotation object. An argument without an entry depends on no
// particular state.
var decisive = map[string][]string{
	"username": {"not created, with a prefix", "created", "imported", "missing", "the user was deleted", "created without expiry", "rotation is due"},
	"user_id":  {"created with a fixed name", "not created, without expiry", "imported", "revoked", "the user was deleted", "rotation is due"},
	"name": {
		"created with a fixed name", "not created, with a fixed name", "revoked, with a fixed name", "created", "created with a fixed expiry",
		"missing", "imported", "not created, without expiry",
	},
	"name_prefix": {
		"created", "not created, with a prefix", "created with a fixed name", "with a predecessor", "imported", "missing", "created without expiry",
	},
	"series": {"created without expiry", "created", "not created, without expiry", "with a predecessor", "imported", "missing"},
	"expires_in": {
		"created", "not created, with a prefix", "created with a fixed expiry", "expired", "created without expiry", "imported and overdue",
		"rotation is due", "not created, with a fixed expiry",
	},
	"expires_at": {
		"created with a fixed expiry", "expired at expires_at", "created without expiry", "not created, with a fixed expiry", "expired", "created",
		"imported", "with a predecessor", "rotation is due", "revoked",
	},
	"encrypt_to": {
		"created encrypted", "created", "not created, encrypted", "expired at expires_at", "revoked", "created with a fixed expiry", "with a predecessor",
		"rotation is due", "missing", "imported",
	},
	"rotation": {
		"created", "rotation is due", "with a predecessor", "imported and overdue", "with a predecessor that is held", "created without expiry",
		"with a predecessor that is due", "imported", "not created, with a prefix",
	},
	"reissue_when_invalid": {"expired", "revoked", "missing", "expired at expires_at", "revoked, with a fixed name"},
}

// decisiveStates is the number of its decisive states in which an argument gets each value; the default
// is one.
var decisiveStates = map[string]int{"encrypt_to": 2, "expires_at": 2}

// TestProperty_token sets every argument of the resource, unknown at first or known, to each value of
// its domain. With -property.all, it does so in every state and every mode. Without it, each valid
// value is tested on each platform in a decisive state, and each invalid value, which is an error in
// every state, in any state; the value is unknown at first on one platform and known on the other. With
// -short, each value is tested on one platform only.
func TestProperty_token(t *testing.T) {
	t.Parallel()

	domains, paths := domains(), argumentPaths("", providertest.Schemas(t)["resource "+providertest.TokenType].Block.Attributes)

	eachStart(t, func(w *world, from start, index int) {
		var faulty, others []change

		w.next()

		platform := slices.Index(bothPlatforms, w.s.System.Traits().Platform)

		for i, path := range paths {
			for j, chosen := range domains["resource "+providertest.TokenType+" "+path] {
				if testing.Short() && (i+j)%len(bothPlatforms) != platform {
					continue
				}

				single, _ := w.tokenFaults(withArgument(nil, path, sampled(chosen, w)))

				for _, mode := range share(platform, index, path, i, j, len(single) > 0) {
					of := change{from: from, mode: mode, arguments: []string{path}, samples: []sample{chosen}}
					if len(single) > 0 {
						faulty = append(faulty, of)
					} else {
						others = append(others, of)
					}
				}
			}
		}

		w.changesFaulty(faulty)

		for _, of := range others {
			w.changes(w.opens(from), of)
		}
	})
}

// share returns the modes in which the i-th argument gets its j-th value on the platform, in the state
// with the index.
func share(platform, index int, path string, i, j int, faulty bool) []mode {
	if *propertyAll {
		return modes
	}

	all := starts()
	turn := i + j + platform*len(modes)/2
	root, _, _ := strings.Cut(path, ".")
	states, count := decisive[root], max(1, decisiveStates[root])

	if faulty || states == nil {
		if (5*i+j+platform*len(all)/2)%len(all) != index {
			return nil
		}

		return modes[turn%len(modes):][:1]
	}

	for k := range count {
		// The other platform starts half way through the states, as does a second state.
		at := (i + j + platform*len(states)/2 + k*(len(states)/2+1)) % len(states)

		if states[at] == all[index].name {
			return modes[(turn+2*k)%len(modes):][:1]
		}
	}

	return nil
}

// TestProperty_theShareHasAllValues tests that, without -property.all, each platform covers all values
// of all arguments and all states, and that no argument is always or never unknown at first.
func TestProperty_theShareHasAllValues(t *testing.T) {
	t.Parallel()

	domains, paths := domains(), argumentPaths("", providertest.Schemas(t)["resource "+providertest.TokenType].Block.Attributes)
	left := maps.Clone(decisive)
	used := map[string]bool{}

	for i, path := range paths {
		root, _, _ := strings.Cut(path, ".")
		delete(left, root)

		for j := range domains["resource "+providertest.TokenType+" "+path] {
			for _, faulty := range []bool{false, true} {
				given := map[bool]bool{}

				for platform, name := range bothPlatforms {
					cases := 0

					for index, from := range starts() {
						for _, mode := range share(platform, index, path, i, j, faulty) {
							cases++
							given[mode.unknown] = true
							used[from.name] = used[from.name] || !faulty
						}
					}

					if want := max(1, decisiveStates[path]); cases == 0 || !faulty && cases < want {
						t.Errorf("%s: value %d of %s is tested %d times, want %d", name, j, path, cases, want)
					}
				}

				if len(given) != 2 {
					t.Errorf("value %d of %s is always or never unknown at first", j, path)
				}
			}
		}
	}

	for path := range left {
		t.Errorf("%s has decisive states, but is not an argument", path)
	}

	for _, from := range starts() {
		if !used[from.name] {
			t.Errorf("no argument is changed in the state %q", from.name)
		}
	}
}

// changesFaulty makes changes that are invalid in every state. They have no effect, so they share a
// state.
func (w *world) changesFaulty(all []change) {
	w.t.Helper()

	var at *opened

	for _, of := range all {
		if at == nil {
			w.running = nil
			fresh := w.opens(of.from)
			at, w.running = &fresh, map[string]providertest.ProtocolServer{}
		}

		if refused := w.changes(*at, of); !refused {
			at = nil
		}
	}

	w.running = nil
}

// TestProperty_tokenPairs changes two arguments of the resource together.
func TestProperty_tokenPairs(t *testing.T) {
	t.Parallel()

	seed := *propertySeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}

	t.Logf("-property.seed=%d", seed)

	domains, paths := domains(), argumentPaths("", providertest.Schemas(t)["resource "+providertest.TokenType].Block.Attributes)

	eachStart(t, func(w *world, from start, index int) {
		random := rand.New(rand.NewPCG(seed, uint64(index))) //nolint:gosec // The pairs must be reproducible.

		for range *propertyPairs / len(starts()) {
			c := change{from: from, mode: modes[random.IntN(len(modes))]}

			for _, i := range random.Perm(len(paths))[:2] {
				values := domains["resource "+providertest.TokenType+" "+paths[i]]
				c.arguments = append(c.arguments, paths[i])
				c.samples = append(c.samples, values[random.IntN(len(values))])
			}

			w.changes(w.opens(from), c)
		}
	})
}

// eachStart runs the test from each state, on each platform.
func eachStart(t *testing.T, test func(w *world, from start, index int)) {
	t.Helper()

	schemas := providertest.Schemas(t)

	var keys [3]string
	for i := range keys {
		_, pair := agekeys.Native(t)
		keys[i] = pair.Recipient
	}

	for _, platform := range []string{"foreman", "universal_controller"} {
		for i, from := range starts() {
			t.Run(platform+"/"+from.name, func(t *testing.T) {
				t.Parallel()

				test(newWorld(t, propertyPlatforms()[platform], schemas, keys), from, i)
			})
		}
	}
}

// opened is a state in which an argument is changed, and its configuration.
type opened struct {
	prior instance
	base  map[string]any
}

// opens creates a state for a new user.
func (w *world) opens(from start) opened {
	w.t.Helper()
	w.next()

	prior, base := from.opens(w)

	return opened{prior: prior, base: base}
}

// changes makes a change and reports violations. It returns true if the change was rightly refused,
// which leaves the state unchanged.
func (w *world) changes(at opened, of change) (refused bool) {
	w.t.Helper()

	c := &tokenChange{world: w, change: of, base: at.base, final: at.base}
	first := at.base

	// An object must be set before its attributes.
	for i, argument := range of.arguments {
		c.values = append(c.values, sampled(of.samples[i], w))
		c.final = withArgument(c.final, argument, c.values[i])

		planned := c.values[i]
		if of.mode.unknown {
			planned = tftypes.UnknownValue
		}

		first = withArgument(first, argument, planned)
	}

	c.single, c.together = w.tokenFaults(c.final)
	refused = c.run(at.prior, first)
	broken := append(c.broken, w.leaks()...)

	for _, what := range broken {
		w.t.Errorf("%s: %s", c, what)
	}

	w.said = nil

	return refused && len(broken) == 0 && c.sent(http.MethodPost)+c.sent(http.MethodDelete) == 0
}

// run plans with the first configuration and applies the final one. It reports whether that was
// refused.
func (c *tokenChange) run(prior instance, first map[string]any) (refused bool) {
	settings := c.settings
	if c.mode.unknownSettings {
		settings = c.unknownSettings()
	}

	c.s.Console.ResetRequests()
	server := c.start(settings)

	if c.refused("validate", c.validate(server, "resource", providertest.TokenType, first)) {
		return true
	}

	var errors []*tfprotov6.Diagnostic

	if c.mode.refreshes && !prior.value.IsNull() {
		if prior, errors = c.read(server, prior); len(errors) > 0 {
			c.breaks("the refresh failed: %s", diagnosticTexts(errors))

			return false
		}
	}

	planned, errors, broken := c.plan(server, prior, first)
	c.broken = append(c.broken, broken...)

	if c.refused("plan", errors) {
		return true
	}

	after := prior

	if !planned.empty {
		var ok bool
		if after, ok = c.apply(prior, planned); !ok {
			return true
		}
	}

	c.succeeded(after)

	return false
}

// apply applies a plan in a new walk. As Terraform does, it plans again with all values known, and
// checks that this plan agrees with the first.
func (c *tokenChange) apply(prior instance, planned proposal) (after instance, ok bool) {
	server := c.start(c.settings)

	if len(planned.replaces) > 0 {
		gone := c.nothing()
		gone.private, gone.identity = prior.private, prior.identity

		if _, errors, _ := c.terraform.apply(server, prior, gone, nil); len(errors) > 0 {
			c.breaks("the token that is replaced could not be destroyed: %s", diagnosticTexts(errors))

			return prior, false
		}

		prior = c.nothing()
	}

	if c.mode.validates && c.refused("apply, validating", c.validate(server, "resource", providertest.TokenType, c.final)) {
		return prior, false
	}

	final, errors, broken := c.plan(server, prior, c.final)
	c.broken = append(c.broken, broken...)

	if c.refused("apply, planning", errors) {
		return prior, false
	}

	if len(final.replaces) > 0 {
		c.breaks("inconsistent final plan: the update became a replacement because of %s", strings.Join(final.replaces, ", "))
	}

	for _, difference := range core.Misfits(planned.value, final.value, "") {
		c.breaks("inconsistent final plan: %s", difference)
	}

	if final.empty {
		return prior, true
	}

	after, errors, broken = c.terraform.apply(server, prior, final.instance, c.final)
	c.broken = append(c.broken, broken...)

	return after, !c.refused("apply", errors)
}

// refused reports whether there are errors, and records those that should not occur.
func (c *tokenChange) refused(stage string, errors []*tfprotov6.Diagnostic) bool {
	if len(errors) == 0 {
		return false
	}

	blamed := maps.Clone(c.single)
	maps.Copy(blamed, c.together)

	if len(blamed) > 0 {
		if !blames(errors, blamed) && c.mayRefuse("apply", errors) == "" {
			c.breaks("%s: the error names none of %s: %s", stage, blamed, diagnosticTexts(errors))
		}

		if sent := c.sent(http.MethodPost) + c.sent(http.MethodDelete); sent > 0 {
			c.breaks("%s: %d requests changed something before the error: %s", stage, sent, diagnosticTexts(errors))
		}

		return true
	}

	if why := c.mayRefuse(stage, errors); why == "" {
		c.breaks("%s: a valid configuration is refused: %s", stage, diagnosticTexts(errors))
	}

	if sent := c.sent(http.MethodPost); sent > 0 {
		c.breaks("%s: %d requests for a token were sent before the error: %s", stage, sent, diagnosticTexts(errors))
	}

	return true
}

// mayRefuse returns the reason why a valid configuration may be refused; empty if there is none. A
// plan, which also precedes a destroy, must not fail because of the state of the server. There are two
// exceptions: the configuration names two different users, or another user than a token that was not
// refreshed.
func (c *tokenChange) mayRefuse(stage string, errors []*tfprotov6.Diagnostic) string {
	target, certain := c.target()
	exists := !strings.HasPrefix(c.from.name, "not created")
	applies := strings.HasPrefix(stage, "apply")
	other := exists && target != c.user.ID && blames(errors, faults{"username": true, "user_id": true})

	switch {
	case !certain:
		return "the arguments name two users"
	case other && target != "" && (!c.mode.refreshes || c.mode.unknown):
		return "the token belongs to another user"
	case exists && c.mode.unknownSettings && blames(errors, faults{c.s.System.Traits().Platform + ".url": true}):
		return "the token's user cannot be determined yet"
	case !applies:
		return ""
	case target == "":
		return "the user does not exist"
	case c.from.userGone:
		return "the user was deleted"
	case c.overdue():
		return "the expiry is in the past"
	case exists && c.s.Foreman != nil && c.final["name_prefix"] == nil && c.final["name"] == c.base["name"]:
		return "Foreman does not allow a token name to be reused"
	default:
		return ""
	}
}

// overdue reports whether a new token would already have expired.
func (c *tokenChange) overdue() bool {
	at, ok := readInstant(c.final["expires_at"])

	return ok && c.final["expires_in"] == nil && !at.After(c.s.Now())
}

// target returns the id of the user that the configuration names; empty if that user does not exist.
// certain is false if it names two different users.
func (c *tokenChange) target() (id string, certain bool) {
	named, _ := c.final["user_id"].(string)
	login, _ := c.final["username"].(string)
	byLogin := ""

	for _, user := range []providertest.Account{c.user, c.other} {
		if login == user.Login {
			byLogin = user.ID
		}
	}

	if named != c.user.ID && named != c.other.ID && named != "" {
		return "", login == ""
	}

	switch {
	case login == "":
		return named, true
	case named == "" || named == byLogin:
		return byLogin, true
	default:
		return "", false
	}
}

// alsoCalled holds other words for an argument that occur in errors about requests to the server.
var alsoCalled = map[string]string{
	"user_id": "user by the id", "token_id": "token by the id", "username": "login", "url": "URL", "ca_certificate": "CA certificate",
}

// blames reports whether an error names one of the arguments.
func blames(errors []*tfprotov6.Diagnostic, blamed faults) bool {
	return slices.ContainsFunc(errors, func(d *tfprotov6.Diagnostic) bool {
		text := diagnosticTexts([]*tfprotov6.Diagnostic{d})

		for argument := range blamed {
			if other := alsoCalled[argument]; strings.Contains(text, argument) || other != "" && strings.Contains(text, other) {
				return true
			}
		}

		return false
	})
}

// succeeded checks a change without errors.
func (c *tokenChange) succeeded(after instance) {
	issued := c.s.Issued() > 0

	switch {
	case len(c.single) > 0 && (c.mode.validates || issued || c.sent(http.MethodDelete) > 0):
		c.breaks("there is no error about %s; a token was issued: %t", c.single, issued)
	case len(c.together) > 0 && c.mode.validates:
		c.breaks("there is no error that %s cannot be combined", c.together)
	case len(c.single) == 0 && len(c.together) == 0:
		c.checkState(after, issued)
		c.checkNextRun(after)

		return
	}

	c.destroy(after)
}

// checkState checks the state after a change.
func (c *tokenChange) checkState(after instance, issued bool) {
	secret, sealed := core.TextAt(after.value, "token"), core.TextAt(after.value, "encrypted_token")

	if c.final["encrypt_to"] != nil && secret != nil {
		c.breaks("encrypt_to is set, but token has a plain secret")
	}

	known := map[string]bool{}

	for _, previous := range core.Elements(core.Members(after.value)["previous"]) {
		if name := core.TextAt(previous, "name"); name != nil {
			known[*name] = true
		}
	}

	name := core.TextAt(after.value, "current.name")
	if name == nil {
		c.breaks("the state has no current.name")

		return
	}

	if owner := core.TextAt(after.value, "owner.id"); owner != nil && *owner == c.user.ID {
		known[*name] = true
	} else {
		issued = false // It was issued to the other user.
	}

	for _, living := range c.living() {
		if !known[living] {
			c.breaks("the token %q is alive, but not in the state", living)
		}
	}

	if !issued {
		return
	}

	if secret == nil && (sealed == nil || c.final["encrypt_to"] == nil) {
		c.breaks("a token was issued, but the state has no secret")
	}

	if secret != nil && !c.accepts(*secret) {
		c.breaks("the server does not accept the new token's secret")
	}

	c.checkIssued(*name)
}

// checkIssued checks a token that was just issued.
func (c *tokenChange) checkIssued(name string) {
	if fixed, ok := c.final["name"].(string); ok && c.final["name_prefix"] == nil && name != fixed {
		c.breaks("the token is named %q", name)
	}

	if prefix, ok := c.final["name_prefix"].(string); ok && !strings.HasPrefix(name, prefix) {
		c.breaks("the token is named %q", name)
	}

	expires, ok := c.expiry(name)
	if !ok {
		c.breaks("the server has no token %q", name)

		return
	}

	lives, relative := hours(c.final["expires_in"], false)
	at, told := readInstant(c.final["expires_at"])

	switch {
	case relative:
		// The clock advances meanwhile, and where an expiry is a date, a token may live up to a day
		// longer.
		if early, late := c.s.Now().Add(lives-time.Minute), c.s.Now().Add(lives+providertest.Day+time.Second); expires.Before(early) || expires.After(late) {
			c.breaks("the token should live for %s, but expires at %s", lives, expires.Format(time.RFC3339))
		}
	case told:
		if expires.IsZero() || !expires.Equal(at) { // The zero time means never, which is not the first instant of year 1.
			c.breaks("the token should expire at %s, but expires at %s", at.Format(time.RFC3339), expires.Format(time.RFC3339))
		}
	case !expires.IsZero():
		c.breaks("the token should never expire, but expires at %s", expires.Format(time.RFC3339))
	}
}

// checkNextRun checks that the plan after the apply is empty, and that the resource can be destroyed. A
// state that was not refreshed may need one more run.
func (c *tokenChange) checkNextRun(after instance) {
	runs := 1
	if !c.mode.refreshes && !strings.HasPrefix(c.from.name, "not created") || c.from.due {
		runs = 2
	}

	for run := 1; ; run++ {
		server := c.start(c.settings)

		read, errors := c.read(server, after)
		if len(errors) > 0 {
			c.breaks("the refresh after the apply failed: %s", diagnosticTexts(errors))

			return
		}

		for name, value := range core.Members(after.value) {
			if _, set := c.final[name]; set && !value.Equal(core.Members(read.value)[name]) {
				c.breaks("the refresh after the apply changes the argument %s", name)
			}
		}

		planned, errors, broken := c.plan(server, read, c.final)
		c.broken = append(c.broken, broken...)

		if len(errors) > 0 {
			c.breaks("the plan after the apply failed: %s", diagnosticTexts(errors))

			break
		}

		if planned.empty {
			break
		}

		if run == runs {
			c.breaks("the plan after the apply is not empty: %s", strings.Join(planDifferences(read.value, planned), "; "))

			break
		}

		if after, errors, _ = c.terraform.apply(c.start(c.settings), read, planned.instance, c.final); len(errors) > 0 {
			if c.mayRefuse("apply", errors) == "" {
				c.breaks("the run after the apply failed: %s", diagnosticTexts(errors))
			}

			break
		}
	}

	c.destroy(after)
}

// planDifferences returns what a plan changes.
func planDifferences(prior tftypes.Value, planned proposal) (found []string) {
	for _, argument := range planned.replaces {
		found = append(found, "replaced because of "+argument)
	}

	before, after := core.Members(prior), core.Members(planned.value)
	for _, name := range slices.Sorted(maps.Keys(after)) {
		switch {
		case !after[name].IsFullyKnown():
			found = append(found, name+" is known after apply")
		default:
			found = append(found, core.Misfits(before[name], after[name], name)...)
		}
	}

	return found
}

// destroy destroys the resource, if it exists.
func (c *tokenChange) destroy(of instance) {
	if of.value.IsNull() {
		return
	}

	if errors := c.destroyed(of); len(errors) > 0 {
		c.breaks("the resource could not be destroyed: %s", diagnosticTexts(errors))

		return
	}

	if living := c.living(); len(living) > 0 {
		c.breaks("%s are alive after the destroy", strings.Join(living, ", "))
	}
}
