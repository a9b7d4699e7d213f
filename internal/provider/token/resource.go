package token

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

var (
	_ resource.Resource                = (*tokenResource)(nil)
	_ resource.ResourceWithConfigure   = (*tokenResource)(nil)
	_ resource.ResourceWithIdentity    = (*tokenResource)(nil)
	_ resource.ResourceWithImportState = (*tokenResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*tokenResource)(nil)
	_ resource.ResourceWithMoveState   = (*tokenResource)(nil)

	_ resource.ResourceWithValidateConfig = (*tokenResource)(nil)
)

// typeSuffix follows the provider's name in the type of what handles one token.
const typeSuffix = "_personal_access_token"

// NewResource returns the resource of a token.
func NewResource() resource.Resource { return &tokenResource{} }

// tokenResource decodes what Terraform asks for, has the engine do it, and encodes what that
// returns.
type tokenResource struct{ *platform.Configured }

func (r *tokenResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + typeSuffix
	// A reissued token has another id, and so has the resource.
	resp.ResourceBehavior.MutableIdentity = true
}

func (r *tokenResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = tokenSchema()
}

func (r *tokenResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = tokenIdentitySchema()
}

func (r *tokenResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig refuses what no platform can do.
func (r *tokenResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	config := readModel(ctx, req.Config, &resp.Diagnostics)

	if resp.Diagnostics.HasError() {
		return
	}

	reportNotices(r.Configured, tokens.CheckConfiguration(config.arguments()), &resp.Diagnostics)
}

// ModifyPlan plans the whole resource: no attribute has a plan modifier.
func (r *tokenResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	diags := &resp.Diagnostics

	state := emptyModel()
	if !req.State.Raw.IsNull() {
		state = readModel(ctx, req.State, diags)
	}

	if diags.HasError() || !r.Complete(diags) {
		return
	}

	if req.Plan.Raw.IsNull() {
		if recorded := state.record(diags); !diags.HasError() {
			reportNotices(r.Configured, r.Tokens().PlanDestroy(recorded), diags)
		}

		return
	}

	plan := readModel(ctx, req.Plan, diags)

	// The configuration, not the plan, tells whether a series was set: the framework
	// marks computed values unknown as soon as anything changes.
	diags.Append(req.Config.GetAttribute(ctx, path.Root("series"), &plan.Series)...)

	if req.State.Raw.IsNull() {
		plan = r.planCreate(ctx, plan, diags)
	} else {
		var replace []string

		plan, replace = r.planUpdate(ctx, state, plan, recallMemory(ctx, req.Private, diags), diags)
		for _, argument := range replace {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root(argument))
		}
	}

	if !diags.HasError() {
		diags.Append(resp.Plan.Set(ctx, plan.object(diags))...)
	}
}

// planCreate plans the first token of the resource that a configuration describes.
func (r *tokenResource) planCreate(ctx context.Context, plan tokenModel, diags *diag.Diagnostics) tokenModel {
	asked := plan.proposed(emptyModel(), diags)
	if diags.HasError() {
		return plan
	}

	planned, notices := r.Tokens().PlanCreate(ctx, asked)
	reportNotices(r.Configured, notices, diags)

	return plan.with(planned)
}

// planUpdate plans what becomes of a resource whose configuration is now that of plan. replace are
// the arguments whose change takes a replacement.
func (r *tokenResource) planUpdate(
	ctx context.Context, state, plan tokenModel, memory tokens.Memory, diags *diag.Diagnostics,
) (planned tokenModel, replace []string) {
	recorded := state.record(diags)

	if plan.ExpiresAt.Same(state.ExpiresAt) { // However it is spelled now.
		plan.ExpiresAt = state.ExpiresAt
	}

	asked := plan.proposed(state, diags)
	if diags.HasError() {
		return plan, nil
	}

	record, replace, notices := r.Tokens().PlanUpdate(ctx, recorded, asked, memory)
	reportNotices(r.Configured, notices, diags)

	return plan.with(record), replace
}

// proposed decodes a planned configuration, and refuses arguments that cannot be read.
func (m tokenModel) proposed(state tokenModel, diags *diag.Diagnostics) tokens.Record {
	m.checkArguments(state, diags)

	// Nothing computed is asked for, and none of it can be unreadable.
	return m.record(&diag.Diagnostics{})
}

// Create issues the first token.
func (r *tokenResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	diags := &resp.Diagnostics

	plan := readModel(ctx, req.Plan, diags)
	plan.checkArguments(emptyModel(), diags)

	record := plan.record(diags)
	if diags.HasError() || !r.Ready(diags) {
		return
	}

	created, memory, notices := r.Tokens().Create(ctx, record, recallMemory(ctx, resp.Private, diags))
	keepMemory(ctx, resp.Private, memory, diags)

	if reportNotices(r.Configured, notices, diags); notices.Failed() {
		return
	}

	model := plan.with(created)
	diags.Append(resp.State.Set(ctx, model.object(diags))...)
	diags.Append(resp.Identity.Set(ctx, model.identity())...)
}

// Read records what the server shows. It never removes the resource: what is to be done about a
// token that is gone is for the plan.
func (r *tokenResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics

	state := readModel(ctx, req.State, diags)

	record := state.record(diags)
	if diags.HasError() {
		return
	}

	// Terraform wants an identity after every read, failed ones too.
	diags.Append(resp.Identity.Set(ctx, state.identity())...)

	if !r.Ready(diags) {
		return
	}

	refreshed, memory, notices := r.Tokens().Refresh(ctx, record, recallMemory(ctx, req.Private, diags))
	if reportNotices(r.Configured, notices, diags); notices.Failed() {
		return
	}

	keepMemory(ctx, resp.Private, memory, diags)

	model := state.with(refreshed)
	diags.Append(resp.State.Set(ctx, model.object(diags))...)

	if now := model.identity(); now != state.identity() {
		diags.Append(resp.Identity.Set(ctx, now)...)
	}
}

// Update carries out what was planned.
func (r *tokenResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	diags := &resp.Diagnostics

	plan, state := readModel(ctx, req.Plan, diags), readModel(ctx, req.State, diags)
	plan.checkArguments(state, diags)

	planned, recorded := plan.record(diags), state.record(diags)
	if diags.HasError() || !r.Ready(diags) {
		return
	}

	updated, memory, notices := r.Tokens().Update(ctx, recorded, planned, recallMemory(ctx, req.Private, diags))
	keepMemory(ctx, resp.Private, memory, diags)
	reportNotices(r.Configured, notices, diags)

	model := plan.with(updated)
	if notices.Failed() { // The arguments stay, as they are written there.
		model = state.with(updated)
	}

	diags.Append(resp.State.Set(ctx, model.object(diags))...)
	diags.Append(resp.Identity.Set(ctx, model.identity())...)
}

// Delete revokes the live token and all predecessors. After a failure, state keeps
// exactly what still lives.
func (r *tokenResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	diags := &resp.Diagnostics

	state := readModel(ctx, req.State, diags)

	record := state.record(diags)
	if diags.HasError() || !r.Ready(diags) {
		return
	}

	left, notices := r.Tokens().Destroy(ctx, record)
	if reportNotices(r.Configured, notices, diags); notices.Failed() {
		diags.Append(resp.State.Set(ctx, state.with(left).object(diags))...)
	}
}

// memoryKey is where private data has what a resource remembers.
const memoryKey = "memory"

func recallMemory(ctx context.Context, private tfvalue.Private, diags *diag.Diagnostics) tokens.Memory {
	memory, _ := tfvalue.GetPrivate[tokens.Memory](ctx, private, memoryKey, diags)

	return memory
}

func keepMemory(ctx context.Context, private tfvalue.Private, memory tokens.Memory, diags *diag.Diagnostics) {
	tfvalue.SetPrivate(ctx, private, memoryKey, memory, diags)
}
