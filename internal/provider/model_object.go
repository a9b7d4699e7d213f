package provider

import (
	"context"
	"reflect"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The framework converts between values and structs, too. It compiles a regular expression
// for every field at every call, though, and a plan calls it a dozen times for each token:
// without it, a plan of a thousand takes a fifth less of the provider's CPU. The models here
// have nothing but framework values in them, so that there is nothing to convert.

// object is where the framework keeps the values of a resource: its configuration, plan or
// state.
type object interface {
	Get(ctx context.Context, target any) diag.Diagnostics
}

// tokenTypes are the types of the resource's attributes.
var tokenTypes = sync.OnceValue(func() map[string]attr.Type {
	typ, _ := tokenSchema().Type().(attr.TypeWithAttributeTypes)

	return typ.AttributeTypes()
})

// attributeNames holds the attribute of each field of a model, by the model's type.
var attributeNames sync.Map

// tokenOf returns the resource as a configuration, plan or state has it, and reports a time
// of the live token or a predecessor that cannot be read.
func tokenOf(ctx context.Context, from object, diags *diag.Diagnostics) tokenModel {
	var values types.Object

	diags.Append(from.Get(ctx, &values)...)

	model := modelOf[tokenModel](values)
	model.checkTimes(diags)

	return model
}

// object returns the model as the framework writes it to a plan or state.
func (m *tokenModel) object(diags *diag.Diagnostics) types.Object {
	values, d := types.ObjectValue(tokenTypes(), valuesOf(*m))
	diags.Append(d...)

	return values
}

// modelOf returns the model of an object: the zero one while the object is null or unknown.
func modelOf[M any](values types.Object) (model M) {
	attributes := values.Attributes()
	fields := reflect.ValueOf(&model).Elem()

	for i, name := range namesOf(fields.Type()) {
		if value, ok := attributes[name]; ok {
			fields.Field(i).Set(reflect.ValueOf(value))
		}
	}

	return model
}

// valuesOf returns the attributes of a model's object.
func valuesOf[M any](model M) map[string]attr.Value {
	fields := reflect.ValueOf(model)
	values := make(map[string]attr.Value, fields.NumField())

	for i, name := range namesOf(fields.Type()) {
		values[name], _ = reflect.TypeAssert[attr.Value](fields.Field(i))
	}

	return values
}

// namesOf returns the attribute of each field of a model.
func namesOf(model reflect.Type) []string {
	if known, ok := attributeNames.Load(model); ok {
		names, _ := known.([]string)

		return names
	}

	names := make([]string, model.NumField())
	for i := range names {
		names[i] = model.Field(i).Tag.Get("tfsdk")
	}

	attributeNames.Store(model, names)

	return names
}
