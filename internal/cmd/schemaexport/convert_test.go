package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// TestConvertsWhatOnlyTheProtocolHas covers the parts of the protocol that plugin-framework does
// not offer.
func TestConvertsWhatOnlyTheProtocolHas(t *testing.T) {
	t.Parallel()
	in := &tfprotov6.SchemaBlock{
		Attributes: []*tfprotov6.SchemaAttribute{{
			Name: "tuple",
			Type: tftypes.Tuple{ElementTypes: []tftypes.Type{tftypes.String, tftypes.Bool}},
		}, {
			Name: "partial",
			Type: tftypes.Object{
				AttributeTypes:     map[string]tftypes.Type{"a": tftypes.String, "b": tftypes.Number},
				OptionalAttributes: map[string]struct{}{"b": {}},
			},
		}},
		BlockTypes: []*tfprotov6.SchemaNestedBlock{
			{TypeName: "group", Nesting: tfprotov6.SchemaNestedBlockNestingModeGroup, Block: &tfprotov6.SchemaBlock{}},
			{TypeName: "map", Nesting: tfprotov6.SchemaNestedBlockNestingModeMap, MinItems: 1, MaxItems: 2, Block: &tfprotov6.SchemaBlock{}},
		},
	}
	plain := tfjson.SchemaDescriptionKindPlain
	want := &tfjson.SchemaBlock{
		DescriptionKind: plain,
		Attributes: map[string]*tfjson.SchemaAttribute{
			"tuple": {DescriptionKind: plain, AttributeType: cty.Tuple([]cty.Type{cty.String, cty.Bool})},
			"partial": {DescriptionKind: plain, AttributeType: cty.ObjectWithOptionalAttrs(
				map[string]cty.Type{"a": cty.String, "b": cty.Number}, []string{"b"})},
		},
		NestedBlocks: map[string]*tfjson.SchemaBlockType{
			"group": {NestingMode: tfjson.SchemaNestingModeGroup, Block: emptyBlock()},
			"map":   {NestingMode: tfjson.SchemaNestingModeMap, MinItems: 1, MaxItems: 2, Block: emptyBlock()},
		},
	}
	got, err := convertBlock(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(cty.Type.Equals)); diff != "" {
		t.Errorf("the block differs (-want +got):\n%s", diff)
	}
}

func emptyBlock() *tfjson.SchemaBlock {
	return &tfjson.SchemaBlock{
		Attributes:      map[string]*tfjson.SchemaAttribute{},
		NestedBlocks:    map[string]*tfjson.SchemaBlockType{},
		DescriptionKind: tfjson.SchemaDescriptionKindPlain,
	}
}

func TestRefusesSchemasItCannotConvert(t *testing.T) {
	t.Parallel()
	attribute := func(a *tfprotov6.SchemaAttribute) *tfprotov6.Schema {
		a.Name = "culprit"
		return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{a}}}
	}
	block := func(b *tfprotov6.SchemaNestedBlock) *tfprotov6.Schema {
		b.TypeName, b.Block = "culprit", &tfprotov6.SchemaBlock{}
		return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{BlockTypes: []*tfprotov6.SchemaNestedBlock{b}}}
	}
	tests := map[string]struct {
		in   *tfprotov6.Schema
		want []string
	}{
		"an attribute without a type": {
			attribute(&tfprotov6.SchemaAttribute{}), []string{"culprit", "no type"},
		},
		"an attribute with an unknown nesting mode": {
			attribute(&tfprotov6.SchemaAttribute{NestedType: &tfprotov6.SchemaObject{Nesting: 9}}), []string{"culprit", "UNKNOWN"},
		},
		"an unknown description kind": {
			attribute(&tfprotov6.SchemaAttribute{Type: tftypes.String, DescriptionKind: 9}), []string{"culprit", "UNKNOWN"},
		},
		"a block with an unknown nesting mode": {
			block(&tfprotov6.SchemaNestedBlock{}), []string{"culprit", "INVALID"},
		},
		"a negative number of blocks": {
			block(&tfprotov6.SchemaNestedBlock{Nesting: tfprotov6.SchemaNestedBlockNestingModeList, MinItems: -1}), []string{"culprit", "-1"},
		},
		"a negative version": {
			&tfprotov6.Schema{Version: -1, Block: &tfprotov6.SchemaBlock{}}, []string{"-1"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := convertProvider(
				&tfprotov6.GetProviderSchemaResponse{
					Provider:        &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}},
					ResourceSchemas: map[string]*tfprotov6.Schema{"fake_token": test.in},
				},
				&tfprotov6.GetResourceIdentitySchemasResponse{},
			)
			if err == nil {
				t.Fatal("the schema was accepted")
			}
			for _, part := range append(test.want, "fake_token") {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("got %q, want it to contain %q", err, part)
				}
			}
		})
	}
}

func TestRefusesStateStores(t *testing.T) {
	t.Parallel()
	_, err := convertProvider(
		&tfprotov6.GetProviderSchemaResponse{StateStoreSchemas: map[string]*tfprotov6.Schema{"fake_store": {}}},
		&tfprotov6.GetResourceIdentitySchemasResponse{},
	)
	if err == nil || !strings.Contains(err.Error(), "state stores") {
		t.Errorf("got %v, want an error about state stores", err)
	}
}
