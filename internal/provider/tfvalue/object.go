package tfvalue

import (
	"reflect"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The framework converts between values and structs, too. It compiles a regular expression
// for every field at every call, though, and a plan calls it a dozen times for each token:
// without it, a plan of a thousand takes a fifth less of the provider's CPU. The models here
// have nothing but framework values in them, so that there is nothing to convert.

// attributeNames holds the attribute of each field of a model, by the model's type.
var attributeNames sync.Map

// ModelOf returns the model of an object: the zero one while the object is null or unknown.
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

// ValuesOf returns the attributes of a model's object.
func ValuesOf[M any](model M) map[string]attr.Value {
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
