package token

import (
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// tokenTextChecks are the checks of the resource's texts, by attribute and, for objects, by nested
// attribute.
var tokenTextChecks = sync.OnceValue(func() map[string]map[string][]tfvalue.TextCheck {
	checks := map[string]map[string][]tfvalue.TextCheck{}

	for name, argument := range tokenArguments() {
		switch argument := argument.(type) {
		case schema.StringAttribute:
			checks[name] = map[string][]tfvalue.TextCheck{"": textChecks(argument.Validators)}
		case schema.SingleNestedAttribute:
			checks[name] = map[string][]tfvalue.TextCheck{}

			for inner, nested := range argument.Attributes {
				if text, ok := nested.(schema.StringAttribute); ok {
					checks[name][inner] = textChecks(text.Validators)
				}
			}
		}
	}

	return checks
})

func textChecks(validators []validator.String) []tfvalue.TextCheck {
	var checks []tfvalue.TextCheck

	for _, v := range validators {
		if check, ok := v.(tfvalue.TextCheck); ok {
			checks = append(checks, check)
		}
	}

	return checks
}

// checkArguments reports invalid arguments that differ from those in state. The CLI validates a
// configuration while some values are unknown, and an apply uses the final values. Values that
// ignore_changes restores equal those in state. Relations between arguments are not checked,
// because ignore_changes can break them.
func (m tokenModel) checkArguments(state tokenModel, diags *diag.Diagnostics) {
	before, after := tfvalue.ValuesOf(state), tfvalue.ValuesOf(m)

	for name, checks := range tokenTextChecks() {
		if after[name].Equal(before[name]) {
			continue
		}

		for inner, checks := range checks {
			at, value := path.Root(name), after[name]
			if object, ok := value.(types.Object); ok {
				at, value = at.AtName(inner), object.Attributes()[inner]
			}

			for _, check := range checks {
				check.Run(at, value, diags)
			}
		}
	}

	if !m.ExpiresAt.Equal(state.ExpiresAt) {
		m.ExpiresAt.Read(path.Root("expires_at"), diags)
	}

	if !m.EncryptTo.Equal(state.EncryptTo) {
		checkRecipients(m.EncryptTo, diags)
	}
}
