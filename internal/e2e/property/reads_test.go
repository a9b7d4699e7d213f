package property

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// call is a case of a construct other than a resource: an argument is unknown when the configuration is
// validated, and then gets its value.
type call struct {
	*world

	construct, argument string
	value               any
	// first has the argument unknown; final has its value.
	first, final map[string]any
	blamed       faults
	broken       []string
}

func (c *call) String() string {
	rest := maps.Clone(c.final)
	delete(rest, c.argument)

	return fmt.Sprintf("%s: %s = %s, with %s", c.construct, c.argument, briefly(c.value), briefly(rest))
}

func (c *call) breaks(format string, arguments ...any) {
	c.broken = append(c.broken, fmt.Sprintf(format, arguments...))
}

// populate begins a case with a user who has several kinds of tokens. alpha-2 was used just now.
func (w *world) populate() {
	w.next()

	now := w.s.Now().UTC().Truncate(providertest.Day)

	w.issuesByHand("alpha-1", time.Time{})
	w.issuesByHand("alpha-3", now.Add(10*providertest.Day))

	var secret string

	if w.s.Foreman == nil {
		issued, err := w.s.Controller.AddToken(w.user.Login, "alpha-2", now.Add(80*providertest.Day))
		providertest.Must(w.t, err)

		secret = issued
	} else {
		_, issued, err := w.s.Foreman.AddToken(w.user.Login, "alpha-2", now.Add(80*providertest.Day))
		providertest.Must(w.t, err)

		secret = issued
	}

	w.s.Clock.Move(20 * providertest.Day)
	w.issuesByHand("beta-1", now.Add(30*providertest.Day))
	w.issuesByHand("beta-2", time.Time{})
	w.s.LogIn(w.t, w.user, secret)
}

// filterFaults blames the invalid arguments among those that filter a user's tokens.
func (w *world) filterFaults(c map[string]any, blamed faults) {
	if prefix, ok := c["name_prefix"].(string); ok && prefix == "" {
		blamed.blame("name_prefix")
	}

	for _, argument := range []string{"expires_before", "created_before"} {
		at, ok := readInstant(c[argument])
		if c[argument] != nil && (!ok || argument == "created_before" && at.After(w.s.Now())) {
			blamed.blame(argument)
		}
	}

	if _, ok := hours(c["unused_for"], false); c["unused_for"] != nil && !ok {
		blamed.blame("unused_for")
	}
}

// selects returns the names of the tokens that a configuration's filters select. status is the default
// for the status.
func (w *world) selects(c map[string]any, status pat.Status, tokens []pat.Token) (names []string) {
	prefix, _ := c["name_prefix"].(string)
	if text, ok := c["status"].(string); ok {
		status = pat.Status(text)
	}

	for _, token := range tokens {
		selected := strings.HasPrefix(token.Name, prefix) && (status == "" || token.Status == status)

		if at, ok := readInstant(c["expires_before"]); ok {
			selected = selected && !token.ExpiresAt.IsZero() && token.ExpiresAt.Before(at)
		}

		if at, ok := readInstant(c["created_before"]); ok {
			selected = selected && !token.CreatedAt.IsZero() && token.CreatedAt.Before(at)
		}

		if unused, ok := hours(c["unused_for"], false); ok {
			used := token.LastUsedAt
			if used.IsZero() {
				used = token.CreatedAt
			}

			selected = selected && !used.After(w.s.Now().Add(-unused))
		}

		if selected {
			names = append(names, token.Name)
		}
	}

	slices.Sort(names)

	return names
}

// listingFaults blames the invalid arguments among Foreman's own list parameters.
func (w *world) listingFaults(c map[string]any, order *regexp.Regexp, blamed faults) {
	listing, ok := c["foreman"].(map[string]any)
	if !ok {
		return
	}

	if w.s.Foreman == nil {
		blamed.blame("foreman")
	}

	if text, ok := listing["search"].(string); ok && strings.TrimSpace(text) == "" {
		blamed.blame("search")
	}

	if text, ok := listing["order"].(string); ok && !order.MatchString(text) {
		blamed.blame("order")
	}

	for _, argument := range []string{"page", "per_page", "organization_id", "location_id"} {
		number, isInt := listing[argument].(int)
		if isInt && number < 1 {
			blamed.blame(argument)
		}
	}
}

// judge compares the result of a call with what its configuration allows, and reports whether the call
// rightly succeeded.
func (c *call) judge(stage string, errors []*tfprotov6.Diagnostic, mayFail bool) bool {
	switch {
	case len(errors) == 0 && len(c.blamed) == 0:
		return true
	case len(errors) == 0:
		c.breaks("%s: there is no error about %s", stage, c.blamed)
	case len(c.blamed) == 0 && !mayFail:
		c.breaks("%s: a valid configuration is refused: %s", stage, diagnosticTexts(errors))
	case len(c.blamed) > 0 && !blames(errors, c.blamed):
		c.breaks("%s: the error names none of %s: %s", stage, c.blamed, diagnosticTexts(errors))
	}

	if sent := c.sent(http.MethodPost) + c.sent(http.MethodDelete); len(errors) > 0 && len(c.blamed) > 0 && sent > 0 {
		c.breaks("%s: %d requests changed something before the error: %s", stage, sent, diagnosticTexts(errors))
	}

	return false
}

// calls sets each argument of a construct to each value.
type calls struct {
	construct string
	platforms []string
	// bases returns the configurations in which the argument is set.
	bases func(w *world) []map[string]any
	// begins starts a case with a new user.
	begins func(w *world)
	// blames returns the arguments of the final configuration that are invalid.
	blames func(c *call) faults
	// uses makes the call. If valid is false, Terraform has not validated the final configuration,
	// because some values become known only when the construct is used.
	uses func(c *call, server providertest.ProtocolServer, valid bool)
}

// run makes the calls on each platform.
func (of calls) run(t *testing.T) {
	t.Helper()

	all, domains := providertest.Schemas(t), domains()
	paths := argumentPaths("", all[of.construct].Block.Attributes)

	for _, platform := range of.platforms {
		t.Run(platform+"/"+of.construct, func(t *testing.T) {
			t.Parallel()

			w := newWorld(t, propertyPlatforms()[platform], all, [3]string{})
			of.begins(w)
			server, changed := w.start(w.settings), false

			for _, path := range paths {
				unknown := of.validatesUnknown(w, server, path)

				for j, chosen := range domains[of.construct+" "+path] {
					for i := range unknown {
						if !*propertyAll && (i+j)%2 > 0 && len(unknown) > 1 {
							continue
						}

						if changed { // Calls that change nothing share a user and a provider.
							of.begins(w)
							server = w.start(w.settings)
						}

						w.s.Console.ResetRequests()
						of.check(w.call(of, path, chosen, i), server, unknown[i])
						changed = w.sent(http.MethodPost)+w.sent(http.MethodDelete) > 0
					}
				}
			}
		})
	}
}

// validatesUnknown validates each configuration with the argument unknown and returns the errors.
func (of calls) validatesUnknown(w *world, server providertest.ProtocolServer, path string) (errors [][]*tfprotov6.Diagnostic) {
	kind, typeName, _ := strings.Cut(of.construct, " ")

	for _, base := range of.bases(w) {
		errors = append(errors, w.validate(server, kind, typeName, withArgument(base, path, tftypes.UnknownValue)))
	}

	return errors
}

// call returns the call that sets an argument to a value in the i-th configuration.
func (w *world) call(of calls, path string, chosen sample, i int) *call {
	base := of.bases(w)[i]
	c := &call{world: w, construct: of.construct, argument: path, value: sampled(chosen, w)}
	c.first, c.final = withArgument(base, path, tftypes.UnknownValue), withArgument(base, path, c.value)
	c.blamed = of.blames(c)
	w.said = nil

	return c
}

// check makes a call. Terraform validates the configuration with the argument unknown, which returned
// these errors, and with its value. A configuration that is refused then is used nevertheless, because
// in another run the value might become known only then.
func (of calls) check(c *call, server providertest.ProtocolServer, unknown []*tfprotov6.Diagnostic) {
	c.t.Helper()

	if len(unknown) > 0 {
		c.judge("validate", unknown, false)
	} else {
		kind, typeName, _ := strings.Cut(of.construct, " ")

		errors := c.validate(server, kind, typeName, c.final)
		if len(errors) > 0 {
			c.judge("validate", errors, false)
		}

		of.uses(c, server, len(errors) == 0)
	}

	for _, broken := range append(c.broken, c.leaks()...) {
		c.t.Errorf("%s: %s", c, broken)
	}
}

// bothPlatforms has the sandboxes of both platforms.
var bothPlatforms = []string{"foreman", "universal_controller"}

// byEither returns two configurations of a request about a user, one with the id and one with the
// login.
func byEither(more map[string]any) func(w *world) []map[string]any {
	return func(w *world) []map[string]any {
		return []map[string]any{withArgument(more, "user_id", w.user.ID), withArgument(more, "username", w.user.Login)}
	}
}

// namesAnother reports whether a configuration names a user other than the case's, or none. Then the
// server returns nothing, or refuses.
func (c *call) namesAnother() bool {
	id, login := c.final["user_id"], c.final["username"]

	return id != nil && id != c.user.ID || login != nil && login != c.user.Login
}

// TestProperty_dataSources tests that a data source reads what its arguments say, or returns an error
// that names the argument.
func TestProperty_dataSources(t *testing.T) {
	t.Parallel()

	for construct, bases := range map[string]func(w *world) []map[string]any{
		"data " + providertest.TokenType: func(w *world) []map[string]any {
			return append(byEither(nil)(w), byEither(map[string]any{"name": "beta-1"})(w)...)
		},
		"data opsaccess_personal_access_tokens": byEither(nil),
		"data opsaccess_user":                   byEither(nil),
		"data opsaccess_users":                  func(*world) []map[string]any { return []map[string]any{{}, {"show_tokens": true}} },
		"data opsaccess_current_user":           func(*world) []map[string]any { return []map[string]any{{}} },
	} {
		calls{
			construct: construct, platforms: bothPlatforms, bases: bases, begins: (*world).populate,
			blames: (*call).readFaults, uses: (*call).reads,
		}.run(t)
	}
}

// reads reads a data source.
func (c *call) reads(server providertest.ProtocolServer, _ bool) {
	_, typeName, _ := strings.Cut(c.construct, " ")
	of := c.types[c.construct]

	response, err := server.ReadDataSource(c.t.Context(), &tfprotov6.ReadDataSourceRequest{
		TypeName: typeName, Config: encodedValue(core.Value(of, c.final)),
	})
	providertest.Must(c.t, err)

	listing, _ := c.final["foreman"].(map[string]any)
	one := c.construct == "data "+providertest.TokenType && c.final["name"] != "beta-1" && c.final["token_id"] != c.tokenID("beta-1")

	if !c.judge("read", c.note(response.Diagnostics), c.namesAnother() || len(listing) > 0 || one) {
		return
	}

	result, err := response.State.Unmarshal(of)
	providertest.Must(c.t, err)

	c.checkRead(result)
}

// readFaults returns the invalid arguments of a data source or a list.
func (c *call) readFaults() faults {
	blamed := faults{}

	if strings.HasSuffix(c.construct, "current_user") {
		return blamed
	}

	users := strings.HasSuffix(c.construct, "_users")
	blamed = c.userFaults(c.final, !users)
	c.filterFaults(c.final, blamed)

	order := regexp.MustCompile(`^(id|name|user_id)( ASC| DESC)?$`)
	if users {
		order = regexp.MustCompile(`^(id|login|firstname|lastname|mail|description|admin|last_login_on|disabled)( ASC| DESC)?$`)
	}

	c.listingFaults(c.final, order, blamed)

	if status, ok := c.final["status"].(string); ok && !slices.Contains([]string{"active", "expired", "revoked"}, status) {
		blamed.blame("status")
	}

	if c.construct != "data "+providertest.TokenType {
		return blamed
	}

	name, id := c.final["name"], c.final["token_id"]
	if (name == nil) == (id == nil) {
		blamed.blame("name", "token_id")
	}

	if name != nil && !isPlain(name) {
		blamed.blame("name")
	}

	if text, _ := id.(string); id != nil && (c.s.Foreman == nil || !regexp.MustCompile(`^[0-9]{1,128}$`).MatchString(text)) {
		blamed.blame("token_id")
	}

	return blamed
}

// checkRead checks the result of a data source.
func (c *call) checkRead(result tftypes.Value) {
	if !result.IsFullyKnown() {
		c.breaks("the result has unknown values")
	}

	for argument, value := range c.final {
		if text, ok := value.(string); ok {
			if got := core.TextAt(result, argument); got == nil || *got != text {
				c.breaks("the result has a different %s", argument)
			}
		}
	}

	listing, _ := c.final["foreman"].(map[string]any)
	if !strings.HasSuffix(c.construct, "_tokens") || len(listing) > 0 || c.namesAnother() {
		return
	}

	var got []string

	for _, token := range core.Elements(core.Members(result)["tokens"]) {
		if name := core.TextAt(token, "name"); name != nil {
			got = append(got, *name)
		}
	}

	slices.Sort(got)

	if want := c.selects(c.final, "", c.s.TokensOf(c.t, c.user.ID)); !slices.Equal(got, want) {
		c.breaks("the result has %q, want %q", got, want)
	}
}

// TestProperty_list tests that the list resource lists what its arguments say, or returns an error that
// names the argument.
func TestProperty_list(t *testing.T) {
	t.Parallel()

	calls{
		construct: "list " + providertest.TokenType, platforms: bothPlatforms, bases: byEither(nil), begins: (*world).populate,
		blames: (*call).readFaults, uses: (*call).lists,
	}.run(t)
}

// lists lists tokens.
func (c *call) lists(server providertest.ProtocolServer, _ bool) {
	stream, err := server.ListResource(c.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: providertest.TokenType, Config: encodedValue(core.Value(c.types[c.construct], c.final)),
	})
	providertest.Must(c.t, err)

	var (
		errors []*tfprotov6.Diagnostic
		got    []string
	)

	for result := range stream.Results {
		errors = append(errors, c.note(result.Diagnostics)...)

		if name, _, ok := strings.Cut(result.DisplayName, " ("); ok {
			got = append(got, name)
		}
	}

	listing, _ := c.final["foreman"].(map[string]any)
	if !c.judge("list", errors, c.namesAnother() || len(listing) > 0) || len(listing) > 0 || c.namesAnother() {
		return
	}

	slices.Sort(got)

	if want := c.selects(c.final, pat.StatusActive, c.s.TokensOf(c.t, c.user.ID)); !slices.Equal(got, want) {
		c.breaks("the list has %q, want %q", got, want)
	}
}

// TestProperty_action tests that the action revokes exactly the tokens that its filters select, or
// returns an error that names the argument and revokes nothing. The values become known in the plan, or
// only when the action is invoked.
func TestProperty_action(t *testing.T) {
	t.Parallel()

	calls{
		construct: "action " + providertest.RevokeType, platforms: bothPlatforms,
		bases: func(w *world) []map[string]any {
			return []map[string]any{
				{"user_id": w.user.ID},
				{"username": w.user.Login, "name_prefix": "alpha-"},
				{"user_id": w.user.ID, "all": true},
				{"user_id": w.user.ID, "unused_for": "10d", "status": "active"},
			}
		},
		begins: (*world).populate, blames: (*call).actionFaults, uses: (*call).invokes,
	}.run(t)
}

// invokes plans the action with the known values, and invokes it with all values.
func (c *call) invokes(server providertest.ProtocolServer, valid bool) {
	planned := c.plans(server, c.first)
	if valid {
		planned = c.plans(server, c.final) || planned
	}

	if !planned {
		return
	}

	before := c.s.TokensOf(c.t, c.user.ID)

	stream, err := server.InvokeAction(c.t.Context(), &tfprotov6.InvokeActionRequest{
		ActionType: providertest.RevokeType, Config: encodedValue(core.Value(c.types[c.construct], c.final)),
	})
	providertest.Must(c.t, err)

	var errors []*tfprotov6.Diagnostic

	for event := range stream.Events {
		if completed, ok := event.Type.(tfprotov6.CompletedInvokeActionEventType); ok {
			errors = append(errors, c.note(completed.Diagnostics)...)
		}
	}

	c.judge("invoke", errors, c.namesAnother())
	c.checkRevoked(before, len(errors) > 0 || len(c.blamed) > 0)
}

// plans plans the action and reports whether it can be invoked.
func (c *call) plans(server providertest.ProtocolServer, config map[string]any) bool {
	response, err := server.PlanAction(c.t.Context(), &tfprotov6.PlanActionRequest{
		ActionType: providertest.RevokeType, Config: encodedValue(core.Value(c.types[c.construct], config)),
	})
	providertest.Must(c.t, err)

	errors := c.note(response.Diagnostics)
	if len(errors) > 0 {
		c.judge("plan", errors, c.namesAnother())
	}

	return len(errors) == 0
}

// actionFaults returns the invalid arguments of the action.
func (c *call) actionFaults() faults {
	blamed := c.userFaults(c.final, true)
	c.filterFaults(c.final, blamed)

	if status, ok := c.final["status"].(string); ok && !slices.Contains([]string{"active", "expired"}, status) {
		blamed.blame("status")
	}

	if narrowed := c.final["name_prefix"] != nil || c.final["created_before"] != nil || c.final["unused_for"] != nil; narrowed == (c.final["all"] == true) {
		blamed.blame("all", "name_prefix", "created_before", "unused_for")
	}

	return blamed
}

// checkRevoked checks which of the earlier tokens were revoked.
func (c *call) checkRevoked(before []pat.Token, nothing bool) {
	var want, got []string

	if !nothing && !c.namesAnother() && c.final["dry_run"] != true {
		want = c.selects(c.final, pat.StatusActive, before)
	}

	still := map[string]pat.Status{}
	for _, token := range c.s.TokensOf(c.t, c.user.ID) {
		still[token.Name] = token.Status
	}

	for _, token := range before {
		if status, there := still[token.Name]; !there || status != token.Status {
			got = append(got, token.Name)
		}
	}

	slices.Sort(got)

	if !slices.Equal(got, want) {
		c.breaks("revoked tokens: %q, want %q", got, want)
	}
}

// TestProperty_ephemeral tests that the ephemeral resource issues what its arguments say and revokes
// it, or returns an error that names the argument and issues nothing.
func TestProperty_ephemeral(t *testing.T) {
	t.Parallel()

	calls{
		construct: "ephemeral " + providertest.TokenType, platforms: append(slices.Clone(bothPlatforms), "universal_controller_east"),
		bases: byEither(nil), begins: (*world).next,
		blames: (*call).ephemeralFaults, uses: (*call).opens,
	}.run(t)
}

// ephemeralFaults returns the invalid arguments of the ephemeral resource.
func (c *call) ephemeralFaults() faults {
	blamed := c.userFaults(c.final, true)

	if _, ok := hours(c.final["expires_in"], false); c.final["expires_in"] != nil && !ok {
		blamed.blame("expires_in")
	}

	single, _ := c.tokenFaults(withArgument(nil, "name_prefix", c.final["name_prefix"]))
	maps.Copy(blamed, single)

	return blamed
}

// opens opens and closes an ephemeral resource.
func (c *call) opens(server providertest.ProtocolServer, _ bool) {
	of := c.types[c.construct]

	response, err := server.OpenEphemeralResource(c.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: providertest.TokenType, Config: encodedValue(core.Value(of, c.final)),
	})
	providertest.Must(c.t, err)

	if !c.judge("open", c.note(response.Diagnostics), c.namesAnother()) || c.namesAnother() {
		return
	}

	result, err := response.Result.Unmarshal(of)
	providertest.Must(c.t, err)

	c.checkOpened(result)

	closed, err := server.CloseEphemeralResource(c.t.Context(), &tfprotov6.CloseEphemeralResourceRequest{
		TypeName: providertest.TokenType, Private: response.Private,
	})
	providertest.Must(c.t, err)

	if len(c.note(closed.Diagnostics))+len(closed.Diagnostics)+len(c.living()) > 0 {
		c.breaks("%q are alive after the close, which returned: %s", c.living(), diagnosticTexts(closed.Diagnostics))
	}
}

// checkOpened checks what an ephemeral resource has issued.
func (c *call) checkOpened(result tftypes.Value) {
	name, secret := core.TextAt(result, "name"), core.TextAt(result, "token")

	if c.final["applying"] == false {
		if name != nil || secret != nil || c.s.Issued() > 0 {
			c.breaks("a token was issued although applying is false")
		}

		return
	}

	if name == nil || secret == nil {
		c.breaks("no token was issued")

		return
	}

	if !c.accepts(*secret) {
		c.breaks("the server does not accept the secret")
	}

	lives, ok := hours(c.final["expires_in"], false)
	if !ok {
		lives = time.Hour
	}

	late := time.Minute
	if c.s.System.Traits().ExpiryIsDate {
		late = 3 * providertest.Day
	}

	expires, _ := c.expiry(*name)
	if expires.Before(c.s.Now().Add(lives-time.Minute)) || expires.After(c.s.Now().Add(lives+late)) {
		c.breaks("the token should live for %s, but expires at %s", lives, expires.Format(time.RFC3339))
	}

	if lives < 400*providertest.Day {
		if c.s.Clock.Move(lives - time.Minute); !c.accepts(*secret) {
			c.breaks("the token should live for %s, but the server does not accept it a minute before that", lives)
		}
	}
}
