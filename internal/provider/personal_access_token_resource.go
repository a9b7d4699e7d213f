package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
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

func (r *tokenResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var model tokenModel

	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)

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

	if !r.issue(ctx, &model, user.ID, lifecycle.ReasonCreated, &resp.Diagnostics) {
		return
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity(ctx, &resp.Diagnostics))...)
}

// Read sets the status and leaves every argument alone. It never removes the resource:
// what is to be done about a token that is gone is for the plan.
func (r *tokenResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var model tokenModel

	resp.Diagnostics.Append(req.State.Get(ctx, &model)...)

	if resp.Diagnostics.HasError() {
		return
	}

	// Terraform wants an identity after every read, failed ones too.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity(ctx, &resp.Diagnostics))...)

	if !r.ready(&resp.Diagnostics) {
		return
	}

	current := model.current(ctx, &resp.Diagnostics)
	recorded := current.token(model.owner(ctx, &resp.Diagnostics).ID.ValueString())

	shown, gone, err := r.look(ctx, recorded)

	switch {
	case err != nil:
		addError(&resp.Diagnostics, "read the personal access token", err)

		return
	case !r.samePlace(model, gone == nil, &resp.Diagnostics):
		return
	}

	if gone != nil {
		current.Status = stringOrNull(string(pat.StatusMissing))
	} else {
		current.shown(shown)
		r.arrived(&model, &resp.Diagnostics)
	}

	r.managed.add(recorded.Key())
	r.read.add(recorded.Key())

	model.setCurrent(ctx, current, &resp.Diagnostics)
	setUserGone(ctx, gone != nil && gone.UserGone, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity(ctx, &resp.Diagnostics))...)
}

func (r *tokenResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var model, state tokenModel

	resp.Diagnostics.Append(req.Plan.Get(ctx, &model)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)

	if resp.Diagnostics.HasError() {
		return
	}

	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity(ctx, &resp.Diagnostics))...)

	current := state.current(ctx, &resp.Diagnostics)
	decision := r.decide(ctx, state, model, req.Private, &resp.Diagnostics)

	if resp.Diagnostics.HasError() || !r.ready(&resp.Diagnostics) {
		return
	}

	model.inheritOutputs(state)
	owner := model.owner(ctx, &resp.Diagnostics)

	switch decision.Action {
	case lifecycle.Refuse:
		resp.Diagnostics.AddError("Could not reissue the personal access token", r.wayOut(decision, current))

		return
	case lifecycle.Reissue, lifecycle.MayReissue:
		if !r.replaceToken(ctx, &model, current.token(owner.ID.ValueString()), decision.Reason, &resp.Diagnostics) {
			return
		}
	case lifecycle.Keep:
	}

	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity(ctx, &resp.Diagnostics))...)
}

func (r *tokenResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var model tokenModel

	resp.Diagnostics.Append(req.State.Get(ctx, &model)...)

	current := model.current(ctx, &resp.Diagnostics)
	token := current.token(model.owner(ctx, &resp.Diagnostics).ID.ValueString())

	if resp.Diagnostics.HasError() || !r.ready(&resp.Diagnostics) || !r.onThisServer(ctx, model, token, &resp.Diagnostics) {
		return
	}

	if err := r.system.Revoke(ctx, token); err != nil {
		addError(&resp.Diagnostics, "revoke the personal access token", err)
	}
}

// recipient returns the user that a token is to be issued to. An account that may issue
// tokens to a user by its key need not be allowed to see the user.
func (r *tokenResource) recipient(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	user, err := r.system.User(ctx, ref)

	var denied *pat.PermissionError
	if errors.As(err, &denied) && ref.ID != "" && ref.Username == "" {
		return pat.User{ID: ref.ID}, nil
	}

	return user, err
}

// issue issues a token of the model's arguments and records it. After it has returned
// true nothing may fail.
func (r *tokenResource) issue(
	ctx context.Context, model *tokenModel, userID string, reason lifecycle.Reason, diags *diag.Diagnostics,
) bool {
	result, err := r.issuer.Issue(ctx, model.order(userID))
	if err != nil {
		addError(diags, "issue the personal access token", err)

		return false
	}

	model.issued(ctx, result, reason, diags)
	r.managed.add(result.Key())

	for _, sentence := range result.Leftovers {
		diags.AddWarning("A token may be left behind", sentence)
	}

	for _, sibling := range result.Siblings {
		diags.AddWarning("A live token of the same lineage", fmt.Sprintf(
			"The user also has the token %q (id %s), of the lineage %q and unknown to this resource. "+
				"It was left alone, for it may be another resource's. If it is what an interrupted run left, revoke it.",
			sibling.Name, sibling.ID, result.Lineage))
	}

	return true
}

// replaceToken issues a token in place of the old one. What it revokes it revokes
// first: state reaches the disk only when the call returns, so that nothing may happen
// between the answer and the return.
func (r *tokenResource) replaceToken(
	ctx context.Context, model *tokenModel, old pat.Token, reason lifecycle.Reason, diags *diag.Diagnostics,
) bool {
	if model.Name.IsNull() && model.NamePrefix.IsNull() {
		diags.AddError("Could not reissue the personal access token",
			"Neither `name` nor `name_prefix` is set, perhaps because of `ignore_changes`: nothing was issued or revoked. "+
				"Set one of them.")

		return false
	}

	order := model.order(old.UserID)
	if err := r.issuer.Check(order); err != nil {
		addError(diags, "reissue the personal access token", err)

		return false
	}

	if !r.onThisServer(ctx, *model, old, diags) {
		return false
	}

	if old.Status == pat.StatusActive {
		if err := r.system.Revoke(ctx, old); err != nil {
			addError(diags, "revoke the personal access token before reissuing it", err)

			return false
		}
	}

	return r.issue(ctx, model, old.UserID, reason, diags)
}
