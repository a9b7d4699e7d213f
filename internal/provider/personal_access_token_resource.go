package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
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

func newTokenResource() resource.Resource { return &tokenResource{} }

type tokenResource struct{ *configured }

func (r *tokenResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_personal_access_token"
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
	r.configured = configure(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig refuses what no platform can do.
func (r *tokenResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	config := tokenOf(ctx, req.Config, &resp.Diagnostics)

	if resp.Diagnostics.HasError() {
		return
	}

	if isSet(config.Name) && isSet(config.Rotation) {
		resp.Diagnostics.AddAttributeError(path.Root("rotation"), "A fixed name cannot rotate",
			"Each generation of a token needs a name of its own, for both live for a while: use name_prefix in place of name, "+
				"or leave out rotation.")
	}

	config.checkPolicy(pat.Traits{}, &resp.Diagnostics)
}

func (r *tokenResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	model := tokenOf(ctx, req.Plan, &resp.Diagnostics)
	model.checkArguments(tokenModel{}, &resp.Diagnostics)

	if resp.Diagnostics.HasError() || !r.ready(&resp.Diagnostics) {
		return
	}

	user, err := r.recipient(ctx, model.userRef())
	if err != nil {
		addError(&resp.Diagnostics, "find the token's user", err)

		return
	}

	model.setOwner(user)
	model.place(r.system)

	r.checkOrder(model, true, &resp.Diagnostics)

	if resp.Diagnostics.HasError() || !r.issue(ctx, &model, model.order(user.ID), lifecycle.ReasonCreated, nil, resp.Private, &resp.Diagnostics) {
		return
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, model.object(&resp.Diagnostics))...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

// Read sets the status and leaves every argument alone. It never removes the resource:
// what is to be done about a token that is gone is for the plan.
func (r *tokenResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	model := tokenOf(ctx, req.State, &resp.Diagnostics)

	if resp.Diagnostics.HasError() {
		return
	}

	identity := model.identity()
	// Terraform wants an identity after every read, failed ones too.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)

	if !r.ready(&resp.Diagnostics) || r.otherPlatform(model, &resp.Diagnostics) {
		return
	}

	current := model.current()
	recorded := current.token(model.owner().ID.ValueString())

	var unanswered bool

	recall(ctx, req.Private, unansweredKey, &unanswered, &resp.Diagnostics)

	names := model.names(prefixes(ctx, req.Private, &resp.Diagnostics))
	shown, gone, found, err := r.lookAround(ctx, model, names, recorded, unanswered)

	switch {
	case err != nil:
		addError(&resp.Diagnostics, "read the personal access token", err)

		return
	case !r.samePlace(model, gone == nil && sameElsewhere(shown, recorded, r.system.Traits()), &resp.Diagnostics):
		return
	}

	moved := gone == nil && r.arrived(ctx, &model, shown, &resp.Diagnostics)

	if gone != nil {
		current.Status = stringOrNull(string(pat.StatusMissing))
	} else {
		current.shown(shown)
	}

	model.setCurrent(current)

	adopted := false

	if !moved { // A run in which the server moved does nothing else.
		adopted = r.refreshRotation(ctx, &model, names, found, &resp.Diagnostics)
	}

	if resp.Diagnostics.HasError() {
		return
	}

	r.managed.Add(recorded.Key())
	r.read.add(recorded.Key())

	note(ctx, resp.Private, adoptedKey, adopted, &resp.Diagnostics)
	note(ctx, resp.Private, userGoneKey, gone != nil && gone.UserGone, &resp.Diagnostics)

	if unanswered && !moved { // What the search found is in state now.
		note(ctx, resp.Private, unansweredKey, false, &resp.Diagnostics)
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, model.object(&resp.Diagnostics))...)

	if now := model.identity(); now != identity {
		resp.Diagnostics.Append(resp.Identity.Set(ctx, now)...)
	}
}

func (r *tokenResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	model := tokenOf(ctx, req.Plan, &resp.Diagnostics)
	state := tokenOf(ctx, req.State, &resp.Diagnostics)
	model.checkArguments(state, &resp.Diagnostics)

	if resp.Diagnostics.HasError() || !r.ready(&resp.Diagnostics) {
		return
	}

	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)

	notePrefix(ctx, resp.Private, state.NamePrefix, &resp.Diagnostics)
	note(ctx, resp.Private, adoptedKey, false, &resp.Diagnostics)

	decision := r.settle(ctx, state, model, req.Private, &resp.Diagnostics)
	planned := model
	model.inheritOutputs(state)
	model.keepPromises(planned, r.system.Traits())

	if decision.Action == lifecycle.Refuse { // The arguments of state stay, and its policy with them.
		model = state
	}

	// A known list in the plan is a promise not to touch it.
	if planned.Previous.IsUnknown() && !r.retirePredecessors(ctx, state, &model, &resp.Diagnostics) {
		return
	}

	if decision.Action == lifecycle.Refuse {
		resp.Diagnostics.Append(resp.State.Set(ctx, model.object(&resp.Diagnostics))...)
		resp.Diagnostics.AddError("Could not reissue the personal access token", r.wayOut(decision, state.current()))

		return
	}

	if decision.Action == lifecycle.Reissue && !r.replaceToken(ctx, state, &model, decision.Reason, resp.Private, &resp.Diagnostics) {
		return
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, model.object(&resp.Diagnostics))...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

// Delete revokes the live token and all predecessors. After a failure, state keeps
// exactly what still lives.
func (r *tokenResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	model := tokenOf(ctx, req.State, &resp.Diagnostics)

	current := model.current()
	token := current.token(model.owner().ID.ValueString())

	if resp.Diagnostics.HasError() || !r.ready(&resp.Diagnostics) ||
		!r.onThisServer(ctx, model, token, &resp.Diagnostics) || !r.mayDestroy(model, &resp.Diagnostics) {
		return
	}

	var living []lifecycle.Predecessor

	for _, predecessor := range model.predecessors() {
		if err := r.system.Revoke(ctx, predecessor.Token); err != nil {
			addError(&resp.Diagnostics, "revoke a predecessor of the personal access token", err)

			living = append(living, predecessor)
		}
	}

	if err := r.system.Revoke(ctx, token); err != nil {
		addError(&resp.Diagnostics, "revoke the personal access token", err)
	} else {
		r.managed.Remove(token.Key())

		current.Status = stringOrNull(string(pat.StatusRevoked))
		model.setCurrent(current)
	}

	if resp.Diagnostics.HasError() {
		model.setPredecessors(living)
		resp.Diagnostics.Append(resp.State.Set(ctx, model.object(&resp.Diagnostics))...)
	}
}
