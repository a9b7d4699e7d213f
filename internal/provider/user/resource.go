package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/token"
)

var (
	_ resource.Resource                = (*userResource)(nil)
	_ resource.ResourceWithConfigure   = (*userResource)(nil)
	_ resource.ResourceWithIdentity    = (*userResource)(nil)
	_ resource.ResourceWithImportState = (*userResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*userResource)(nil)
)

// NewResource returns the resource that modifies a user.
func NewResource() resource.Resource { return &userResource{} }

// userResource decodes Terraform's requests, calls the engine, and encodes the results.
type userResource struct{ *platform.Configured }

func (r *userResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_universal_controller_user"
	// A server can move to another URL.
	resp.ResourceBehavior.MutableIdentity = true
}

func (r *userResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = userSchema()
}

func (r *userResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = userIdentitySchema()
}

func (r *userResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan plans the whole resource: no attribute has a plan modifier.
func (r *userResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics

	state := emptyModel()
	if !req.State.Raw.IsNull() {
		state = readModel(ctx, req.State, diags)
	}

	if req.Plan.Raw.IsNull() {
		reportNotices(r.Configured, r.Users().PlanDestroy(state.record()), diags)

		return
	}

	plan := readModel(ctx, req.Plan, diags)
	if diags.HasError() || !r.Complete(diags) || !r.checkPlan(state, plan, diags) {
		return
	}

	if req.State.Raw.IsNull() {
		planned, notices := r.Users().PlanCreate(ctx, plan.record())
		reportNotices(r.Configured, notices, diags)

		plan = plan.with(planned)
	} else {
		planned, replace, notices := r.Users().PlanUpdate(ctx, state.record(), plan.record())
		reportNotices(r.Configured, notices, diags)

		for _, argument := range replace {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root(argument))
		}

		plan = plan.with(planned)
	}

	if !diags.HasError() {
		diags.Append(resp.Plan.Set(ctx, plan.object(diags))...)
	}
}

// checkPlan refuses invalid arguments, and reports whether there are none.
func (r *userResource) checkPlan(state, plan userModel, diags *diag.Diagnostics) bool {
	plan.checkArguments(state, diags)

	// An id that has not changed was checked before.
	if r.Configured != nil && r.System != nil && !plan.UserID.IsUnknown() && !plan.UserID.Equal(state.UserID) {
		token.CheckUserID(r.Configured, plan.UserID, diags)
	}

	return !diags.HasError()
}

// Create adopts the user and writes the properties that differ.
func (r *userResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	diags := &resp.Diagnostics

	plan := readModel(ctx, req.Plan, diags)
	if diags.HasError() || !r.Ready(diags) || !r.checkPlan(emptyModel(), plan, diags) {
		return
	}

	created, notices := r.Users().Create(ctx, plan.record())
	if reportNotices(r.Configured, notices, diags); notices.Failed() {
		return
	}

	model := plan.with(created)
	diags.Append(resp.State.Set(ctx, model.object(diags))...)
	diags.Append(resp.Identity.Set(ctx, model.identity())...)
}

// Read records the managed properties from the server. It removes a resource only if the user is
// proven not to exist.
func (r *userResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	diags := &resp.Diagnostics

	state := readModel(ctx, req.State, diags)
	if diags.HasError() {
		return
	}

	// Terraform requires an identity after every read, even after one that failed.
	diags.Append(resp.Identity.Set(ctx, state.identity())...)

	if !r.Ready(diags) {
		return
	}

	refreshed, gone, notices := r.Users().Refresh(ctx, state.record())
	reportNotices(r.Configured, notices, diags)

	switch {
	case notices.Failed():
	case gone:
		resp.State.RemoveResource(ctx)
	default:
		model := state.with(refreshed)
		diags.Append(resp.State.Set(ctx, model.object(diags))...)
		diags.Append(resp.Identity.Set(ctx, model.identity())...)
	}
}

// Update writes the properties that differ.
func (r *userResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	diags := &resp.Diagnostics

	plan, state := readModel(ctx, req.Plan, diags), readModel(ctx, req.State, diags)
	if diags.HasError() || !r.Ready(diags) || !r.checkPlan(state, plan, diags) {
		return
	}

	updated, notices := r.Users().Update(ctx, state.record(), plan.record())
	reportNotices(r.Configured, notices, diags)

	model := plan.with(updated)
	if notices.Failed() {
		model = state
	}

	diags.Append(resp.State.Set(ctx, model.object(diags))...)
	diags.Append(resp.Identity.Set(ctx, model.identity())...)
}

// Delete removes the user from state. The user on the server stays unchanged, as the plan says.
func (r *userResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// ImportState sets the attributes that identify the user. The configuration determines which
// properties are managed.
func (r *userResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	diags := &resp.Diagnostics
	if !r.Ready(diags) {
		return
	}

	text := req.ID
	if text == "" {
		text = r.importIdentity(ctx, req, diags)
	}

	if diags.HasError() {
		return
	}

	imported, notices := r.Users().Import(ctx, text)
	if reportNotices(r.Configured, notices, diags); notices.Failed() {
		return
	}

	model := emptyModel().with(imported)
	diags.Append(resp.State.Set(ctx, model.object(diags))...)
	diags.Append(resp.Identity.Set(ctx, model.identity())...)
}

// importIdentity reads the user's id from an identity.
func (r *userResource) importIdentity(
	ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics,
) string {
	var identity identityModel

	diags.Append(req.Identity.Get(ctx, &identity)...)

	if token.CheckIdentityServer(r.Configured, identity.Server, diags) {
		token.CheckUserID(r.Configured, identity.UserID, diags)
	}

	return identity.UserID.ValueString()
}
