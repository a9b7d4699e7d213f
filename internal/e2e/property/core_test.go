package property

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
)

// core is Terraform's core, for one resource: it starts a provider for each walk, proposes
// states, and holds the provider to what it planned. Nothing that it hands out is changed
// later.
type core struct {
	t        *testing.T
	s        *providertest.Sandbox
	schemas  map[string]*tfprotov6.Schema
	settings map[string]any
	// said is everything that the provider said, so that secrets can be looked for in it.
	said []*tfprotov6.Diagnostic
}

// instance is a resource in a state; a null value is none.
type instance struct {
	value    tftypes.Value
	private  []byte
	identity *tfprotov6.ResourceIdentityData
}

// proposal is what a plan does to a resource.
type proposal struct {
	instance

	// replaces names the arguments for which the resource is replaced.
	replaces []string
	// empty is a plan that changes nothing.
	empty bool
}

// newCore returns a core whose provider logs in as the administrator.
func newCore(t *testing.T, s *providertest.Sandbox, schemas map[string]*tfprotov6.Schema) *core {
	t.Helper()

	settings := s.Settings(s.Login, s.Password)
	settings["max_retries"] = 0

	return &core{t: t, s: s, schemas: schemas, settings: settings}
}

// token is the schema of the resource.
func (c *core) token() *tfprotov6.Schema { return c.schemas["resource "+providertest.TokenType] }

// nothing is a resource that does not exist.
func (c *core) nothing() instance {
	return instance{value: tftypes.NewValue(c.token().ValueType(), nil)}
}

// start starts a provider with these settings, as a walk does.
func (c *core) start(settings map[string]any) providertest.ProtocolServer {
	c.t.Helper()

	surroundings := provider.Surroundings{Now: c.s.Now, RetryWait: time.Millisecond}
	server := providertest.NewProtocolServer(surroundings)

	for _, said := range c.configure(server, settings) {
		c.t.Fatalf("the provider cannot be configured: %s: %s", said.Summary, said.Detail)
	}

	return server
}

// configure configures a provider: Terraform validates its settings first.
func (c *core) configure(server providertest.ProtocolServer, settings map[string]any) []*tfprotov6.Diagnostic {
	c.t.Helper()

	config := encodedValue(valueOf(c.schemas["provider"].ValueType(), settings))

	if said := c.note(providertest.ValidateConfig(c.t, server, "provider", "", config)); len(said) > 0 {
		return said
	}

	response, err := server.ConfigureProvider(c.t.Context(), &tfprotov6.ConfigureProviderRequest{
		Config: config, TerraformVersion: "1.11.4",
	})
	providertest.Must(c.t, err)

	return c.note(response.Diagnostics)
}

// unknownSettings are the settings before another resource has told them.
func (c *core) unknownSettings() map[string]any {
	return withArgument(c.settings, c.s.System.Traits().Platform+".url", tftypes.UnknownValue)
}

// note keeps what was said, and returns the errors.
func (c *core) note(said []*tfprotov6.Diagnostic) (errors []*tfprotov6.Diagnostic) {
	c.said = append(c.said, said...)

	for _, d := range said {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errors = append(errors, d)
		}
	}

	return errors
}

// validate validates a configuration of a construct of the kind.
func (c *core) validate(server providertest.ProtocolServer, kind, typeName string, config map[string]any) []*tfprotov6.Diagnostic {
	c.t.Helper()

	of := c.schemas[kind+" "+typeName].ValueType()

	return c.note(providertest.ValidateConfig(c.t, server, kind, typeName, encodedValue(valueOf(of, config))))
}

// read refreshes a resource. Only an import may write arguments.
func (c *core) read(server providertest.ProtocolServer, old instance) (instance, []*tfprotov6.Diagnostic) {
	c.t.Helper()

	response, err := server.ReadResource(c.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: providertest.TokenType, CurrentState: encodedValue(old.value), Private: old.private, CurrentIdentity: old.identity,
	})
	providertest.Must(c.t, err)

	if errors := c.note(response.Diagnostics); len(errors) > 0 {
		return old, errors
	}

	return instance{value: c.decode(response.NewState), private: response.Private, identity: response.NewIdentity}, nil
}

// imported imports a token.
func (c *core) imported(server providertest.ProtocolServer, id string) instance {
	c.t.Helper()

	response, err := server.ImportResourceState(c.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: providertest.TokenType, ID: id})
	providertest.Must(c.t, err)

	if errors := c.note(response.Diagnostics); len(errors) > 0 {
		c.t.Fatalf("the token %s cannot be imported: %s", id, diagnosticTexts(errors))
	}

	resource := response.ImportedResources[0]

	read, errors := c.read(server, instance{value: c.decode(resource.State), private: resource.Private, identity: resource.Identity})
	if len(errors) > 0 {
		c.t.Fatalf("the imported token %s cannot be read: %s", id, diagnosticTexts(errors))
	}

	return read
}

// plan plans a resource, and plans it anew as one that does not exist where it is replaced.
// What breaks a rule of Terraform's is returned apart from the errors.
func (c *core) plan(server providertest.ProtocolServer, prior instance, config map[string]any) (
	planned proposal, errors []*tfprotov6.Diagnostic, broken []string,
) {
	c.t.Helper()

	value := valueOf(c.token().ValueType(), config)
	from := prior

	for {
		response, err := server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
			TypeName: providertest.TokenType, PriorState: encodedValue(from.value), PriorPrivate: from.private, PriorIdentity: from.identity,
			Config: encodedValue(value), ProposedNewState: encodedValue(proposedState(c.token(), value, from.value)),
		})
		providertest.Must(c.t, err)

		if errors = c.note(response.Diagnostics); len(errors) > 0 {
			return planned, errors, broken
		}

		planned.instance = instance{
			value: c.decode(response.PlannedState), private: response.PlannedPrivate, identity: response.PlannedIdentity,
		}
		broken = append(broken, invalidPlan(c.token(), planned.value, value, from.value)...)

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

// apply makes a change, of which a null value is a destroy.
func (c *core) apply(server providertest.ProtocolServer, prior, planned instance, config map[string]any) (
	after instance, errors []*tfprotov6.Diagnostic, broken []string,
) {
	c.t.Helper()

	value := tftypes.NewValue(c.token().ValueType(), nil)
	if !planned.value.IsNull() {
		value = valueOf(c.token().ValueType(), config)
	}

	response, err := server.ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: encodedValue(prior.value), PlannedState: encodedValue(planned.value), Config: encodedValue(value),
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
		for _, difference := range incompatible(planned.value, after.value, "") {
			broken = append(broken, "inconsistent result after apply: "+difference)
		}
	}

	return after, errors, broken
}

// destroyed destroys a resource in a walk of its own.
func (c *core) destroyed(of instance) []*tfprotov6.Diagnostic {
	c.t.Helper()

	server := c.start(c.settings)
	null := encodedValue(c.nothing().value)

	response, err := server.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: providertest.TokenType, PriorState: encodedValue(of.value), PriorPrivate: of.private, PriorIdentity: of.identity,
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

func (c *core) decode(value *tfprotov6.DynamicValue) tftypes.Value {
	c.t.Helper()

	decoded, err := value.Unmarshal(c.token().ValueType())
	providertest.Must(c.t, err)

	return decoded
}

// diagnosticTexts are what diagnostics say, in one line.
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

// encodedValue is a value as the protocol has it.
func encodedValue(value tftypes.Value) *tfprotov6.DynamicValue {
	dynamic, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		panic(fmt.Sprintf("a value that cannot be encoded: %v", err))
	}

	return &dynamic
}

// valueOf returns a value of the type: an object of a map in which what is missing is null, a
// map of a map, a set or a list of a slice. tftypes.UnknownValue is unknown anywhere.
func valueOf(of tftypes.Type, v any) tftypes.Value {
	if v == nil || v == tftypes.UnknownValue {
		return tftypes.NewValue(of, v)
	}

	switch of := of.(type) {
	case tftypes.Object:
		members, values := v.(map[string]any), map[string]tftypes.Value{} //nolint:forcetypeassert // A panic names the mistake.
		for name, member := range of.AttributeTypes {
			values[name] = valueOf(member, members[name])
		}

		return tftypes.NewValue(of, values)
	case tftypes.Map:
		values := map[string]tftypes.Value{}
		for key, member := range v.(map[string]any) { //nolint:forcetypeassert // As above.
			values[key] = valueOf(of.ElementType, member)
		}

		return tftypes.NewValue(of, values)
	case tftypes.Set:
		var values []tftypes.Value
		for _, member := range v.([]any) { //nolint:forcetypeassert // As above.
			values = append(values, valueOf(of.ElementType, member))
		}

		return tftypes.NewValue(of, values)
	default:
		return tftypes.NewValue(of, v)
	}
}

// withArgument returns a copy of a configuration in which the attribute at the path, such as
// rotation.overlap, has this value.
func withArgument(config map[string]any, path string, v any) map[string]any {
	changed := maps.Clone(config)
	if changed == nil {
		changed = map[string]any{}
	}

	name, rest, nested := strings.Cut(path, ".")
	if nested && v == tftypes.UnknownValue && changed[name] == tftypes.UnknownValue {
		return changed // As a whole.
	}

	if nested {
		inner, _ := changed[name].(map[string]any)
		v = withArgument(inner, rest, v)
	}

	changed[name] = v

	return changed
}

// membersOf returns the attributes of an object or a map; none of one that is null or unknown.
func membersOf(value tftypes.Value) map[string]tftypes.Value {
	var found map[string]tftypes.Value
	if value.IsNull() || !value.IsKnown() || value.As(&found) != nil {
		return nil
	}

	return maps.Clone(found)
}

// elementsOf returns those of a list or a set; none of one that is null or unknown.
func elementsOf(value tftypes.Value) []tftypes.Value {
	var found []tftypes.Value
	if value.IsNull() || !value.IsKnown() || value.As(&found) != nil {
		return nil
	}

	return slices.Clone(found)
}

// textAt returns the text at a path; nil where there is none, or where it is null or unknown.
func textAt(value tftypes.Value, path string) *string {
	for name := range strings.SplitSeq(path, ".") {
		inner, ok := membersOf(value)[name]
		if !ok {
			return nil
		}

		value = inner
	}

	var text *string
	if !value.IsKnown() || value.As(&text) != nil {
		return nil
	}

	return text
}

// proposedState is the state that Terraform proposes: the configuration, and what the provider
// computes as it was before.
func proposedState(schema *tfprotov6.Schema, config, prior tftypes.Value) tftypes.Value {
	values, before := membersOf(config), membersOf(prior)

	for _, attribute := range schema.Block.Attributes {
		if old, ok := before[attribute.Name]; ok && attribute.Computed && values[attribute.Name].IsNull() {
			values[attribute.Name] = old
		}
	}

	return tftypes.NewValue(config.Type(), values)
}

// invalidPlan says where a plan has another value than the configuration for an argument.
// Only the value of the state may stand for one that means the same.
func invalidPlan(schema *tfprotov6.Schema, planned, config, prior tftypes.Value) (broken []string) {
	plans, configs, priors := membersOf(planned), membersOf(config), membersOf(prior)

	for _, attribute := range schema.Block.Attributes {
		plan, set := plans[attribute.Name], configs[attribute.Name]
		old, had := priors[attribute.Name]

		switch {
		case plan.Equal(set), attribute.Computed && set.IsNull():
		case had && !old.IsNull() && !set.IsNull() && plan.Equal(old):
		default:
			broken = append(broken, "invalid plan: "+attribute.Name+" is not as it is configured")
		}
	}

	return broken
}

// incompatible says where a value is not what was planned before: what was known is the same,
// and what was unknown may be anything.
func incompatible(planned, actual tftypes.Value, path string) []string {
	switch {
	case !planned.IsKnown():
		return nil
	case !actual.IsKnown():
		return []string{path + ": was known, but is now unknown"}
	case planned.IsNull() || actual.IsNull():
		if planned.IsNull() != actual.IsNull() {
			return []string{fmt.Sprintf("%s: was %s, but is now %s", path, shortly(path, planned), shortly(path, actual))}
		}

		return nil
	}

	var found []string

	switch planned.Type().(type) {
	case tftypes.Object, tftypes.Map:
		before, after := membersOf(planned), membersOf(actual)
		for _, name := range slices.Sorted(maps.Keys(before)) {
			value, ok := after[name]
			if !ok {
				found = append(found, path+"."+name+": is gone")

				continue
			}

			found = append(found, incompatible(before[name], value, path+"."+name)...)
		}

		if len(after) > len(before) {
			found = append(found, path+": has more members")
		}
	case tftypes.List:
		before, after := elementsOf(planned), elementsOf(actual)
		if len(before) != len(after) {
			return []string{fmt.Sprintf("%s: had %d elements, but has now %d", path, len(before), len(after))}
		}

		for i := range before {
			found = append(found, incompatible(before[i], after[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
	case tftypes.Set:
		if planned.IsFullyKnown() && !planned.Equal(actual) || len(elementsOf(planned)) < len(elementsOf(actual)) {
			return []string{path + ": has other elements"}
		}
	default:
		if !planned.Equal(actual) {
			return []string{fmt.Sprintf("%s: was %s, but is now %s", path, shortly(path, planned), shortly(path, actual))}
		}
	}

	return found
}

// shortly is a value in a report, which has no secrets.
func shortly(path string, value tftypes.Value) string {
	text := textAt(tftypes.NewValue(
		tftypes.Object{AttributeTypes: map[string]tftypes.Type{"v": value.Type()}}, map[string]tftypes.Value{"v": value}), "v")

	switch {
	case value.IsNull():
		return "null"
	case text == nil:
		return "another value"
	case strings.HasSuffix(path, "token"):
		return "a secret"
	default:
		return fmt.Sprintf("%.60q", *text)
	}
}
