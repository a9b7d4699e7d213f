package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// issue issues a token and records it, with the predecessors that live on. After it has
// returned true nothing may fail.
func (r *tokenResource) issue(
	ctx context.Context, model *tokenModel, order issuer.Order, reason lifecycle.Reason,
	predecessors []lifecycle.Predecessor, private privateState, diags *diag.Diagnostics,
) bool {
	policy, _ := model.policy()

	recorded := order.Generation

	for _, predecessor := range predecessors {
		order.Known = append(order.Known, predecessor.Token.Key())
	}

	order.Prefixes = prefixes(ctx, private, diags)
	notePrefix(ctx, private, model.NamePrefix, diags)

	recipients := model.recipients(ctx, diags)
	if diags.HasError() {
		return false
	}

	result, err := r.issuer.Issue(ctx, order)
	if err != nil {
		addError(diags, "issue the personal access token", err)

		return false
	}

	if err := model.setSecret(result.Secret, recipients); err != nil {
		addError(diags, "keep the personal access token", r.giveBack(ctx, result.Token, err))

		return false
	}

	model.issued(result, reason, r.system.Traits())

	note(ctx, private, unansweredKey, result.Unanswered, diags)

	warnLeftovers(diags, result.Leftovers)
	warnExpiry(diags, result.Issued)

	for _, orphan := range result.Orphans {
		predecessors = append(predecessors, r.adoptOrphan(orphan, policy, recorded, diags))
	}

	for i := range predecessors {
		if predecessors[i].RetireAt.IsZero() {
			predecessors[i] = r.succeed(predecessors[i], result.CreatedAt, policy)
		}
	}

	sortPredecessors(predecessors)
	model.setPredecessors(predecessors)

	return true
}

// giveBack revokes a token whose secret cannot be kept, and returns the error with what
// became of it.
func (r *tokenResource) giveBack(ctx context.Context, token pat.Token, cause error) error {
	if err := r.system.Revoke(context.WithoutCancel(ctx), token); err != nil {
		return fmt.Errorf("%w. The token %q (id %s) was issued and could not be revoked: %w. Revoke it",
			cause, token.Name, token.ID, err)
	}

	return fmt.Errorf("%w. The token %q (id %s) was issued, and revoked again", cause, token.Name, token.ID)
}

// replaceToken issues a token in place of the one in state. What it revokes it revokes
// first: state reaches the disk only when the call returns, so that nothing may happen
// between the answer and the return.
func (r *tokenResource) replaceToken(
	ctx context.Context, state tokenModel, model *tokenModel, reason lifecycle.Reason, private privateState,
	diags *diag.Diagnostics,
) bool {
	if model.Name.IsNull() && model.NamePrefix.IsNull() {
		diags.AddError("Could not reissue the personal access token",
			"Neither `name` nor `name_prefix` is set, perhaps because of `ignore_changes`: no token was issued, and the live "+
				"one was left alone. Set one of them.")

		return false
	}

	// The series of an imported token may have become known in this run.
	model.adopt(state.current())

	old := state.live()
	old.Generation = model.Generation.ValueInt64()

	model.checkPolicy(r.system.Traits(), diags)
	model.recipients(ctx, diags)

	order := model.order(old.Token.UserID)
	for _, predecessor := range state.predecessors() { // An orphan may have been revoked just now.
		order.Generation = max(order.Generation, predecessor.Generation)
	}

	if err := r.issuer.Check(order); err != nil {
		addError(diags, "reissue the personal access token", err)
	}

	if diags.HasError() || !r.onThisServer(ctx, *model, old.Token, diags) {
		return false
	}

	predecessors := model.predecessors()

	if old.Token.Status == pat.StatusActive || model.asksFor(old.Token) && old.Token.Status == pat.StatusExpired {
		lives, ok := r.makeWay(ctx, model, old, diags)
		if !ok {
			return false
		}

		if lives {
			predecessors = append([]lifecycle.Predecessor{old}, predecessors...)
		}
	}

	if old.Token.Status == pat.StatusActive {
		order.Known = []pat.Key{old.Token.Key()}
	} else { // Where a name is the key, another token can have that of one that is gone.
		r.managed.Remove(old.Token.Key())
	}

	if !r.issue(ctx, model, order, reason, predecessors, private, diags) {
		return false
	}

	if key := old.Token.Key(); key != model.live().Token.Key() {
		r.managed.Remove(key)
	}

	return true
}

// makeWay revokes the old token first where that was asked for, or where its name is
// needed again, and says whether it lives on as a predecessor. It returns false if no
// successor can be issued.
func (r *tokenResource) makeWay(
	ctx context.Context, model *tokenModel, old lifecycle.Predecessor, diags *diag.Diagnostics,
) (lives, ok bool) {
	policy, _ := model.policy()
	sameName := model.asksFor(old.Token)

	switch {
	case !sameName && !policy.Immediate():
		return true, true
	case r.owns(old.SHA256) && sameName:
		diags.AddError("Could not reissue the personal access token", fmt.Sprintf(
			"The provider logs in with the token %q, which would have to be revoked first. "+
				"Give the provider another credential, or use name_prefix.", old.Token.Name))

		return true, false
	case r.owns(old.SHA256):
		return true, true
	}

	var err error

	if !sameName && policy.HoldIfUsedWithin.Set {
		shown, gone, lookErr := look(ctx, r.direct, old.Token)
		if lookErr == nil && gone == nil && policy.HoldsNow(shown, r.now()) {
			return true, true
		}

		err = lookErr // Nobody knows whether it is in use.
	}

	if err == nil {
		err = r.system.Revoke(ctx, old.Token)
	}

	switch {
	case err == nil:
		return false, true
	case sameName:
		addError(diags, "revoke the personal access token before reissuing it under its name", err)

		return true, false
	default:
		warnNotRevoked(diags, old, err)

		return true, true
	}
}

// asksFor says whether the next token is to have the very name of this one.
func (m *tokenModel) asksFor(token pat.Token) bool {
	return m.NamePrefix.IsNull() && m.Name.ValueString() == token.Name
}

// live returns the live token of a state, as the predecessor that it may become.
func (m *tokenModel) live() lifecycle.Predecessor {
	current := m.current()

	return lifecycle.Predecessor{
		Token:      current.token(m.owner().ID.ValueString()),
		Generation: m.Generation.ValueInt64(),
		SHA256:     current.SHA256.ValueString(),
	}
}

// keepPromises takes over what the plan said of values that an update without a reissue
// could say otherwise.
func (m *tokenModel) keepPromises(planned tokenModel, traits pat.Traits) {
	if current := planned.current(); current.ID.IsUnknown() {
		m.scheduled(traits)
	} else {
		m.Current = planned.Current
	}

	if !planned.RotationDue.IsUnknown() {
		m.RotationDue, m.RotationReason = planned.RotationDue, planned.RotationReason
	}

	if !planned.Generation.IsUnknown() {
		m.Generation = planned.Generation
	}
}
