package protocol

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// secretive are the words in names of attributes that hold secrets, and harmless the
// names that have such a word and hold none.
var (
	secretive = regexp.MustCompile(`(^|_)(token|password|secret|key)(_|$)|^headers$`)
	harmless  = map[string]bool{
		"token_id": true, "show_tokens": true, "tokens": true,
		"ssh_keys.key":         true, // The public half.
		"password_needs_reset": true,
		// To be handed on in the open.
		"encrypted_token": true,
		"token_version":   true, // When it was issued.
	}
)

// walk visits every attribute with its path below the schema.
func walk(prefix string, attributes []*tfprotov6.SchemaAttribute, visit func(string, *tfprotov6.SchemaAttribute)) {
	for _, attribute := range attributes {
		name := strings.TrimPrefix(prefix+"."+attribute.Name, ".")
		visit(name, attribute)

		if attribute.NestedType != nil {
			walk(name, attribute.NestedType.Attributes, visit)
		}
	}
}

func TestSchemas_everyAttributeIsDescribed(t *testing.T) {
	t.Parallel()

	for name, schema := range providertest.Schemas(t) {
		if schema.Block.Description == "" {
			t.Errorf("%s has no description", name)
		}

		walk("", schema.Block.Attributes, func(path string, attribute *tfprotov6.SchemaAttribute) {
			if !strings.HasSuffix(attribute.Description, ".") {
				t.Errorf("%s: %s has no description, or no whole sentence: %q", name, path, attribute.Description)
			}
		})
	}
}

func TestSchemas_whateverHoldsASecretIsSensitive(t *testing.T) {
	t.Parallel()

	var found int

	for name, schema := range providertest.Schemas(t) {
		walk("", schema.Block.Attributes, func(path string, attribute *tfprotov6.SchemaAttribute) {
			if !secretive.MatchString(attribute.Name) {
				if attribute.Sensitive {
					t.Errorf("%s: %s is sensitive, and its name does not say why", name, path)
				}

				return
			}

			parts := strings.Split(path, ".")
			tail := strings.Join(parts[max(0, len(parts)-2):], ".")

			switch {
			case harmless[attribute.Name], harmless[tail]:
				if attribute.Sensitive {
					t.Errorf("%s: %s is sensitive, and counted as harmless", name, path)
				}
			case !attribute.Sensitive:
				t.Errorf("%s: %s is not sensitive", name, path)
			default:
				found++
			}
		})
	}

	if found < 3 {
		t.Errorf("found %d sensitive attributes: the test looks in the wrong place", found)
	}
}

// An argument that is computed too breaks under ignore_changes: its planned value is the
// state's, whoever put it there.
func TestSchemas_argumentsAreNotComputed(t *testing.T) {
	t.Parallel()

	for _, name := range []string{
		"resource " + providertest.TokenType, "resource " + providertest.UserType, "ephemeral " + providertest.TokenType,
	} {
		walk("", providertest.Schemas(t)[name].Block.Attributes, func(path string, attribute *tfprotov6.SchemaAttribute) {
			if attribute.Optional && attribute.Computed && path != "series" || attribute.Required {
				t.Errorf("%s: %s is optional and computed, or required", name, path)
			}
		})
	}
}

// Every model must match its schema, or the first use of it panics or fails.
func TestSchemas_areValid(t *testing.T) {
	t.Parallel()

	server := providertest.Protocol(t)

	for name, schema := range providertest.Schemas(t) {
		kind, typeName, _ := strings.Cut(name, " ")

		empty, err := tfprotov6.NewDynamicValue(schema.ValueType(), nullValue(schema))
		if err != nil {
			t.Fatal(err)
		}

		for _, diagnostic := range providertest.ValidateConfig(t, server, kind, typeName, &empty) {
			if strings.Contains(diagnostic.Summary, "Value Conversion") {
				t.Errorf("%s: %s", name, diagnostic.Detail)
			}
		}
	}
}

func TestProvider_metadata(t *testing.T) {
	t.Parallel()

	response, err := providertest.Protocol(t).GetMetadata(context.Background(), &tfprotov6.GetMetadataRequest{})
	if err != nil {
		t.Fatal(err)
	}

	got := len(response.Resources) + len(response.DataSources) + len(response.EphemeralResources) +
		len(response.ListResources) + len(response.Actions)
	if want := len(providertest.Schemas(t)) - 1; got != want {
		t.Errorf("%d constructs in the metadata, %d in the schemas", got, want)
	}

	for _, resource := range response.Resources {
		if !strings.HasPrefix(resource.TypeName, "opsaccess_") {
			t.Errorf("%s is not the provider's", fmt.Sprint(resource.TypeName))
		}
	}
}
