package campaign

import (
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/core"
)

// unknown is the value of an argument that Terraform knows only during the apply.
var unknown any = tftypes.UnknownValue

// truth reports whether an attribute of an object is true.
func truth(object tftypes.Value, name string) bool {
	var found bool

	value := core.Members(object)[name]

	return value.Type() != nil && !value.IsNull() && value.IsKnown() && value.As(&found) == nil && found
}

// text returns a string within an object; empty if there is none.
func text(object tftypes.Value, path ...string) string {
	for _, name := range path {
		object = core.Members(object)[name]
	}

	var found string
	if object.Type() == nil || object.IsNull() || !object.IsKnown() || object.As(&found) != nil {
		return ""
	}

	return found
}
