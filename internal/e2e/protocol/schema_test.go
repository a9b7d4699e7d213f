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

// secretive matches the names of attributes that may hold secrets. harmless lists those among them that
// do not.
var (
	secretive = regexp.MustCompile(`(^|_)(token|password|secret|key)(_|$)|^headers$`)
	harmless  = map[string]bool{
		"token_id": true, "show_tokens": true, "tokens": true,
		"ssh_keys.key":         true, // the public key
		"password_needs_reset": true,
		// It is meant to be passed on in the open.
		"encrypted_token": true,
		"token_version":   true, // the creation time
	}
)

// walk visits every attribute, with its path in the schema.
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
				t.Errorf("%s: %s has no description, or it is not a sentence: %q", name, path, attribute.Description)
			}
		})
	}
}

func TestSchemas_secretsAreSensitive(t *testing.T) {
	t.Parallel()

	var found int

	for name, schema := range providertest.Schemas(t) {
		walk("", schema.Block.Attributes, func(path string, attribute *tfprotov6.SchemaAttribute) {
			if !secretive.MatchString(attribute.Name) {
				if attribute.Sensitive {
					t.Errorf("%s: %s is sensitive, but its name does not say why", name, path)
				}

				return
			}

			parts := strings.Split(path, ".")
			tail := strings.Join(parts[max(0, len(parts)-2):], ".")

			switch {
			case harmless[attribute.Name], harmless[tail]:
				if attribute.Sensitive {
					t.Errorf("%s: %s is sensitive, but listed as harmless", name, path)
				}
			case !attribute.Sensitive:
				t.Errorf("%s: %s is not sensitive", name, path)
			default:
				found++
			}
		})
	}

	if found < 3 {
		t.Errorf("found only %d sensitive attributes: does the test still find them?", found)
	}
}

// TestSchemas_argumentsAreNotComputed tests that no argument is also computed: under ignore_changes its
// planned value would be that in the state, whatever its origin.
func TestSchemas_argumentsAreNotComputed(t *testing.T) {
	t.Parallel()

	for _, name := range []string{
		"resource " + providertest.TokenType, "resource " + providertest.UserType, "ephemeral " + providertest.TokenType,
	} {
		walk("", providertest.Schemas(t)[name].Block.Attributes, func(path string, attribute *tfprotov6.SchemaAttribute) {
			if attribute.Optional && attribute.Computed && path != "series" || attribute.Required {
				t.Errorf("%s: %s is optional and computed, or required and computed", name, path)
			}
		})
	}
}

// TestSchemas_areValid tests that every model matches its schema; otherwise the first use would panic
// or fail.
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
			t.Errorf("%s is not a type of the provider", fmt.Sprint(resource.TypeName))
		}
	}
}
