package token

import (
	"context"
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// oneUser is a server with one user and no tokens, which is all that a plan reads.
type oneUser struct {
	pat.System

	traits pat.Traits
}

func (s oneUser) Traits() pat.Traits { return s.traits }

func (s oneUser) Server() string { return "https://foreman.example.com" }

func (s oneUser) User(context.Context, pat.UserRef) (pat.User, error) {
	return pat.User{ID: "7", Username: "svc"}, nil
}

func (s oneUser) CurrentUser(ctx context.Context) (pat.User, error) {
	return s.User(ctx, pat.UserRef{})
}

func (s oneUser) Tokens(context.Context, string, pat.TokenQuery) ([]pat.Token, error) {
	return nil, nil
}

// tokenProvider is a provider with only the token resource.
type tokenProvider struct {
	provider.Provider

	configured *platform.Configured
}

func (tokenProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "opsaccess"
}

func (tokenProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (p tokenProvider) Configure(_ context.Context, _ provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	resp.ResourceData = p.configured
}

func (tokenProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{NewResource}
}

// failing is a test, or one check of a property.
type failing interface {
	Context() context.Context
	Fatal(args ...any)
}

// planner plans with the framework, with or without the shortcut.
type planner struct {
	configured *platform.Configured
	framework  tfprotov6.ProviderServer
}

func newPlanner(t failing, traits pat.Traits) planner {
	system := oneUser{traits: traits}
	clock := pat.NewClock(pat.Runner{Now: func() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) }})
	configured := &platform.Configured{
		System: system, Direct: system,
		Engine: tokens.NewEngine(tokens.Options{System: system, Direct: system, Clock: clock}),
	}

	framework := providerserver.NewProtocol6(tokenProvider{configured: configured})()

	empty := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	config := encoded(t, tftypes.NewValue(empty, map[string]tftypes.Value{}))

	configuring, err := framework.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil || len(configuring.Diagnostics) > 0 {
		t.Fatal(err, configuring.Diagnostics)
	}

	return planner{configured: configured, framework: framework}
}

func encoded(t failing, value tftypes.Value) *tfprotov6.DynamicValue {
	dynamic, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		t.Fatal(err)
	}

	return &dynamic
}

func encodedModel(t failing, model tokenModel) *tfprotov6.DynamicValue {
	var diags diag.Diagnostics

	value, err := model.object(&diags).ToTerraformValue(t.Context())
	if err != nil || diags.HasError() {
		t.Fatal(err, diags)
	}

	return encoded(t, value)
}

// settledModel returns a resource in the usual state: with an active token that is not due for
// rotation.
func settledModel() tokenModel {
	model := emptyModel()
	model.Username = types.StringValue("svc")
	model.UserID = types.StringNull()
	model.NamePrefix = types.StringValue("ci-")
	model.Series = types.StringValue("abc234")
	model.ExpiresIn = types.StringValue("90d")
	model.Token = types.StringValue("s3cret")
	model.TokenVersion = types.Int64Value(1795898411)
	model.Generation = types.Int64Value(1)
	model.ID = types.StringValue("7/42")
	model.Owner = types.ObjectValueMust(ownerTypes, tfvalue.ValuesOf(ownerModel{
		ID: types.StringValue("7"), Username: types.StringValue("svc"),
	}))
	model.Platform = types.StringValue("foreman")
	model.Server = types.StringValue("https://foreman.example.com")
	model.RotationDue = types.BoolValue(false)
	model.Current = types.ObjectValueMust(currentTypes, tfvalue.ValuesOf(currentModel{
		ID: types.StringValue("42"), Name: types.StringValue("ci-abc234-1"),
		CreatedAt: types.StringValue("2026-11-20T12:00:00Z"), ExpiresAt: types.StringValue("2027-02-18T12:00:00Z"),
		Status: types.StringValue("active"), IssueReason: types.StringValue("created"), SHA256: types.StringValue("00ff"),
	}))
	model.Previous = types.ListValueMust(previousType, nil)

	return model
}

// anyRecorded draws a state: that of settledModel, with up to three other attributes.
func anyRecorded(t *rapid.T) tokenModel {
	model, other := settledModel(), anyModel(t, false)

	for range rapid.IntRange(0, 3).Draw(t, "other attributes") {
		model = withAnother(t, model, other)
	}

	return model
}

// withAnother copies one attribute from another model.
func withAnother(t *rapid.T, model, other tokenModel) tokenModel {
	switch rapid.IntRange(0, 14).Draw(t, "attribute") {
	case 0:
		model.Username = other.Username
	case 1:
		model.UserID = other.UserID
	case 2:
		model.Name = other.Name
	case 3:
		model.NamePrefix = other.NamePrefix
	case 4:
		model.Series = other.Series
	case 5:
		model.ExpiresIn = other.ExpiresIn
	case 6:
		model.ExpiresAt = other.ExpiresAt
	case 7:
		model.Rotation = other.Rotation
	case 8:
		model.EncryptTo = other.EncryptTo
	case 9:
		model.ReissueWhenInvalid = other.ReissueWhenInvalid
	case 10:
		model.Current = other.Current
	case 11:
		model.Previous = other.Previous
	case 12:
		model.RotationReason, model.RotationDue = other.RotationReason, other.RotationDue
	case 13:
		model.Generation = other.Generation
	default:
		model.Token, model.EncryptedToken = other.Token, other.EncryptedToken
	}

	return model
}

// anyRequest draws a plan: usually of the recorded configuration, sometimes of a changed one, a
// create or a destroy.
func anyRequest(t *rapid.T) *tfprotov6.PlanResourceChangeRequest {
	state := anyRecorded(t)
	proposed, config := state, state

	if rapid.IntRange(0, 4).Draw(t, "what is changed") == 0 {
		proposed = withAnother(t, proposed, anyModel(t, true))
		config = proposed
	}

	config.Series = anyText(t, "series in the configuration", true, "abc234", "xyz567")

	null := tftypes.NewValue(tokenObjectType().TerraformType(t.Context()), nil)
	req := &tfprotov6.PlanResourceChangeRequest{
		TypeName:   "opsaccess_personal_access_token",
		PriorState: encodedModel(t, state), ProposedNewState: encodedModel(t, proposed), Config: encodedModel(t, config),
	}

	switch rapid.IntRange(0, 19).Draw(t, "create or destroy") {
	case 0:
		req.PriorState = encoded(t, null)
	case 1:
		req.ProposedNewState, req.Config = encoded(t, null), encoded(t, null)
	case 2:
		req.PriorState, req.ProposedNewState, req.Config = encoded(t, null), encoded(t, null), encoded(t, null)
	}

	if rapid.Bool().Draw(t, "private data") {
		req.PriorPrivate = privateData(t, tokens.Memory{
			Prefixes:   []string{"ci-", "old-"},
			Unanswered: rapid.Bool().Draw(t, "unanswered"),
			Adopted:    rapid.IntRange(0, 3).Draw(t, "adopted") == 0,
			UserGone:   rapid.IntRange(0, 3).Draw(t, "user gone") == 0,
		})
	}

	if rapid.Bool().Draw(t, "identity") {
		typ := tokenIdentitySchema().Type().TerraformType(t.Context())
		text := func(text string) tftypes.Value { return tftypes.NewValue(tftypes.String, text) }
		req.PriorIdentity = &tfprotov6.ResourceIdentityData{IdentityData: encoded(t, tftypes.NewValue(typ, map[string]tftypes.Value{
			"server": text("https://foreman.example.com"), "user_id": text("7"), "token": text("42"),
		}))}
	}

	return req
}

func privateData(t failing, memory tokens.Memory) []byte {
	value, err := json.Marshal(memory)
	if err != nil {
		t.Fatal(err)
	}

	data, err := json.Marshal(map[string][]byte{memoryKey: value})
	if err != nil {
		t.Fatal(err)
	}

	return data
}

// withStatus changes the status of the current token to revoked or expired.
func withStatus(status string) func(*tokenModel) {
	return func(m *tokenModel) {
		current := tfvalue.ModelOf[currentModel](m.Current)
		current.Status = types.StringValue(status)
		m.Current = types.ObjectValueMust(currentTypes, tfvalue.ValuesOf(current))
	}
}

// In each of these cases Terraform proposes the prior state, but the plan has a change or a
// diagnostic.
func TestPlanUnchanged_leavesToTheFramework(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		state  func(*tokenModel)
		config func(*tokenModel)
		memory tokens.Memory
		want   bool
	}{
		"nothing: the token is as it should be": {want: true},
		"rotation is due": {state: func(m *tokenModel) {
			m.RotationDue, m.RotationReason = types.BoolValue(true), types.StringValue("max_age")
		}},
		"the token was revoked": {state: withStatus("revoked")},
		"the token was revoked, and is not to be reissued": {state: func(m *tokenModel) {
			withStatus("revoked")(m)
			m.ReissueWhenInvalid = types.BoolValue(false)
		}},
		"the user does not exist":            {state: withStatus("missing"), memory: tokens.Memory{UserGone: true}},
		"the refresh adopted an orphan":      {memory: tokens.Memory{Adopted: true}},
		"a predecessor is due to be revoked": {state: func(m *tokenModel) { m.Previous = onePredecessor(true) }},
		"a predecessor in its overlap":       {state: func(m *tokenModel) { m.Previous = onePredecessor(false) }, want: true},
		"the configuration sets another series": {config: func(m *tokenModel) {
			m.Series = types.StringValue("xyz567")
		}},
		"the configured series is not known": {config: func(m *tokenModel) { m.Series = types.StringUnknown() }},
		"the series is not configured":       {config: func(m *tokenModel) { m.Series = types.StringNull() }, want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			state := settledModel()
			if test.state != nil {
				test.state(&state)
			}

			config := state
			if test.config != nil {
				test.config(&config)
			}

			recorded := encodedModel(t, state)
			req := &tfprotov6.PlanResourceChangeRequest{
				TypeName:   "opsaccess_personal_access_token",
				PriorState: recorded, ProposedNewState: recorded, Config: encodedModel(t, config),
				PriorPrivate: privateData(t, test.memory),
			}
			short, long := newPlanner(t, platforms[0]), newPlanner(t, platforms[0])

			got, ok := PlanUnchanged(t.Context(), short.configured, req)
			if ok != test.want {
				t.Fatalf("planned without the framework: %t, want %t", ok, test.want)
			}

			if !ok {
				got = plannedByFramework(t, short, req)
			}

			if diff := cmp.Diff(readable(t, plannedByFramework(t, long, req)), readable(t, got)); diff != "" {
				t.Errorf("the plan (-framework +got):\n%s", diff)
			}
		})
	}
}

// Without a refresh, only the plan can report a missing setting.
func TestPlanUnchanged_leavesMissingSettingsToTheFramework(t *testing.T) {
	t.Setenv("FOREMAN_SERVER_URL", "")
	t.Setenv("STONEBRANCH_BASE_URL", "")

	var diags diag.Diagnostics

	var process platform.Process
	configured := process.Open(t.Context(), platform.Model{}, "1.11.0", &diags)
	recorded := encodedModel(t, settledModel())

	_, ok := PlanUnchanged(t.Context(), configured, &tfprotov6.PlanResourceChangeRequest{
		TypeName:   "opsaccess_personal_access_token",
		PriorState: recorded, ProposedNewState: recorded, Config: recorded,
	})
	if ok || diags.HasError() {
		t.Errorf("planned without the framework: %t; configuring said %v", ok, diags)
	}
}

func onePredecessor(due bool) types.List {
	return types.ListValueMust(previousType, []attr.Value{types.ObjectValueMust(previousType.AttrTypes, tfvalue.ValuesOf(previousModel{
		ID: types.StringValue("41"), Name: types.StringValue("ci-abc234-0"), Generation: types.Int64Value(0),
		CreatedAt: types.StringValue("2026-11-01T12:00:00Z"), ExpiresAt: types.StringValue("2027-01-30T12:00:00Z"),
		RetireAt: types.StringValue("2026-11-21T12:00:00Z"), RetireDue: types.BoolValue(due), Held: types.BoolValue(false),
	}))})
}

// platforms are one of each kind: with reusable names or without, with expirations as dates or as
// times.
var platforms = []pat.Traits{
	{Platform: "foreman", DisplayName: "Foreman", TokenIDs: true, UserID: regexp.MustCompile(`^[0-9]+$`)},
	{
		Platform: "universal_controller", DisplayName: "UC", ReusableNames: true, ExpiryIsDate: true,
		UserID: regexp.MustCompile(`^[0-9a-f]+$`),
	},
}

// The response always equals the framework's, including when the framework plans after the shortcut
// returned false.
func TestPlanUnchanged_isWhatTheFrameworkPlans(t *testing.T) {
	t.Parallel()

	var taken, all int

	rapid.Check(t, func(t *rapid.T) {
		traits := rapid.SampledFrom(platforms).Draw(t, "traits")
		short, long := newPlanner(t, traits), newPlanner(t, traits)

		// An earlier plan may claim the series of this one.
		for range rapid.IntRange(0, 1).Draw(t, "plans before") {
			before := anyRequest(t)

			for _, p := range []planner{short, long} {
				if _, err := p.framework.PlanResourceChange(t.Context(), before); err != nil {
					t.Fatal(err)
				}
			}
		}

		req := anyRequest(t)

		got, ok := PlanUnchanged(t.Context(), short.configured, req)

		all++
		if ok {
			taken++
		} else {
			got = plannedByFramework(t, short, req)
		}

		if diff := cmp.Diff(readable(t, plannedByFramework(t, long, req)), readable(t, got)); diff != "" {
			t.Fatalf("the plan (shortcut: %t) (-framework +got):\n%s", ok, diff)
		}
	})

	if taken < all/10 {
		t.Errorf("the shortcut was taken for %d of %d plans: the property says little", taken, all)
	}
}

func plannedByFramework(t failing, p planner, req *tfprotov6.PlanResourceChangeRequest) *tfprotov6.PlanResourceChangeResponse {
	resp, err := p.framework.PlanResourceChange(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}

	return resp
}

// readable returns a response for comparisons, with decoded values, because equal values may have
// different encodings.
func readable(t failing, resp *tfprotov6.PlanResourceChangeResponse) map[string]any {
	text := func(value *tfprotov6.DynamicValue, typ tftypes.Type) string {
		decoded, err := value.Unmarshal(typ)
		if err != nil {
			t.Fatal(err)
		}

		return decoded.String()
	}

	replace := make([]string, 0, len(resp.RequiresReplace))
	for _, path := range resp.RequiresReplace {
		replace = append(replace, path.String())
	}

	var diagnostics []string
	for _, d := range resp.Diagnostics {
		diagnostics = append(diagnostics, d.Severity.String()+": "+d.Attribute.String()+": "+d.Summary+": "+d.Detail)
	}

	return map[string]any{
		"planned state":    text(resp.PlannedState, tokenObjectType().TerraformType(t.Context())),
		"identity":         text(resp.PlannedIdentity.IdentityData, tokenIdentitySchema().Type().TerraformType(t.Context())),
		"requires replace": replace, "private": string(resp.PlannedPrivate), "diagnostics": diagnostics,
		"deferred": resp.Deferred,
	}
}
