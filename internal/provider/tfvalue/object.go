package tfvalue

import (
	"reflect"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The framework can convert between values and structs as well, but it compiles a regular
// expression for every field in every call, and a plan makes a dozen such calls for each token.
// Without it, a plan of a thousand tokens uses a fifth less of the provider's CPU time. The models
// here contain only framework values, so that no conversion is required.

// attributeNames has the attribute name of each field of a model, by the model's type.
var attributeNames sync.Map

// ModelOf returns the model of an object; the zero model if the object is null or unknown.
func ModelOf[M any](values types.Object) (model M) {
	attributes := values.Attributes()
	fields := reflect.ValueOf(&model).Elem()

	for i, name := range namesOf(fields.Type()) {
		if value, ok := attributes[name]; ok {
			fields.Field(i).Set(reflect.ValueOf(value))
		}
	}

	return model
}

// ValuesOf returns a model's attributes by name.
func ValuesOf[M any](model M) map[string]attr.Value {
	fields := reflect.ValueOf(model)
	values := make(map[string]attr.Value, fields.NumField())

	for i, name := range namesOf(fields.Type()) {
		values[name], _ = reflect.TypeAssert[attr.Value](fields.Field(i))
	}

	return values
}

// namesOf returns the attribute name of each field of a model.
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
