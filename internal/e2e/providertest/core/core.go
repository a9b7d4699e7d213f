// Package core implements the rules by which Terraform's core handles a provider's values: which state
// it proposes for a resource, and when it rejects a plan or a result as a provider bug.
package core

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Proposed returns the proposed new state: the configuration, with the prior state's values for
// computed attributes.
func Proposed(schema *tfprotov6.Schema, config, prior tftypes.Value) tftypes.Value {
	values, before := Members(config), Members(prior)

	for _, attribute := range schema.Block.Attributes {
		if old, ok := before[attribute.Name]; ok && attribute.Computed && values[attribute.Name].IsNull() {
			values[attribute.Name] = old
		}
	}

	return tftypes.NewValue(config.Type(), values)
}

// InvalidPlan lists the arguments whose planned value differs from the configuration. A provider may
// plan only one other value: that of the prior state, which means the value in the configuration is
// equivalent.
func InvalidPlan(schema *tfprotov6.Schema, planned, config, prior tftypes.Value) (broken []string) {
	plans, configs, priors := Members(planned), Members(config), Members(prior)

	for _, attribute := range schema.Block.Attributes {
		plan, set := plans[attribute.Name], configs[attribute.Name]
		old, had := priors[attribute.Name]

		switch {
		case plan.Equal(set), attribute.Computed && set.IsNull():
		case had && !old.IsNull() && !set.IsNull() && plan.Equal(old):
		default:
			broken = append(broken, attribute.Name+" does not have its configured value")
		}
	}

	return broken
}

// Misfits lists where a value differs from an earlier plan. Values that were known must be the same;
// unknown ones may have become anything.
func Misfits(planned, actual tftypes.Value, path string) []string {
	switch {
	case !planned.IsKnown():
		return nil
	case !actual.IsKnown():
		return []string{path + ": was known, but is now unknown"}
	case planned.IsNull() || actual.IsNull():
		if planned.IsNull() != actual.IsNull() {
			return []string{fmt.Sprintf("%s: was %s, but is now %s", path, shortly(path, planned), shortly(path, actual))}
		}

		return nil
	}

	var found []string

	switch planned.Type().(type) {
	case tftypes.Object, tftypes.Map:
		before, after := Members(planned), Members(actual)
		for _, name := range slices.Sorted(maps.Keys(before)) {
			value, ok := after[name]
			if !ok {
				found = append(found, path+"."+name+": is missing")

				continue
			}

			found = append(found, Misfits(before[name], value, path+"."+name)...)
		}

		if len(after) > len(before) {
			found = append(found, path+": has more members")
		}
	case tftypes.List:
		before, after := Elements(planned), Elements(actual)
		if len(before) != len(after) {
			return []string{fmt.Sprintf("%s: had %d elements, but has now %d", path, len(before), len(after))}
		}

		for i := range before {
			found = append(found, Misfits(before[i], after[i], fmt.Sprintf("%s[%d]", path, i))...)
		}
	case tftypes.Set:
		return setMisfits(planned, actual, path)
	default:
		if !planned.Equal(actual) {
			return []string{fmt.Sprintf("%s: was %s, but is now %s", path, shortly(path, planned), shortly(path, actual))}
		}
	}

	return found
}

// setMisfits is [Misfits] for sets. Their elements have no order, and two unknown elements may become
// the same one.
func setMisfits(planned, actual tftypes.Value, path string) []string {
	before, after := Elements(planned), Elements(actual)

	if len(after) > len(before) || planned.IsFullyKnown() && len(after) != len(before) {
		return []string{fmt.Sprintf("%s: had %d elements, but has now %d", path, len(before), len(after))}
	}

	for _, value := range before {
		if !slices.ContainsFunc(after, func(is tftypes.Value) bool { return len(Misfits(value, is, path)) == 0 }) {
			return []string{path + ": an element is missing"}
		}
	}

	return nil
}

// shortly formats a value for a report and leaves out secrets.
func shortly(path string, value tftypes.Value) string {
	text := TextAt(tftypes.NewValue(
		tftypes.Object{AttributeTypes: map[string]tftypes.Type{"v": value.Type()}}, map[string]tftypes.Value{"v": value}), "v")

	switch {
	case value.IsNull():
		return "null"
	case text == nil:
		return "another value"
	case strings.HasSuffix(path, "token"):
		return "a secret"
	default:
		return fmt.Sprintf("%.60q", *text)
	}
}
