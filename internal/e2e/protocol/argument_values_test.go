package protocol

import (
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// effect is the required effect of an argument's value.
type effect int

const (
	// refused means an error that names the argument. Nothing may be issued or revoked.
	refused effect = iota
	// fails means an error, for example because no user has this name.
	fails
	// narrows means a success whose result does not contain everything.
	narrows
	// accepted means a success.
	accepted
	// decided means that the server decides.
	decided
)

// The values that each argument is tested with, by the argument's type.
var (
	oddTexts = map[string]any{
		"null": nil, "empty": "", "blank": " ", "unreadable": "yesterday", "year 1": "0001-01-01T00:00:00Z",
		"year 9999": "9999-12-31T00:00:00Z", "zero": "0", "no time": "0s", "negative": "-1d", "without a unit": "90",
		"far too large": "99999999999999999999d", "a date": "2028-03-01", "beyond year 9999": "9999-12-31T23:00:00-12:00",
	}
	oddNumbers = map[string]any{
		"null": nil, "zero": 0, "negative": -1, "far too large": int64(math.MaxInt64),
		"of more than 64 bits": new(big.Float).SetInt(new(big.Int).Lsh(big.NewInt(1), 64)),
	}
	oddSets    = map[string]any{"null": nil, "empty": []tftypes.Value{}, "of null": []tftypes.Value{tftypes.NewValue(tftypes.String, nil)}}
	oddMaps    = map[string]any{"null": nil, "empty": map[string]tftypes.Value{}}
	oddObjects = map[string]any{"null": nil, "empty": map[string]any{}}
)

// argumentRow says which effects the values of an argument of a construct must have.
type argumentRow struct {
	// beside holds the other arguments in the configuration.
	beside map[string]any
	// otherwise is the effect of every value that is not in want. The default effect of null is
	// accepted.
	otherwise effect
	want      map[string]effect
	// on is the only platform that has the argument; empty if both have it.
	on string
}

func (r argumentRow) with(beside map[string]any) argumentRow {
	r.beside = beside

	return r
}

func (r argumentRow) onForeman() argumentRow {
	r.on = "foreman"

	return r
}

func (r argumentRow) onUniversalController() argumentRow {
	r.on = "universal_controller"

	return r
}

// Rows for the kinds of arguments.
var (
	aDuration = argumentRow{otherwise: refused}
	anOverlap = argumentRow{otherwise: refused, want: map[string]effect{"no time": accepted}}
	aChoice   = argumentRow{otherwise: refused}
	aCount    = argumentRow{otherwise: refused, want: map[string]effect{"far too large": decided, "of more than 64 bits": fails}}
	// whose is a reference to an object that must exist.
	whose = argumentRow{otherwise: fails, want: map[string]effect{"null": fails, "empty": refused, "blank": refused}}
	// aFixedName can be issued only once, so the server decides about the second token.
	aFixedName = argumentRow{otherwise: decided, want: map[string]effect{"null": fails, "empty": refused, "blank": refused}}
	aName      = argumentRow{otherwise: accepted, want: map[string]effect{"empty": refused, "blank": refused}}
	// aPrefix selects no token if it is not empty.
	aPrefix = argumentRow{otherwise: narrows, want: map[string]effect{"empty": refused}}
	// anExpiry in the past is only a warning in a plan, because a destroy also creates a plan.
	anExpiry      = argumentRow{otherwise: refused, want: map[string]effect{"year 1": fails, "year 9999": accepted}}
	aFutureOrPast = argumentRow{otherwise: refused, want: map[string]effect{"year 1": narrows, "year 9999": narrows}}
	aSearch       = argumentRow{otherwise: decided, want: map[string]effect{"empty": refused, "blank": refused}}
	aSetting      = argumentRow{otherwise: decided, want: map[string]effect{"null": refused, "empty": refused}}
	aPEM          = argumentRow{otherwise: fails, want: map[string]effect{"empty": refused}}
	anObject      = argumentRow{otherwise: accepted}
)

// argumentRows returns a row for every argument that is not a boolean.
func argumentRows() map[string]argumentRow {
	const (
		action    = "action opsaccess_revoke_personal_access_tokens: "
		ephemeral = "ephemeral opsaccess_personal_access_token: "
		resource  = "resource opsaccess_personal_access_token: "
		token     = "data opsaccess_personal_access_token: "
		users     = "data opsaccess_users: "
		provider  = "provider: "
	)

	user := map[string]any{"username": "svc-leaked"}
	and := func(more map[string]any) map[string]any {
		all := maps.Clone(user)
		maps.Copy(all, more)

		return all
	}
	prefixed, lasting := and(map[string]any{"name_prefix": "x-"}), and(map[string]any{"name_prefix": "x-", "expires_in": "90d"})
	rotation := func(more map[string]any) map[string]any {
		all := maps.Clone(lasting)
		all["rotation"] = map[string]any{"max_age": "60d"}
		maps.Copy(all["rotation"].(map[string]any), more) //nolint:forcetypeassert // It was created in the line above.

		return all
	}
	all, named := map[string]any{"all": true}, map[string]any{"name_prefix": "x-"}

	rows := map[string]argumentRow{
		action + "username":       whose.with(all),
		action + "user_id":        whose.with(all),
		action + "name_prefix":    {otherwise: narrows, want: map[string]effect{"null": refused, "empty": refused}, beside: user},
		action + "created_before": {otherwise: refused, want: map[string]effect{"null": refused, "year 1": narrows}, beside: user},
		action + "unused_for":     {otherwise: refused, want: map[string]effect{"null": refused}, beside: user},
		action + "status":         aChoice.with(and(all)),

		ephemeral + "username":    whose,
		ephemeral + "user_id":     whose,
		ephemeral + "name_prefix": aName.with(user),
		ephemeral + "expires_in":  aDuration.with(user),

		resource + "username":                     whose.with(named),
		resource + "user_id":                      whose.with(named),
		resource + "name":                         aFixedName.with(user),
		resource + "name_prefix":                  {otherwise: accepted, want: aFixedName.want, beside: user},
		resource + "series":                       aChoice.with(prefixed),
		resource + "expires_in":                   aDuration.with(prefixed),
		resource + "expires_at":                   anExpiry.with(prefixed),
		resource + "encrypt_to":                   {otherwise: refused, beside: prefixed},
		resource + "rotation":                     {otherwise: refused, beside: prefixed},
		resource + "rotation.before_expiry":       aDuration.with(rotation(nil)),
		resource + "rotation.max_age":             aDuration.with(rotation(map[string]any{"overlap": "1d"})),
		resource + "rotation.overlap":             anOverlap.with(rotation(nil)),
		resource + "rotation.hold_if_used_within": aDuration.with(rotation(nil)),
		resource + "rotation.triggers":            anObject.with(rotation(nil)),

		token + "username": whose.with(map[string]any{"name": "other"}),
		token + "user_id":  whose.with(map[string]any{"name": "other"}),
		token + "name":     whose.with(user),
		token + "token_id": {otherwise: fails, want: map[string]effect{"null": refused, "empty": refused}, beside: user, on: "foreman"},

		"data opsaccess_user: username": whose,
		"data opsaccess_user: user_id":  whose,

		users + "username": {otherwise: narrows, want: map[string]effect{"empty": refused, "blank": refused}},
		users + "user_id": {otherwise: fails, want: map[string]effect{
			"null": accepted, "empty": refused, "blank": refused, "without a unit": decided,
		}},

		provider + "request_timeout":               aDuration,
		provider + "max_retries":                   {otherwise: refused, want: map[string]effect{"zero": accepted}},
		provider + "max_concurrent_requests":       {otherwise: refused},
		provider + "ca_certificate":                aPEM,
		provider + "client_certificate":            {otherwise: fails, want: aSetting.want, beside: map[string]any{"client_key": "x"}},
		provider + "client_key":                    {otherwise: fails, want: aSetting.want, beside: map[string]any{"client_certificate": "x"}},
		provider + "headers":                       anObject,
		provider + "tls_server_name":               {otherwise: decided, want: map[string]effect{"empty": refused, "blank": refused, "negative": refused, "beyond year 9999": refused}},
		provider + "foreman":                       {otherwise: fails, want: map[string]effect{"null": fails}, on: "foreman"},
		provider + "foreman.url":                   {otherwise: fails, want: aSetting.want, on: "foreman"},
		provider + "foreman.username":              aSetting.onForeman(),
		provider + "foreman.password":              aSetting.onForeman(),
		provider + "foreman.organization_id":       aCount.onForeman(),
		provider + "foreman.location_id":           aCount.onForeman(),
		provider + "universal_controller":          {otherwise: fails, want: map[string]effect{"null": fails}, on: "universal_controller"},
		provider + "universal_controller.url":      {otherwise: fails, want: aSetting.want, on: "universal_controller"},
		provider + "universal_controller.username": {otherwise: decided, want: aSetting.want, on: "universal_controller"},
		provider + "universal_controller.password": {otherwise: decided, want: aSetting.want, on: "universal_controller"},
		provider + "universal_controller.token":    {otherwise: decided, want: map[string]effect{"null": fails, "empty": refused}, on: "universal_controller"},
	}

	const modified = "resource opsaccess_universal_controller_user: "

	rows[modified+"username"], rows[modified+"user_id"] = whose.onUniversalController(), whose.onUniversalController()

	for _, property := range pat.AllProperties() {
		row := argumentRow{otherwise: accepted, want: map[string]effect{"blank": refused}}

		switch {
		case property.IsFlag():
			continue
		case property.IsAccess():
			row = aChoice
		case property == pat.LoginMethod:
			row = aName
		}

		rows[modified+string(property)] = row.with(user).onUniversalController()
	}

	for _, list := range []string{"data opsaccess_personal_access_tokens: ", "list opsaccess_personal_access_token: "} {
		maps.Copy(rows, map[string]argumentRow{
			list + "username": whose, list + "user_id": whose,
			list + "name_prefix": aPrefix.with(user), list + "status": aChoice.with(user),
			list + "expires_before": aFutureOrPast.with(user), list + "unused_for": aDuration.with(user),
		})
	}

	for list, beside := range map[string]map[string]any{
		"data opsaccess_personal_access_tokens: ": user, "list opsaccess_personal_access_token: ": user, users: nil,
	} {
		maps.Copy(rows, map[string]argumentRow{
			list + "foreman":        anObject.with(beside).onForeman(),
			list + "foreman.search": aSearch.with(beside).onForeman(), list + "foreman.order": aChoice.with(beside).onForeman(),
			list + "foreman.page": aCount.with(beside).onForeman(), list + "foreman.per_page": aCount.with(beside).onForeman(),
			list + "foreman.organization_id": aCount.with(beside).onForeman(), list + "foreman.location_id": aCount.with(beside).onForeman(),
		})
	}

	return rows
}

// oddValues returns the values that an argument is tested with; none for a boolean.
func oddValues(argument *tfprotov6.SchemaAttribute) map[string]any {
	switch typ := argument.ValueType(); {
	case !argument.Optional && !argument.Required, typ.Is(tftypes.Bool):
		return nil
	case typ.Is(tftypes.String):
		return oddTexts
	case typ.Is(tftypes.Number):
		return oddNumbers
	case typ.Is(tftypes.Set{}):
		return oddSets
	case typ.Is(tftypes.Map{}):
		return oddMaps
	default:
		return oddObjects
	}
}

// TestArguments_oddValues tests values that the CLI could not validate because they were unknown at
// first. Such a value must never be treated as if the argument were not set: it restricts the
// selection, or is an error.
func TestArguments_oddValues(t *testing.T) {
	t.Parallel()

	rows := argumentRows()

	for construct, schema := range providertest.Schemas(t) {
		walk("", schema.Block.Attributes, func(argument string, attribute *tfprotov6.SchemaAttribute) {
			values, name := oddValues(attribute), construct+": "+argument
			if values == nil {
				return
			}

			row, ok := rows[name]
			delete(rows, name)

			if !ok {
				t.Errorf("%s has no row: add the effects of odd values to argumentRows", name)

				return
			}

			t.Run(name, func(t *testing.T) {
				t.Parallel()
				providertest.OnEachSandbox(t, func(t *testing.T, s *providertest.Sandbox) { row.check(t, s, construct, argument, values) })
			})
		})
	}

	if left := slices.Sorted(maps.Keys(rows)); len(left) > 0 {
		t.Errorf("rows for arguments that do not exist: %s", strings.Join(left, ", "))
	}
}

// check tests each value with a user who has four live tokens.
func (r argumentRow) check(t *testing.T, s *providertest.Sandbox, construct, argument string, values map[string]any) {
	t.Helper()

	if r.on != "" && r.on != s.System.Traits().Platform {
		return
	}

	scene := newArgumentScene(t, s)

	for name, value := range values {
		want, ok := r.want[name]

		switch {
		case ok:
		case value == nil:
			want = accepted
		default:
			want = r.otherwise
		}

		set := maps.Clone(r.beside)
		if set == nil {
			set = map[string]any{}
		}

		setArgument(set, argument, value)

		uses := scene.uses(t, construct, argument, set)
		for _, use := range uses {
			use.expect(t, name+" at the "+use.stage, argument, want)
		}

		// Not every use needs the value: for example, a plan may not find out that a user does not
		// exist.
		if want == fails && !slices.ContainsFunc(uses, func(u used) bool { return len(u.errors) > 0 }) {
			t.Errorf("%s: there was no error", name)
		}
	}
}
