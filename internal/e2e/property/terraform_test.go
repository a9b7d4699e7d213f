package property

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// terraform simulates Terraform's core for one resource: it starts a provider for each walk, proposes
// states, and checks that the provider keeps to its plans. Its values are immutable.
type terraform struct {
	t        *testing.T
	s        *providertest.Sandbox
	schemas  map[string]*tfprotov6.Schema
	settings map[string]any
	// typeName is the resource's type.
	typeName string
	// types holds the types of the schemas' values, by construct.
	types map[string]tftypes.Type
	// validated holds the settings that have been validated, so that they need not be validated again
	// in each walk.
	validated map[string]bool
	// running holds the providers that walks share, by their settings; nil if they are not shared.
	running map[string]providertest.ProtocolServer
	// said holds all of the provider's diagnostics, which are searched for secrets.
	said []*tfprotov6.Diagnostic
}

// instance is a resource in a state; its value is null if there is none.
type instance struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// proposal is the plan for a resource.
type proposal struct {
	instance

	// replaces lists the arguments that require a replacement.
	replaces []string
	// empty says that the plan changes nothing.
	empty bool
}

// newTerraform returns a core whose provider logs in as the administrator.
func newTerraform(t *testing.T, s *providertest.Sandbox, schemas map[string]*tfprotov6.Schema) *terraform {
	t.Helper()

	settings := s.Settings(s.Login, s.Password)
	settings["max_retries"] = 0

	types := map[string]tftypes.Type{}
	for construct, schema := range schemas {
		types[construct] = schema.ValueType()
	}

	return &terraform{
		t: t, s: s, schemas: schemas, settings: settings, typeName: providertest.TokenType, types: types, validated: map[string]bool{},
	}
}

// schema returns the resource's schema.
func (c *terraform) schema() *tfprotov6.Schema { return c.schemas["resource "+c.typeName] }

// valueType returns the type of the resource's states and configurations.
func (c *terraform) valueType() tftypes.Type { return c.types["resource "+c.typeName] }

// nothing returns a resource that does not exist.
func (c *terraform) nothing() instance {
	return instance{value: tftypes.NewValue(c.valueType(), nil)}
}

// start starts a provider with these settings, as Terraform does for each walk.
func (c *terraform) start(settings map[string]any) providertest.ProtocolServer {
	c.t.Helper()

	config := encodedValue(core.Value(c.types["provider"], settings))
	if server, ok := c.running[string(config.MsgPack)]; ok {
		return server
	}

	surroundings := provider.Surroundings{Runner: pat.Runner{Now: c.s.Now}, RetryWait: time.Millisecond}
	server := providertest.NewProtocolServer(surroundings)

	for _, said := range c.configure(server, config) {
		c.t.Fatalf("the provider could not be configured: %s: %s", said.Summary, said.Detail)
	}

	if c.running != nil {
		c.running[string(config.MsgPack)] = server
	}

	return server
}

// configure validates the provider's settings and configures it, as Terraform does.
func (c *terraform) configure(server providertest.ProtocolServer, config *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	c.t.Helper()

	if key := string(config.MsgPack); !c.validated[key] {
		if said := c.note(providertest.ValidateConfig(c.t, server, "provider", "", config)); len(said) > 0 {
			return said
		}

		c.validated[key] = true
	}

	response, err := server.ConfigureProvider(c.t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: config, TerraformVersion: "1.11.4",
	})
	providertest.Must(c.t, err)

	return c.note(response.Diagnostics)
}

// unknownSettings returns the settings while the URL is still unknown, because another resource
// determines it.
func (c *terraform) unknownSettings() map[string]any {
	return withArgument(c.settings, c.s.System.Traits().Platform+".url", tftypes.UnknownValue)
}

// note records diagnostics and returns the errors.
func (c *terraform) note(said []*tfprotov6.Diagnostic) (errors []*tfprotov6.Diagnostic) {
	c.said = append(c.said, said...)

	for _, d := range said {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errors = append(errors, d)
		}
	}

	return errors
}

// validate validates the configuration of a construct of any kind.
func (c *terraform) validate(server providertest.ProtocolServer, kind, typeName string, arguments map[string]any) []*tfprotov6.Diagnostic {
	c.t.Helper()

	config := encodedValue(core.Value(c.types[kind+" "+typeName], arguments))

	return c.note(providertest.ValidateConfig(c.t, server, kind, typeName, config))
}

// read refreshes a resource. Only after an import may it set arguments.
func (c *terraform) read(server providertest.ProtocolServer, old instance) (instance, []*tfprotov6.Diagnostic) {
	c.t.Helper()

	response, err := server.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: c.typeName, CurrentState: encodedValue(old.value), Private: old.private, CurrentIdentity: old.identity,
	})
	providertest.Must(c.t, err)

	if errors := c.note(response.Diagnostics); len(errors) > 0 {
		return old, errors
	}

	return instance{value: c.decode(response.NewState), private: response.Private, identity: response.NewIdentity}, nil
}

// imported imports a token.
func (c *terraform) imported(server providertest.ProtocolServer, id string) instance {
	c.t.Helper()

	response, err := server.ImportResourceState(c.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: c.typeName, ID: id})
	providertest.Must(c.t, err)

	if errors := c.note(response.Diagnostics); len(errors) > 0 {
		c.t.Fatalf("the token %s could not be imported: %s", id, diagnosticTexts(errors))
	}

	resource := response.ImportedResources[0]

	read, errors := c.read(server, instance{value: c.decode(resource.State), private: resource.Private, identity: resource.Identity})
	if len(errors) > 0 {
		c.t.Fatalf("the imported token %s could not be read: %s", id, diagnosticTexts(errors))
	}

	return read
}

// plan plans a resource. If the plan requires a replacement, it plans again with a null prior state. It
// returns violations of Terraform's rules separately from the errors.
func (c *terraform) plan(server providertest.ProtocolServer, prior instance, config map[string]any) (
	planned proposal, errors []*tfprotov6.Diagnostic, broken []string,
) {
	c.t.Helper()

	value := core.Value(c.valueType(), config)
	from := prior

	for {
		response, err := server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: c.typeName, PriorState: encodedValue(from.value), PriorPrivate: from.private, PriorIdentity: from.identity,
			Config: encodedValue(value), ProposedNewState: encodedValue(core.Proposed(c.schema(), value, from.value)),
		})
		providertest.Must(c.t, err)

		if errors = c.note(response.Diagnostics); len(errors) > 0 {
			return planned, errors, broken
		}

		planned.instance = instance{
			value: c.decode(response.PlannedState), private: response.PlannedPrivate, identity: response.PlannedIdentity,
		}

		for _, difference := range core.InvalidPlan(c.schema(), planned.value, value, from.value) {
			broken = append(broken, "invalid plan: "+difference)
		}

		if len(response.RequiresReplace) == 0 || from.value.IsNull() {
			break
		}

		for _, path := range response.RequiresReplace {
			planned.replaces = append(planned.replaces, path.String())
		}

		from = c.nothing()
	}

	planned.empty = len(planned.replaces) == 0 && planned.value.Equal(prior.value)

	return planned, nil, broken
}

// apply applies a planned change; a null value is a destroy.
func (c *terraform) apply(server providertest.ProtocolServer, prior, planned instance, config map[string]any) (
	after instance, errors []*tfprotov6.Diagnostic, broken []string,
) {
	c.t.Helper()

	value := tftypes.NewValue(c.valueType(), nil)
	if !planned.value.IsNull() {
		value = core.Value(c.valueType(), config)
	}

	response, err := server.ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: c.typeName, PriorState: encodedValue(prior.value), PlannedState: encodedValue(planned.value), Config: encodedValue(value),
		PlannedPrivate: planned.private, PlannedIdentity: planned.identity,
	})
	providertest.Must(c.t, err)

	errors = c.note(response.Diagnostics)
	after = instance{value: c.decode(response.NewState), private: response.Private, identity: response.NewIdentity}

	switch {
	case len(errors) > 0:
	case !after.value.IsFullyKnown():
		broken = append(broken, "the state after the apply has unknown values")
	default:
		for _, difference := range core.Misfits(planned.value, after.value, "") {
			broken = append(broken, "inconsistent result after apply: "+difference)
		}
	}

	return after, errors, broken
}

// destroyed destroys a resource in a new walk.
func (c *terraform) destroyed(of instance) []*tfprotov6.Diagnostic {
	c.t.Helper()

	server := c.start(c.settings)
	null := encodedValue(c.nothing().value)

	response, err := server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.typeName, PriorState: encodedValue(of.value), PriorPrivate: of.private, PriorIdentity: of.identity,
		Config: null, ProposedNewState: null,
	})
	providertest.Must(c.t, err)

	if errors := c.note(response.Diagnostics); len(errors) > 0 {
		return errors
	}

	planned := c.nothing()
	planned.private, planned.identity = response.PlannedPrivate, of.identity
	_, errors, _ := c.apply(server, of, planned, nil)

	return errors
}

func (c *terraform) decode(value *tfprotov6.DynamicValue) tftypes.Value {
	c.t.Helper()

	decoded, err := value.Unmarshal(c.valueType())
	providertest.Must(c.t, err)

	return decoded
}

// diagnosticTexts returns the text of diagnostics on one line.
func diagnosticTexts(said []*tfprotov6.Diagnostic) string {
	words := make([]string, 0, len(said))

	for _, d := range said {
		text := d.Summary + ": " + strings.Join(strings.Fields(d.Detail), " ")
		if d.Attribute != nil {
			text = d.Attribute.String() + ": " + text
		}

		words = append(words, text)
	}

	return strings.Join(words, " | ")
}

// encodedValue encodes a value for the protocol.
func encodedValue(value tftypes.Value) *tfprotov6.DynamicValue {
	dynamic, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		panic(fmt.Sprintf("cannot encode the value: %v", err))
	}

	return &dynamic
}

// withArgument returns a copy of a configuration with this value at a path such as rotation.overlap.
func withArgument(config map[string]any, path string, v any) map[string]any {
	changed := maps.Clone(config)
	if changed == nil {
		changed = map[string]any{}
	}

	name, rest, nested := strings.Cut(path, ".")
	if nested && v == tftypes.UnknownValue && changed[name] == tftypes.UnknownValue {
		return changed // The whole object is unknown.
	}

	if nested {
		inner, _ := changed[name].(map[string]any)
		v = withArgument(inner, rest, v)
	}

	changed[name] = v

	return changed
}
