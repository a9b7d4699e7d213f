package token

import (
	"fmt"

	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
)

// listArguments converts arguments of a data source to those of a list resource, because the
// framework has separate types for them.
func listArguments(arguments map[string]schema.Attribute) map[string]listschema.Attribute {
	converted := map[string]listschema.Attribute{}

	for name, argument := range arguments {
		switch a := argument.(type) {
		case schema.StringAttribute:
			converted[name] = listschema.StringAttribute{
				CustomType: a.CustomType, Required: a.Required, Optional: a.Optional, Validators: a.Validators,
				MarkdownDescription: a.MarkdownDescription,
			}
		case schema.Int64Attribute:
			converted[name] = listschema.Int64Attribute{
				CustomType: a.CustomType, Required: a.Required, Optional: a.Optional, Validators: a.Validators,
				MarkdownDescription: a.MarkdownDescription,
			}
		case schema.SingleNestedAttribute:
			converted[name] = listschema.SingleNestedAttribute{
				CustomType: a.CustomType, Required: a.Required, Optional: a.Optional, Validators: a.Validators,
				MarkdownDescription: a.MarkdownDescription, Attributes: listArguments(a.Attributes),
			}
		default:
			panic(fmt.Sprintf("provider: the argument %s of a list resource is a %T", name, argument))
		}
	}

	return converted
}

// actionArgument converts a text argument of a data source to one of an action.
func actionArgument(argument schema.StringAttribute) actionschema.StringAttribute {
	return actionschema.StringAttribute{
		CustomType: argument.CustomType, Required: argument.Required, Optional: argument.Optional,
		Validators: argument.Validators, MarkdownDescription: argument.MarkdownDescription,
	}
}
