package token

import (
	"context"
	"fmt"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// sameOutputs checks that two outputs are equal.
type sameOutputs [2]string

var _ statecheck.StateCheck = sameOutputs{}

func (o sameOutputs) CheckState(
	_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse,
) {
	a, b := req.State.Values.Outputs[o[0]], req.State.Values.Outputs[o[1]]
	if a == nil || b == nil {
		resp.Error = fmt.Errorf("there is no output %s or %s", o[0], o[1])

		return
	}

	if diff := cmp.Diff(a.Value, b.Value); diff != "" {
		resp.Error = fmt.Errorf("outputs %s and %s differ:\n%s", o[0], o[1], diff)
	}
}

func action(a plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(providertest.TokenAddress, a)}}
}
