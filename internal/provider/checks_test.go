package provider

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// knownToken is a check that the plan keeps the secret known, so that nobody who uses
// it sees a change.
type knownToken struct{}

var _ plancheck.PlanCheck = knownToken{}

func (knownToken) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	for _, change := range req.Plan.ResourceChanges {
		if change.Address != tokenAddress {
			continue
		}

		unknown, ok := change.Change.AfterUnknown.(map[string]any)
		if !ok {
			resp.Error = errors.New("the plan does not say what is unknown")

			return
		}

		for name, value := range unknown {
			if value == true {
				resp.Error = fmt.Errorf("%s is known after apply", name)
			}
		}
	}
}

// sameOutputs is a check that two outputs are equal.
type sameOutputs [2]string

var _ statecheck.StateCheck = sameOutputs{}

func (o sameOutputs) CheckState(
	_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse,
) {
	a, b := req.State.Values.Outputs[o[0]], req.State.Values.Outputs[o[1]]
	if a == nil || b == nil {
		resp.Error = fmt.Errorf("no output %s or %s", o[0], o[1])

		return
	}

	if diff := cmp.Diff(a.Value, b.Value); diff != "" {
		resp.Error = fmt.Errorf("outputs %s and %s differ:\n%s", o[0], o[1], diff)
	}
}

// has is a check of an attribute of the live token.
func has(address, text, attribute string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, at("current", attribute), knownvalue.StringExact(text))
}

func expect(checks ...statecheck.StateCheck) []statecheck.StateCheck { return checks }

// movedClock is a clock that tests put forward. The zero value shows the time.
type movedClock struct{ by atomic.Int64 }

func (c *movedClock) now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

func (c *movedClock) move(by time.Duration) { c.by.Add(int64(by)) }

// stillAlive is a check that the server accepts the tokens.
type stillAlive struct {
	on     *target
	tokens []pat.Token
}

var _ statecheck.StateCheck = stillAlive{}

func (a stillAlive) CheckState(
	ctx context.Context, _ statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse,
) {
	for _, token := range a.tokens {
		shown, err := a.on.system.Token(ctx, token.Key())

		switch {
		case err != nil:
			resp.Error = err
		case shown.Status != pat.StatusActive:
			resp.Error = fmt.Errorf("token %s is %s", token.ID, shown.Status)
		}
	}
}
