// Package core has the rules of Terraform's core for the values that a provider plans and
// returns: what it proposes for a resource, and when a plan or a result is a bug of the
// provider.
package core

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Proposed returns the state that Terraform proposes: the configuration, and what the provider
// computes as it was before.
func Proposed(schema *tfprotov6.Schema, config, prior tftypes.Value) tftypes.Value {
	values, before := Members(config), Members(prior)

	for _, attribute := range schema.Block.Attributes {
		if old, ok := before[attribute.Name]; ok && attribute.Computed && values[attribute.Name].IsNull() {
			values[attribute.Name] = old
		}
	}

	return tftypes.NewValue(config.Type(), values)
}

// InvalidPlan says where a plan has another value than the configuration for an argument.
// Only the value of the state may stand for one that means the same.
func InvalidPlan(schema *tfprotov6.Schema, planned, config, prior tftypes.Value) (broken []string) {
	plans, configs, priors := Members(planned), Members(config), Members(prior)

	for _, attribute := range schema.Block.Attributes {
		plan, set := plans[attribute.Name], configs[attribute.Name]
		old, had := priors[attribute.Name]

		switch {
		case plan.Equal(set), attribute.Computed && set.IsNull():
		case had && !old.IsNull() && !set.IsNull() && plan.Equal(old):
		default:
			broken = append(broken, attribute.Name+" is not as it is configured")
		}
	}

	return broken
}

// Misfits says where a value is not what was planned before: what was known is the same,
// and what was unknown may be anything.
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
				found = append(found, path+"."+name+": is gone")

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

// setMisfits is Misfits for sets, whose elements have no order. Unknown ones may turn out alike.
func setMisfits(planned, actual tftypes.Value, path string) []string {
	before, after := Elements(planned), Elements(actual)

	if len(after) > len(before) || planned.IsFullyKnown() && len(after) != len(before) {
		return []string{fmt.Sprintf("%s: had %d elements, but has now %d", path, len(before), len(after))}
	}

	for _, value := range before {
		if !slices.ContainsFunc(after, func(is tftypes.Value) bool { return len(Misfits(value, is, path)) == 0 }) {
			return []string{path + ": an element is gone"}
		}
	}

	return nil
}

// shortly is a value in a report, which has no secrets.
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
