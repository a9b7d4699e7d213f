package providertest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// KnownToken checks that the secret stays known in the plan, so that a resource that uses it shows no
// change.
type KnownToken struct{}

var _ plancheck.PlanCheck = KnownToken{}

// CheckPlan fails if an attribute of the token is known only after apply.
func (KnownToken) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != TokenAddress {
			continue
		}

		unknown, ok := change.Change.AfterUnknown.(map[string]any)
		if !ok {
			resp.Error = errors.New("the plan does not list which values are unknown")

			return
		}

		for name, value := range unknown {
			if value == true {
				resp.Error = fmt.Errorf("%s is known after apply", name)
			}
		}
	}
}

// HasText returns a check that an attribute of the current token has this text.
func HasText(address, text, attribute string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, Path("current", attribute), knownvalue.StringExact(text))
}

// Checks returns its arguments as a slice.
func Checks(checks ...statecheck.StateCheck) []statecheck.StateCheck { return checks }

// Words returns an expression that matches the text however the CLI wraps its lines.
func Words(text string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)` + regexp.MustCompile(`\s+`).ReplaceAllString(regexp.QuoteMeta(text), `[\s│]+`))
}

// Path returns the path of a nested attribute: its steps are attribute names, from the outermost to the
// innermost.
func Path(steps ...string) tfjsonpath.Path {
	path := tfjsonpath.New(steps[0])
	for _, step := range steps[1:] {
		path = path.AtMapKey(step)
	}

	return path
}

// HasValue returns a check of an attribute of the token resource.
func HasValue(path tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(TokenAddress, path, check)
}

// EmptyPlan returns a check that the plan changes nothing.
func EmptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

// ActionsOf returns the plan's actions on a resource.
func ActionsOf(plan *tfjson.Plan, address string) tfjson.Actions {
	for _, change := range plan.ResourceChanges {
		if change.Address == address {
			return change.Change.Actions
		}
	}

	return nil
}

// Unknown returns the sorted paths of the token's attributes that are known after apply.
func Unknown(plan *tfjson.Plan) []string {
	for _, change := range plan.ResourceChanges {
		if change.Address == TokenAddress {
			return slices.Sorted(slices.Values(truePaths("", change.Change.AfterUnknown)))
		}
	}

	return nil
}

// truePaths returns the paths of all true values in after_unknown, Terraform's tree of marks.
func truePaths(at string, marks any) []string {
	var paths []string

	switch marks := marks.(type) {
	case bool:
		if marks {
			paths = append(paths, strings.TrimPrefix(at, "."))
		}
	case map[string]any:
		for name, mark := range marks {
			paths = append(paths, truePaths(at+"."+name, mark)...)
		}
	case []any:
		for i, mark := range marks {
			paths = append(paths, truePaths(fmt.Sprintf("%s.%d", at, i), mark)...)
		}
	}

	return paths
}

// NoPredecessors returns a check that `previous` is empty.
func NoPredecessors() statecheck.StateCheck {
	return HasValue(Path("previous"), knownvalue.ListExact(nil))
}

// Predecessors returns a check of `previous`, newest first: some attributes of each predecessor.
func Predecessors(each ...map[string]knownvalue.Check) statecheck.StateCheck {
	checks := make([]knownvalue.Check, 0, len(each))
	for _, attributes := range each {
		checks = append(checks, knownvalue.ObjectPartial(attributes))
	}

	return HasValue(Path("previous"), knownvalue.ListExact(checks))
}

// Generation returns a check of how many tokens the resource has issued.
func Generation(n int64) statecheck.StateCheck {
	return HasValue(Path("generation"), knownvalue.Int64Exact(n))
}

// IssueReason returns a check of why the current token was issued.
func IssueReason(text string) statecheck.StateCheck {
	return HasText(TokenAddress, text, "issue_reason")
}

// Unknowns checks that exactly these paths, sorted, are known after apply.
type Unknowns []string

var _ plancheck.PlanCheck = Unknowns(nil)

// CheckPlan compares the paths with those in the plan.
func (u Unknowns) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	if diff := cmp.Diff([]string(u), Unknown(req.Plan)); diff != "" {
		resp.Error = fmt.Errorf("known after apply (-want +got):\n%s", diff)
	}
}
