package token

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// PlanUnchanged plans a token resource for which Terraform proposes exactly the prior state, as it
// does for nearly every resource of nearly every plan. The engine plans as always. PlanUnchanged
// returns false if the result differs from the prior state or has a diagnostic, or if the request
// is of another kind; the framework must plan then. The framework would return the same response,
// but copies the schema's map of attributes for each step of each attribute's path, which takes
// most of the time of a large plan.
func PlanUnchanged(
	ctx context.Context, c *platform.Configured, req *tfprotov6.PlanResourceChangeRequest,
) (*tfprotov6.PlanResourceChangeResponse, bool) {
	if !strings.HasSuffix(req.TypeName, typeSuffix) || !sameBytes(req.PriorState, req.ProposedNewState) {
		return nil, false
	}

	state, ok := decodeObject(ctx, req.PriorState)
	if !ok {
		return nil, false
	}

	config, ok := decodeObject(ctx, req.Config)
	if !ok {
		return nil, false
	}

	memory, ok := decodeMemory(req.PriorPrivate)
	if !ok {
		return nil, false
	}

	var diags diag.Diagnostics

	if !c.Complete(&diags) {
		return nil, false
	}

	model := tfvalue.ModelOf[tokenModel](state)
	proposed := model
	proposed.Series = tfvalue.ModelOf[tokenModel](config).Series

	resource := tokenResource{Configured: c}

	// A replacement differs from the state too, because it plans unknown values.
	planned, _ := resource.planUpdate(ctx, model, proposed, memory, &diags)
	if len(diags) > 0 || !planned.object(&diags).Equal(state) {
		return nil, false
	}

	identity := req.PriorIdentity
	if identity == nil {
		identity = noIdentity(ctx)
	}

	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState:    req.PriorState,
		PlannedPrivate:  req.PriorPrivate,
		PlannedIdentity: identity,
	}, true
}

// sameBytes reports whether two values have the same encoding. Equal values may have different
// encodings; the framework compares those.
func sameBytes(prior, proposed *tfprotov6.DynamicValue) bool {
	return prior != nil && proposed != nil && len(prior.MsgPack) > 0 && bytes.Equal(prior.MsgPack, proposed.MsgPack)
}

var tokenObjectType = sync.OnceValue(func() types.ObjectType { return types.ObjectType{AttrTypes: tokenTypes()} })

// decodeObject decodes a configuration or state of the resource. It returns false if the value is
// invalid.
func decodeObject(ctx context.Context, value *tfprotov6.DynamicValue) (types.Object, bool) {
	if value == nil {
		return types.Object{}, false
	}

	raw, err := value.Unmarshal(tokenObjectType().TerraformType(ctx))
	if err != nil {
		return types.Object{}, false
	}

	decoded, err := tokenObjectType().ValueFromTerraform(ctx, raw)
	if err != nil {
		return types.Object{}, false
	}

	object, ok := decoded.(types.Object)

	return object, ok
}

// noIdentity returns the identity of a resource for which Terraform has none, as before version
// 1.12.
func noIdentity(ctx context.Context) *tfprotov6.ResourceIdentityData {
	typ := tokenIdentitySchema().Type().TerraformType(ctx)

	data, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, nil))
	if err != nil {
		return nil
	}

	return &tfprotov6.ResourceIdentityData{IdentityData: &data}
}

// decodeMemory decodes the resource's memory from private data in the framework's encoding: a JSON
// object with the bytes of each key.
func decodeMemory(private []byte) (memory tokens.Memory, ok bool) {
	if len(private) == 0 {
		return memory, true
	}

	var values map[string][]byte
	if json.Unmarshal(private, &values) != nil {
		return memory, false
	}

	value, remembered := values[memoryKey]

	return memory, !remembered || json.Unmarshal(value, &memory) == nil
}
