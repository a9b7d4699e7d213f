package provider

import (
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// tokenTextChecks are the checks of the resource's texts, by attribute, and by the attributes
// of the object that an attribute is.
var tokenTextChecks = sync.OnceValue(func() map[string]map[string][]textCheck {
	checks := map[string]map[string][]textCheck{}

	for name, argument := range tokenArguments() {
		switch argument := argument.(type) {
		case schema.StringAttribute:
			checks[name] = map[string][]textCheck{"": textChecks(argument.Validators)}
		case schema.SingleNestedAttribute:
			checks[name] = map[string][]textCheck{}

			for inner, nested := range argument.Attributes {
				if text, ok := nested.(schema.StringAttribute); ok {
					checks[name][inner] = textChecks(text.Validators)
				}
			}
		}
	}

	return checks
})

func textChecks(validators []validator.String) []textCheck {
	var checks []textCheck

	for _, v := range validators {
		if check, ok := v.(textCheck); ok {
			checks = append(checks, check)
		}
	}

	return checks
}

// checkArguments reports arguments that mean nothing and are not as they were in state. The
// CLI validates a configuration while values of it are unknown, and an apply uses the values
// that they took. What ignore_changes merges in is as it was, and relations between arguments
// are not checked: the merge breaks them.
func (m *tokenModel) checkArguments(state tokenModel, diags *diag.Diagnostics) {
	before, after := valuesOf(state), valuesOf(*m)

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
				check.run(at, value, diags)
			}
		}
	}

	if !m.ExpiresAt.Equal(state.ExpiresAt) {
		m.ExpiresAt.read(path.Root("expires_at"), diags)
	}

	if !m.EncryptTo.Equal(state.EncryptTo) {
		checkRecipients(m.EncryptTo, diags)
	}
}

// checkTimes reports a recorded time that cannot be read: parseTime would take it for none.
func (m *tokenModel) checkTimes(diags *diag.Diagnostics) {
	check := func(at path.Path, text types.String) {
		if !isSet(text) {
			return
		}

		if _, err := time.Parse(time.RFC3339, text.ValueString()); err != nil {
			diags.AddAttributeError(at, "Invalid timestamp", fmt.Sprintf(
				"The state has %q in `%s`, which is not a timestamp of RFC 3339. Restore the state from a backup.",
				text.ValueString(), at))
		}
	}

	current, at := m.current(), path.Root("current")
	check(at.AtName("created_at"), current.CreatedAt)
	check(at.AtName("expires_at"), current.ExpiresAt)

	for i, element := range m.Previous.Elements() {
		object, _ := element.(types.Object)
		predecessor, at := modelOf[previousModel](object), path.Root("previous").AtListIndex(i)

		check(at.AtName("created_at"), predecessor.CreatedAt)
		check(at.AtName("expires_at"), predecessor.ExpiresAt)
		check(at.AtName("retire_at"), predecessor.RetireAt)
	}
}
