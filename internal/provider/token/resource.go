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

// typeSuffix follows the provider's name in the type of every construct for one token.
const typeSuffix = "_personal_access_token"

// NewResource returns the resource of a token.
func NewResource() resource.Resource { return &tokenResource{} }

// tokenResource decodes Terraform's requests, calls the engine, and encodes the results.
type tokenResource struct{ *platform.Configured }

func (r *tokenResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + typeSuffix
	// A reissued token has another id, and so does the resource.
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

// ValidateConfig refuses arguments that are invalid on every platform.
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

	// Only the configuration says whether the series is set, because the framework marks computed
	// values in the plan as unknown as soon as anything changes.
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

// planCreate plans the resource's first token.
func (r *tokenResource) planCreate(ctx context.Context, plan tokenModel, diags *diag.Diagnostics) tokenModel {
	asked := plan.proposed(emptyModel(), diags)
	if diags.HasError() {
		return plan
	}

	planned, notices := r.Tokens().PlanCreate(ctx, asked)
	reportNotices(r.Configured, notices, diags)

	return plan.with(planned)
}

// planUpdate plans an existing resource with the configuration in plan. replace are the changed
// arguments that require a replacement.
func (r *tokenResource) planUpdate(
	ctx context.Context, state, plan tokenModel, memory tokens.Memory, diags *diag.Diagnostics,
) (planned tokenModel, replace []string) {
	recorded := state.record(diags)

	if plan.ExpiresAt.Same(state.ExpiresAt) { // In any notation.
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

// proposed decodes a planned configuration, and refuses invalid arguments.
func (m tokenModel) proposed(state tokenModel, diags *diag.Diagnostics) tokens.Record {
	m.checkArguments(state, diags)

	// The computed values were not set by the user, so none of them can be invalid.
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

// Read records the server's data. It never removes the resource, because the plan decides what to
// do about a token that no longer exists.
func (r *tokenResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics

	state := readModel(ctx, req.State, diags)

	record := state.record(diags)
	if diags.HasError() {
		return
	}

	// Terraform requires an identity after every read, even after one that failed.
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

// Update carries out the plan.
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
	if notices.Failed() { // Keep the arguments in state.
		model = state.with(updated)
	}

	diags.Append(resp.State.Set(ctx, model.object(diags))...)
	diags.Append(resp.Identity.Set(ctx, model.identity())...)
}

// Delete revokes the current token and all predecessors. After a failure, the state contains
// exactly the tokens that are still active.
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

// memoryKey is the key of the resource's memory in private data.
const memoryKey = "memory"

func recallMemory(ctx context.Context, private tfvalue.Private, diags *diag.Diagnostics) tokens.Memory {
	memory, _ := tfvalue.GetPrivate[tokens.Memory](ctx, private, memoryKey, diags)

	return memory
}

func keepMemory(ctx context.Context, private tfvalue.Private, memory tokens.Memory, diags *diag.Diagnostics) {
	tfvalue.SetPrivate(ctx, private, memoryKey, memory, diags)
}
