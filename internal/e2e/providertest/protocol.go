package providertest

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// WantNoErrors fails the test if there is an error among the diagnostics.
func WantNoErrors(t *testing.T, step string, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()

	if errs := Texts(diagnostics, tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		t.Fatalf("%s: %q", step, errs)
	}
}

// IdentityType returns the type of the token resource's identity.
func IdentityType(t *testing.T, server tfprotov6.ProviderServer) tftypes.Type {
	t.Helper()

	return identityType(t, server, TokenType)
}

func identityType(t *testing.T, server tfprotov6.ProviderServer, typeName string) tftypes.Type {
	t.Helper()

	response, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}

	return response.IdentitySchemas[typeName].ValueType()
}

// ImportIdentity imports the token with this identity.
func ImportIdentity(
	t *testing.T, server tfprotov6.ProviderServer, identity map[string]any,
) *tfprotov6.ImportResourceStateResponse {
	t.Helper()

	return importIdentity(t, server, TokenType, identity)
}

func importIdentity(
	t *testing.T, server tfprotov6.ProviderServer, typeName string, identity map[string]any,
) *tfprotov6.ImportResourceStateResponse {
	t.Helper()

	of := identityType(t, server, typeName)

	encoded, err := tfprotov6.NewDynamicValue(of, ObjectValue(of, identity))
	if err != nil {
		t.Fatal(err)
	}

	response, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: typeName, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &encoded},
	})
	if err != nil {
		t.Fatal(err)
	}

	return response
}

// PlainValue converts a value to Go; numbers and booleans become strings.
func PlainValue(t *testing.T, value tftypes.Value) any {
	t.Helper()

	switch {
	case !value.IsKnown():
		return "(known after apply)"
	case value.IsNull():
		return nil
	}

	var (
		object map[string]tftypes.Value
		list   []tftypes.Value
		text   string
	)

	switch {
	case value.As(&object) == nil:
		attributes := map[string]any{}
		for name, attribute := range object {
			attributes[name] = PlainValue(t, attribute)
		}

		return attributes
	case value.As(&list) == nil:
		elements := []any{}
		for _, element := range list {
			elements = append(elements, PlainValue(t, element))
		}

		return elements
	case value.As(&text) == nil:
		return text
	default:
		return numberOrFlag(t, value)
	}
}

func numberOrFlag(t *testing.T, value tftypes.Value) string {
	t.Helper()

	var (
		number big.Float
		flag   bool
	)

	if value.As(&number) == nil {
		return number.String()
	}

	Must(t, value.As(&flag))

	return strconv.FormatBool(flag)
}

// EncodeObject encodes a configuration with these arguments.
func EncodeObject(t *testing.T, of tftypes.Type, set map[string]any) *tfprotov6.DynamicValue {
	t.Helper()

	encoded, err := tfprotov6.NewDynamicValue(of, ObjectValue(of, set))
	Must(t, err)

	return &encoded
}

// EncodeNull encodes a null value of the schema's type.
func EncodeNull(t *testing.T, schema *tfprotov6.Schema) *tfprotov6.DynamicValue {
	t.Helper()

	encoded, err := tfprotov6.NewDynamicValue(schema.ValueType(), tftypes.NewValue(schema.ValueType(), nil))
	Must(t, err)

	return &encoded
}

// DecodeObject returns the attributes of an encoded object.
func DecodeObject(t *testing.T, of tftypes.Type, encoded *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()

	value, err := encoded.Unmarshal(of)
	Must(t, err)

	var attributes map[string]tftypes.Value
	Must(t, value.As(&attributes))

	return attributes
}

// Texts returns the text of all diagnostics of a severity.
func Texts(diagnostics []*tfprotov6.Diagnostic, severity tfprotov6.DiagnosticSeverity) []string {
	var texts []string

	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == severity {
			texts = append(texts, diagnostic.Summary+": "+diagnostic.Detail)
		}
	}

	return texts
}

// ProtocolServer is the provider as a CLI sees it: a server of plugin protocol 6, including the calls
// that only Terraform 1.14 and later make.
type ProtocolServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// NewProtocolServer returns an unconfigured provider.
func NewProtocolServer(surroundings provider.Surroundings) ProtocolServer {
	server := provider.NewPluginIn(surroundings, "test").Server()

	complete, ok := server.(ProtocolServer)
	if !ok {
		panic(fmt.Sprintf("providertest: a %T does not serve list resources and actions", server))
	}

	return complete
}

// Protocol returns an unconfigured provider in default surroundings.
func Protocol(t *testing.T) ProtocolServer {
	t.Helper()

	return NewProtocolServer(provider.Surroundings{})
}

// providerSchema returns the provider's schemas. They take milliseconds to build and no test changes
// them, so all tests of a package share them.
var providerSchema = sync.OnceValues(func() (*tfprotov6.GetProviderSchemaResponse, error) {
	response, err := NewProtocolServer(provider.Surroundings{}).GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, fmt.Errorf("read the provider's schemas: %w", err)
	}

	return response, nil
})

// Schemas returns the schemas of the provider and its constructs, by kind and type, such as `resource
// opsaccess_personal_access_token`. They are shared: do not modify them.
func Schemas(t *testing.T) map[string]*tfprotov6.Schema {
	t.Helper()

	response, err := providerSchema()
	Must(t, err)

	for _, diagnostic := range response.Diagnostics {
		t.Errorf("%s: %s", diagnostic.Summary, diagnostic.Detail)
	}

	all := map[string]*tfprotov6.Schema{"provider": response.Provider}
	for name, schema := range response.ResourceSchemas {
		all["resource "+name] = schema
	}

	for name, schema := range response.DataSourceSchemas {
		all["data "+name] = schema
	}

	for name, schema := range response.ListResourceSchemas {
		all["list "+name] = schema
	}

	for name, schema := range response.ActionSchemas {
		all["action "+name] = schema.Schema
	}

	for name, schema := range response.EphemeralResourceSchemas {
		all["ephemeral "+name] = schema
	}

	return all
}

// ValidateConfig validates the configuration of a construct of any kind.
func ValidateConfig(
	t *testing.T, server ProtocolServer, kind, typeName string, config *tfprotov6.DynamicValue,
) []*tfprotov6.Diagnostic {
	t.Helper()

	switch kind {
	case "provider":
		response, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
		Must(t, err)

		return response.Diagnostics
	case "resource":
		response, err := server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: typeName, Config: config,
		})
		Must(t, err)

		return response.Diagnostics
	case "data":
		response, err := server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
			TypeName: typeName, Config: config,
		})
		Must(t, err)

		return response.Diagnostics
	case "ephemeral":
		response, err := server.ValidateEphemeralResourceConfig(t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{
			TypeName: typeName, Config: config,
		})
		Must(t, err)

		return response.Diagnostics
	case "list":
		response, err := server.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
			TypeName: typeName, Config: config,
		})
		Must(t, err)

		return response.Diagnostics
	case "action":
		response, err := server.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{
			ActionType: typeName, Config: config,
		})
		Must(t, err)

		return response.Diagnostics
	default:
		t.Fatalf("cannot validate a %s", kind)

		return nil
	}
}

// ObjectValue returns an object of the type with these attributes; the others are null.
func ObjectValue(of tftypes.Type, set map[string]any) tftypes.Value {
	object, ok := of.(tftypes.Object)
	if !ok {
		return tftypes.NewValue(of, nil)
	}

	values := map[string]tftypes.Value{}

	for name, attribute := range object.AttributeTypes {
		switch v := set[name].(type) {
		case map[string]any:
			values[name] = ObjectValue(attribute, v)
		case nil:
			values[name] = tftypes.NewValue(attribute, nil)
		default:
			values[name] = tftypes.NewValue(attribute, v)
		}
	}

	return tftypes.NewValue(object, values)
}

// ConfigureWith configures a new provider over the protocol and returns it with its diagnostics.
func ConfigureWith(t *testing.T, set map[string]any) (tfprotov6.ProviderServer, []*tfprotov6.Diagnostic) {
	t.Helper()

	server := Protocol(t)

	return server, ConfigureServer(t, server, set)
}

// ConfigureServer configures a provider over the protocol and returns its diagnostics.
func ConfigureServer(t *testing.T, server tfprotov6.ProviderServer, set map[string]any) []*tfprotov6.Diagnostic {
	t.Helper()

	schema := Schemas(t)["provider"]

	config, err := tfprotov6.NewDynamicValue(schema.ValueType(), ObjectValue(schema.ValueType(), set))
	if err != nil {
		t.Fatal(err)
	}

	validated, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: &config})
	if err != nil {
		t.Fatal(err)
	}

	if len(validated.Diagnostics) > 0 {
		return validated.Diagnostics
	}

	configured, err := server.ConfigureProvider(context.Background(), &tfprotov6.ConfigureProviderRequest{
		Config: &config, TerraformVersion: "1.11.4",
	})
	if err != nil {
		t.Fatal(err)
	}

	return configured.Diagnostics
}
