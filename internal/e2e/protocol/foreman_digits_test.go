package protocol

import (
	"maps"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// TestForeman_namesThatAreIDsOfOthers tests logins and titles that equal the id of another object.
// Foreman interprets the user in a token's path as a login first, and organization_id as a title first.
// The provider must find the right tokens nevertheless.
func TestForeman_namesThatAreIDsOfOthers(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		caller  providertest.User // the administrator, unless it has a login
		itself  bool              // the token's user is the caller
		context map[string]any
	}{
		"as an administrator":                   {},
		"as a non-administrator":                {caller: providertest.User{Login: "clerk", Permissions: providertest.EveryPermission}},
		"as the user itself":                    {itself: true},
		"as an administrator in a context":      {context: map[string]any{"organization_id": 1, "location_id": 2}},
		"as the user itself in a context":       {itself: true, context: map[string]any{"organization_id": 1, "location_id": 2}},
		"as another administrator in a context": {caller: providertest.User{Login: "chief", Admin: true}, context: map[string]any{"organization_id": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s, foreman := providertest.NewForemanServer(t, foremanserver.Options{})
			owner := s.AddUser(t, providertest.User{Login: "svc-a"})
			s.AddUser(t, providertest.User{Login: owner.ID, Outside: true})
			foreman.AddOrganization(s.Organization)
			foreman.AddLocation(s.Location)

			caller := providertest.Account{Login: s.Login, Password: s.Password}
			if test.itself {
				caller = owner
			} else if test.caller.Login != "" {
				caller = s.AddUser(t, test.caller)
			}

			settings := s.Settings(caller.Login, caller.Password)
			maps.Copy(settings["foreman"].(map[string]any), test.context) //nolint:forcetypeassert // settings contains the object.

			token := &protocolResource{config: map[string]any{"user_id": owner.ID, "name_prefix": "ci-", "expires_in": "30d"}}

			for range 3 { // Terraform starts a new provider for each run.
				token.run(t, s.Serve(t, settings))
			}

			if issued := foreman.Count(sandbox.Matching("POST", "")); issued != 1 || foreman.LiveTokens("svc-a") != 1 {
				t.Errorf("%d tokens were issued and %d of svc-a are alive, want one", issued, foreman.LiveTokens("svc-a"))
			}

			listed := readData(t, s.Serve(t, settings), tokensType, map[string]any{"user_id": owner.ID})["tokens"]
			if tokens, _ := listed.([]any); len(tokens) != 1 {
				t.Errorf("the list has %d tokens, want one", len(tokens))
			}

			token.config = nil
			token.run(t, s.Serve(t, settings))

			if left := foreman.LiveTokens(""); left != 0 {
				t.Errorf("%d tokens are alive after the destroy", left)
			}
		})
	}
}

// TestForeman_nativeParametersThatAreTitlesOfOthers tests that numbers in a list's own parameters are
// not interpreted as titles either.
func TestForeman_nativeParametersThatAreTitlesOfOthers(t *testing.T) {
	t.Parallel()

	s, foreman := providertest.NewForemanServer(t, foremanserver.Options{})
	owner := s.AddUser(t, providertest.User{Login: "svc-a"})
	foreman.AddOrganization(s.Organization)
	foreman.AddLocation(s.Location)

	number := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		providertest.Must(t, err)

		return n
	}
	server := s.Admin(t)
	native := map[string]any{"organization_id": number(s.Organization), "location_id": number(s.Location)}

	users, _ := readData(t, server, "opsaccess_users", map[string]any{"foreman": native})["users"].([]any)
	if len(users) != 1 {
		t.Errorf("the list has %d users, want the one in the organization", len(users))
	}

	// If Foreman interpreted the number as a title, it would return no token, because the user is in no
	// organization named 1.
	readData(t, server, tokensType, map[string]any{"user_id": owner.ID, "foreman": native})
}

const tokensType = "opsaccess_personal_access_tokens"

// protocolResource is a token resource, as Terraform keeps it between two runs.
type protocolResource struct {
	// config holds the arguments; nil destroys the resource.
	config map[string]any

	state    *tfprotov6.DynamicValue
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// run reads, plans and applies with one provider, as a run of Terraform does.
func (m *protocolResource) run(t *testing.T, server providertest.ProtocolServer) {
	t.Helper()

	of := providertest.Schemas(t)["resource "+providertest.TokenType].ValueType()

	config := nothing(t, of)
	prior, proposed := config, config

	if m.state != nil {
		read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
			TypeName: providertest.TokenType, CurrentState: m.state, CurrentIdentity: m.identity, Private: m.private,
		})
		providertest.Must(t, err)
		providertest.WantNoErrors(t, "read", read.Diagnostics)

		m.state, m.identity, m.private = read.NewState, read.NewIdentity, read.Private
		prior = m.state
	}

	if m.config != nil {
		config = providertest.EncodeObject(t, of, m.config)
		proposed = config

		if m.state != nil {
			merged := providertest.DecodeObject(t, of, m.state)

			for name, value := range providertest.DecodeObject(t, of, config) {
				if !value.IsNull() {
					merged[name] = value
				}
			}

			value, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, merged))
			providertest.Must(t, err)

			proposed = &value
		}
	}

	planned, err := server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: prior, ProposedNewState: proposed, Config: config,
		PriorPrivate: m.private, PriorIdentity: m.identity,
	})
	providertest.Must(t, err)
	providertest.WantNoErrors(t, "plan", planned.Diagnostics)

	if m.config != nil && m.state != nil && cmp.Equal(providertest.DecodeObject(t, of, prior), providertest.DecodeObject(t, of, planned.PlannedState)) {
		return
	}

	applied, err := server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: prior, PlannedState: planned.PlannedState, Config: config,
		PlannedPrivate: planned.PlannedPrivate, PlannedIdentity: planned.PlannedIdentity,
	})
	providertest.Must(t, err)
	providertest.WantNoErrors(t, "apply", applied.Diagnostics)

	m.state, m.identity, m.private = applied.NewState, applied.NewIdentity, applied.Private
}

// nothing returns the value of a resource that does not exist.
func nothing(t *testing.T, of tftypes.Type) *tfprotov6.DynamicValue {
	t.Helper()

	value, err := tfprotov6.NewDynamicValue(of, tftypes.NewValue(of, nil))
	providertest.Must(t, err)

	return &value
}

// readData reads a data source and returns its attributes.
func readData(t *testing.T, server providertest.ProtocolServer, typeName string, set map[string]any) map[string]any {
	t.Helper()

	of := providertest.Schemas(t)["data "+typeName].ValueType()

	read, err := server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: providertest.EncodeObject(t, of, set)})
	providertest.Must(t, err)
	providertest.WantNoErrors(t, "read of "+typeName, read.Diagnostics)

	value, err := read.State.Unmarshal(of)
	providertest.Must(t, err)

	attributes, _ := providertest.PlainValue(t, value).(map[string]any)

	return attributes
}
