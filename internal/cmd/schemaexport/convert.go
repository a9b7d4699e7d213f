package main

import (
	"encoding/json"
	"errors"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

func convertProvider(
	in *tfprotov6.GetProviderSchemaResponse,
	identities *tfprotov6.GetResourceIdentitySchemasResponse,
) (*tfjson.ProviderSchema, error) {
	// terraform-json cannot represent state stores. Omitting them would omit their pages.
	if len(in.StateStoreSchemas) > 0 {
		return nil, errors.New("the provider has state stores, which this command cannot print")
	}

	config, errConfig := convertSchema(in.Provider)
	resources, errResources := convertAll(in.ResourceSchemas, convertSchema)
	dataSources, errDataSources := convertAll(in.DataSourceSchemas, convertSchema)
	ephemerals, errEphemerals := convertAll(in.EphemeralResourceSchemas, convertSchema)
	lists, errLists := convertAll(in.ListResourceSchemas, convertSchema)
	actions, errActions := convertAll(in.ActionSchemas, convertAction)
	functions, errFunctions := convertAll(in.Functions, convertFunction)
	identity, errIdentity := convertAll(identities.IdentitySchemas, convertIdentity)

	return &tfjson.ProviderSchema{
		ConfigSchema:             config,
		ResourceSchemas:          resources,
		DataSourceSchemas:        dataSources,
		EphemeralResourceSchemas: ephemerals,
		ListResourceSchemas:      lists,
		ActionSchemas:            actions,
		Functions:                functions,
		ResourceIdentitySchemas:  identity,
	}, errors.Join(errConfig, errResources, errDataSources, errEphemerals, errLists, errActions, errFunctions, errIdentity)
}

func convertAll[In, Out any](in map[string]*In, convert func(*In) (*Out, error)) (map[string]*Out, error) {
	out := make(map[string]*Out, len(in))
	for name, one := range in {
		converted, err := convert(one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = converted
	}
	return out, nil
}

func convertSchema(in *tfprotov6.Schema) (*tfjson.Schema, error) {
	block, err := convertBlock(in.Block)
	if err != nil {
		return nil, err
	}
	version, err := convertCount(in.Version)
	if err != nil {
		return nil, err
	}
	return &tfjson.Schema{Version: version, Block: block}, nil
}

func convertAction(in *tfprotov6.ActionSchema) (*tfjson.ActionSchema, error) {
	block, err := convertBlock(in.Schema.Block)
	if err != nil {
		return nil, err
	}
	return &tfjson.ActionSchema{Block: block}, nil
}

func convertBlock(in *tfprotov6.SchemaBlock) (*tfjson.SchemaBlock, error) {
	attributes, err := convertAttributes(in.Attributes)
	if err != nil {
		return nil, err
	}
	blocks := make(map[string]*tfjson.SchemaBlockType, len(in.BlockTypes))
	for _, nested := range in.BlockTypes {
		if blocks[nested.TypeName], err = convertNestedBlock(nested); err != nil {
			return nil, fmt.Errorf("%s: %w", nested.TypeName, err)
		}
	}
	kind, err := convertKind(in.DescriptionKind)
	if err != nil {
		return nil, err
	}
	return &tfjson.SchemaBlock{
		Attributes:      attributes,
		NestedBlocks:    blocks,
		Description:     in.Description,
		DescriptionKind: kind,
		Deprecated:      in.Deprecated,
	}, nil
}

func convertNestedBlock(in *tfprotov6.SchemaNestedBlock) (*tfjson.SchemaBlockType, error) {
	modes := map[tfprotov6.SchemaNestedBlockNestingMode]tfjson.SchemaNestingMode{
		tfprotov6.SchemaNestedBlockNestingModeSingle: tfjson.SchemaNestingModeSingle,
		tfprotov6.SchemaNestedBlockNestingModeList:   tfjson.SchemaNestingModeList,
		tfprotov6.SchemaNestedBlockNestingModeSet:    tfjson.SchemaNestingModeSet,
		tfprotov6.SchemaNestedBlockNestingModeMap:    tfjson.SchemaNestingModeMap,
		tfprotov6.SchemaNestedBlockNestingModeGroup:  tfjson.SchemaNestingModeGroup,
	}
	mode, known := modes[in.Nesting]
	if !known {
		return nil, fmt.Errorf("nesting mode %s of a block is not known", in.Nesting)
	}
	block, errBlock := convertBlock(in.Block)
	least, errLeast := convertCount(in.MinItems)
	most, errMost := convertCount(in.MaxItems)
	return &tfjson.SchemaBlockType{NestingMode: mode, Block: block, MinItems: least, MaxItems: most},
		errors.Join(errBlock, errLeast, errMost)
}

func convertAttributes(in []*tfprotov6.SchemaAttribute) (map[string]*tfjson.SchemaAttribute, error) {
	out := make(map[string]*tfjson.SchemaAttribute, len(in))
	for _, attribute := range in {
		converted, err := convertAttribute(attribute)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", attribute.Name, err)
		}
		out[attribute.Name] = converted
	}
	return out, nil
}

func convertAttribute(in *tfprotov6.SchemaAttribute) (*tfjson.SchemaAttribute, error) {
	kind, err := convertKind(in.DescriptionKind)
	if err != nil {
		return nil, err
	}
	out := &tfjson.SchemaAttribute{
		Description:     in.Description,
		DescriptionKind: kind,
		Deprecated:      in.Deprecated,
		Required:        in.Required,
		Optional:        in.Optional,
		Computed:        in.Computed,
		Sensitive:       in.Sensitive,
		WriteOnly:       in.WriteOnly,
	}
	if in.NestedType != nil {
		out.AttributeNestedType, err = convertObject(in.NestedType)
	} else {
		out.AttributeType, err = convertType(in.Type)
	}
	return out, err
}

func convertObject(in *tfprotov6.SchemaObject) (*tfjson.SchemaNestedAttributeType, error) {
	modes := map[tfprotov6.SchemaObjectNestingMode]tfjson.SchemaNestingMode{
		tfprotov6.SchemaObjectNestingModeSingle: tfjson.SchemaNestingModeSingle,
		tfprotov6.SchemaObjectNestingModeList:   tfjson.SchemaNestingModeList,
		tfprotov6.SchemaObjectNestingModeSet:    tfjson.SchemaNestingModeSet,
		tfprotov6.SchemaObjectNestingModeMap:    tfjson.SchemaNestingModeMap,
	}
	mode, known := modes[in.Nesting]
	if !known {
		return nil, fmt.Errorf("nesting mode %s of an attribute is not known", in.Nesting)
	}
	attributes, err := convertAttributes(in.Attributes)
	return &tfjson.SchemaNestedAttributeType{NestingMode: mode, Attributes: attributes}, err
}

func convertFunction(in *tfprotov6.Function) (*tfjson.FunctionSignature, error) {
	returns, err := convertType(in.Return.Type)
	if err != nil {
		return nil, fmt.Errorf("the result: %w", err)
	}
	out := &tfjson.FunctionSignature{
		Description:        in.Description,
		Summary:            in.Summary,
		DeprecationMessage: in.DeprecationMessage,
		ReturnType:         returns,
	}
	for _, parameter := range in.Parameters {
		converted, err := convertParameter(parameter)
		if err != nil {
			return nil, err
		}
		out.Parameters = append(out.Parameters, converted)
	}
	if in.VariadicParameter != nil {
		if out.VariadicParameter, err = convertParameter(in.VariadicParameter); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func convertParameter(in *tfprotov6.FunctionParameter) (*tfjson.FunctionParameter, error) {
	typ, err := convertType(in.Type)
	if err != nil {
		return nil, fmt.Errorf("parameter %s: %w", in.Name, err)
	}
	return &tfjson.FunctionParameter{
		Name:        in.Name,
		Description: in.Description,
		IsNullable:  in.AllowNullValue,
		Type:        typ,
	}, nil
}

func convertIdentity(in *tfprotov6.ResourceIdentitySchema) (*tfjson.IdentitySchema, error) {
	version, err := convertCount(in.Version)
	if err != nil {
		return nil, err
	}
	attributes := make(map[string]*tfjson.IdentityAttribute, len(in.IdentityAttributes))
	for _, attribute := range in.IdentityAttributes {
		typ, err := convertType(attribute.Type)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", attribute.Name, err)
		}
		attributes[attribute.Name] = &tfjson.IdentityAttribute{
			IdentityType:      typ,
			Description:       attribute.Description,
			RequiredForImport: attribute.RequiredForImport,
			OptionalForImport: attribute.OptionalForImport,
		}
	}
	return &tfjson.IdentitySchema{Version: version, Attributes: attributes}, nil
}

// convertType converts by way of the JSON form of a type, which both libraries share.
func convertType(in tftypes.Type) (cty.Type, error) {
	if in == nil {
		return cty.NilType, errors.New("it has no type")
	}
	encoded, err := json.Marshal(in)
	if err != nil {
		return cty.NilType, fmt.Errorf("encode the type %s: %w", in, err)
	}
	var out cty.Type
	if err := json.Unmarshal(encoded, &out); err != nil {
		return cty.NilType, fmt.Errorf("decode the type %s: %w", in, err)
	}
	return out, nil
}

func convertKind(in tfprotov6.StringKind) (tfjson.SchemaDescriptionKind, error) {
	switch in {
	case tfprotov6.StringKindPlain:
		return tfjson.SchemaDescriptionKindPlain, nil
	case tfprotov6.StringKindMarkdown:
		return tfjson.SchemaDescriptionKindMarkdown, nil
	default:
		return "", fmt.Errorf("description kind %s is not known", in)
	}
}

// convertCount refuses a negative number, which the protocol allows and the JSON form does not.
func convertCount(in int64) (uint64, error) {
	if in < 0 {
		return 0, fmt.Errorf("%d is less than zero", in)
	}
	return uint64(in), nil
}
