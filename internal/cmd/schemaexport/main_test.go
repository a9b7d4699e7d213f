package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/zclconf/go-cty/cty"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider"
)

// exported runs the command and decodes its output as tfplugindocs does.
func exported(t *testing.T, p fwprovider.Provider) (text string, schemas tfjson.ProviderSchemas) {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), p, &out); err != nil {
		t.Fatal(err)
	}
	text = out.String()
	if err := json.Unmarshal(out.Bytes(), &schemas); err != nil {
		t.Fatalf("tfplugindocs could not read the output: %v\n%s", err, text)
	}
	return text, schemas
}

func TestExportsEveryConstruct(t *testing.T) {
	t.Parallel()
	plain, markdown := tfjson.SchemaDescriptionKindPlain, tfjson.SchemaDescriptionKindMarkdown
	leaf := func(mode tfjson.SchemaNestingMode) *tfjson.SchemaNestedAttributeType {
		return &tfjson.SchemaNestedAttributeType{NestingMode: mode, Attributes: map[string]*tfjson.SchemaAttribute{
			"leaf": {AttributeType: cty.String, Computed: true, Sensitive: true, Description: "A leaf.", DescriptionKind: plain},
		}}
	}
	want := &tfjson.ProviderSchema{
		ConfigSchema: &tfjson.Schema{Block: &tfjson.SchemaBlock{
			Description: "The provider.", DescriptionKind: plain,
			Attributes: map[string]*tfjson.SchemaAttribute{
				"url": {AttributeType: cty.String, Optional: true, DescriptionKind: plain},
			},
		}},
		ResourceSchemas: map[string]*tfjson.Schema{"fake_token": {Version: 3, Block: &tfjson.SchemaBlock{
			Description: "A `token`.", DescriptionKind: markdown, Deprecated: true,
			Attributes: map[string]*tfjson.SchemaAttribute{
				"required":  {AttributeType: cty.String, Required: true, Description: "Either <this> or *that*.", DescriptionKind: markdown},
				"optional":  {AttributeType: cty.Bool, Optional: true, Description: "Plain.", DescriptionKind: plain},
				"both":      {AttributeType: cty.Number, Optional: true, Computed: true, DescriptionKind: plain},
				"old":       {AttributeType: cty.Number, Optional: true, Deprecated: true, DescriptionKind: plain},
				"written":   {AttributeType: cty.String, Optional: true, Sensitive: true, WriteOnly: true, DescriptionKind: plain},
				"list":      {AttributeType: cty.List(cty.String), Computed: true, DescriptionKind: plain},
				"set":       {AttributeType: cty.Set(cty.Number), Computed: true, DescriptionKind: plain},
				"map":       {AttributeType: cty.Map(cty.List(cty.Bool)), Computed: true, DescriptionKind: plain},
				"dynamic":   {AttributeType: cty.DynamicPseudoType, Computed: true, DescriptionKind: plain},
				"object":    {AttributeType: cty.Object(map[string]cty.Type{"a": cty.String, "b": cty.Bool}), Computed: true, DescriptionKind: plain},
				"in_single": {AttributeNestedType: leaf(tfjson.SchemaNestingModeSingle), Optional: true, Description: "One.", DescriptionKind: plain},
				"in_list":   {AttributeNestedType: leaf(tfjson.SchemaNestingModeList), Computed: true, DescriptionKind: plain},
				"in_set":    {AttributeNestedType: leaf(tfjson.SchemaNestingModeSet), Computed: true, DescriptionKind: plain},
				"in_map":    {AttributeNestedType: leaf(tfjson.SchemaNestingModeMap), Computed: true, DescriptionKind: plain},
			},
			NestedBlocks: map[string]*tfjson.SchemaBlockType{
				"single_block": {NestingMode: tfjson.SchemaNestingModeSingle, Block: &tfjson.SchemaBlock{
					Description: "A block.", DescriptionKind: plain,
					Attributes: map[string]*tfjson.SchemaAttribute{
						"a": {AttributeType: cty.String, Optional: true, DescriptionKind: plain},
					},
					NestedBlocks: map[string]*tfjson.SchemaBlockType{
						"inner": {NestingMode: tfjson.SchemaNestingModeSet, Block: &tfjson.SchemaBlock{DescriptionKind: plain}},
					},
				}},
				"list_block": {NestingMode: tfjson.SchemaNestingModeList, Block: &tfjson.SchemaBlock{DescriptionKind: plain, Deprecated: true}},
			},
		}}},
		DataSourceSchemas: map[string]*tfjson.Schema{"fake_user": {Block: &tfjson.SchemaBlock{
			DescriptionKind: plain,
			Attributes:      map[string]*tfjson.SchemaAttribute{"id": {AttributeType: cty.String, Required: true, DescriptionKind: plain}},
		}}},
		EphemeralResourceSchemas: map[string]*tfjson.Schema{"fake_token": {Block: &tfjson.SchemaBlock{
			DescriptionKind: plain,
			Attributes:      map[string]*tfjson.SchemaAttribute{"token": {AttributeType: cty.String, Computed: true, Sensitive: true, DescriptionKind: plain}},
		}}},
		ListResourceSchemas: map[string]*tfjson.Schema{"fake_token": {Block: &tfjson.SchemaBlock{
			DescriptionKind: plain,
			Attributes:      map[string]*tfjson.SchemaAttribute{"user": {AttributeType: cty.String, Optional: true, DescriptionKind: plain}},
		}}},
		ActionSchemas: map[string]*tfjson.ActionSchema{"fake_revoke": {Block: &tfjson.SchemaBlock{
			Description: "Revokes.", DescriptionKind: plain,
			Attributes: map[string]*tfjson.SchemaAttribute{"dry_run": {AttributeType: cty.Bool, Optional: true, DescriptionKind: plain}},
		}}},
		Functions: map[string]*tfjson.FunctionSignature{"join": {
			Summary: "Joins.", Description: "Joins parts.", DeprecationMessage: "Use join.", ReturnType: cty.String,
			Parameters:        []*tfjson.FunctionParameter{{Name: "separator", Description: "Between two.", IsNullable: true, Type: cty.String}},
			VariadicParameter: &tfjson.FunctionParameter{Name: "parts", Type: cty.List(cty.String)},
		}},
		ResourceIdentitySchemas: map[string]*tfjson.IdentitySchema{"fake_token": {Version: 2, Attributes: map[string]*tfjson.IdentityAttribute{
			"token":  {IdentityType: cty.String, RequiredForImport: true, Description: "The name."},
			"server": {IdentityType: cty.String, OptionalForImport: true},
			"ids":    {IdentityType: cty.List(cty.Number), OptionalForImport: true},
		}}},
	}

	p := fakeProvider{attributes: map[string]providerschema.Attribute{"url": providerschema.StringAttribute{Optional: true}}}
	text, got := exported(t, p)
	if diff := cmp.Diff(map[string]*tfjson.ProviderSchema{"fake": want}, got.Schemas, cmp.Comparer(cty.Type.Equals)); diff != "" {
		t.Errorf("the schemas differ (-want +got):\n%s", diff)
	}
	if again, _ := exported(t, p); again != text {
		t.Error("two runs print different text")
	}
}

func TestExportsTheProviderByItsBareName(t *testing.T) {
	t.Parallel()
	_, got := exported(t, provider.New("test")())
	if got.Schemas["opsaccess"] == nil || len(got.Schemas) != 1 {
		t.Errorf("the keys of the schemas are not only \"opsaccess\": %v", got.Schemas)
	}
}

func TestRefusesAProviderWhoseSchemaIsInvalid(t *testing.T) {
	t.Parallel()
	// The framework reserves the name "version".
	p := fakeProvider{attributes: map[string]providerschema.Attribute{"version": providerschema.StringAttribute{Optional: true}}}
	err := run(t.Context(), p, new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("got %v, want an error that names the attribute", err)
	}
}

func TestReportsAnOutputErrorToTheCaller(t *testing.T) {
	t.Parallel()
	if err := run(t.Context(), fakeProvider{}, brokenWriter{}); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want %v", err, errBroken)
	}
}

var errBroken = errors.New("no space left")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }
