package provider

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// review looks at each predecessor: it drops those that are dead, and says which are due
// and which are held. It changes nothing on the server.
func (r *tokenResource) review(
	ctx context.Context, predecessors []lifecycle.Predecessor, policy lifecycle.Policy, diags *diag.Diagnostics,
) []lifecycle.Predecessor {
	living := make([]lifecycle.Predecessor, 0, len(predecessors))

	for _, predecessor := range predecessors {
		examined, alive, err := r.examine(ctx, r.system, predecessor, policy, diags)
		if err != nil {
			addError(diags, "read a predecessor of the personal access token", err)
		}

		if alive {
			living = append(living, examined)
		}
	}

	return living
}

// retire revokes the predecessors that are due, and returns those that live on. Last use
// is read again right before: whoever came back since the plan is not cut off. A failure
// is a warning: the predecessor stays, and the next run tries again.
func (r *tokenResource) retire(
	ctx context.Context, predecessors []lifecycle.Predecessor, policy lifecycle.Policy, diags *diag.Diagnostics,
) []lifecycle.Predecessor {
	living := make([]lifecycle.Predecessor, 0, len(predecessors))

	for _, predecessor := range predecessors {
		examined, alive, err := r.examine(ctx, r.direct, predecessor, policy, diags)
		if err == nil && alive && examined.Due {
			err = r.system.Revoke(ctx, examined.Token)
			alive = err != nil
		}

		if err != nil {
			warnNotRevoked(diags, predecessor, err)
		}

		if alive {
			living = append(living, examined)
		}
	}

	return living
}

// examine looks at one predecessor and says whether it is alive, due or held. One that
// cannot be read is as it was.
func (r *tokenResource) examine(
	ctx context.Context, system pat.System, predecessor lifecycle.Predecessor, policy lifecycle.Policy,
	diags *diag.Diagnostics,
) (examined lifecycle.Predecessor, alive bool, err error) {
	shown, gone, err := look(ctx, system, predecessor.Token)
	if err != nil {
		return predecessor, true, err
	}

	if gone != nil || shown.Status != pat.StatusActive {
		return predecessor, false, nil //nolint:nilerr // That it is gone is the answer.
	}

	if r.managed.Has(shown.Key()) { // Another resource has it as its live token.
		return predecessor, false, nil
	}

	predecessor.Token = shown
	predecessor = policy.Judge(predecessor, r.now())

	if predecessor.Due && r.owns(predecessor.SHA256) {
		predecessor.Due = false

		warnOwn(diags, predecessor)
	}

	if predecessor.Held {
		warnHeld(diags, predecessor)
	}

	return predecessor, true, nil
}

// succeed sets when a token is to be revoked whose successor was created then; where the
// server did not say, that is now.
func (r *tokenResource) succeed(
	old lifecycle.Predecessor, successor time.Time, policy lifecycle.Policy,
) lifecycle.Predecessor {
	if successor.IsZero() {
		successor = r.now()
	}

	old.RetireAt = policy.RetireAt(old.Token.ExpiresAt, successor)

	return old
}

// refreshRotation records what is due: the token, by the policy in state, and each
// predecessor, with the orphans among the tokens that were found. It says whether there were any.
func (r *tokenResource) refreshRotation(
	ctx context.Context, model *tokenModel, names lifecycle.Names, found []pat.Token, diags *diag.Diagnostics,
) (adopted bool) {
	model.dueness(r.now(), r.system.Traits())

	policy, _ := model.policy()
	known := map[pat.Key]bool{}

	for _, predecessor := range model.predecessors() {
		known[predecessor.Token.Key()] = true
	}

	predecessors := r.review(ctx, r.recoverOrphans(model, names, found, policy, diags), policy, diags)
	model.setPredecessors(predecessors)

	return slices.ContainsFunc(predecessors, func(p lifecycle.Predecessor) bool { return !known[p.Token.Key()] })
}

// retirePredecessors reschedules the predecessors if the policy was edited, and revokes
// those that are due.
func (r *tokenResource) retirePredecessors(
	ctx context.Context, state tokenModel, model *tokenModel, diags *diag.Diagnostics,
) bool {
	predecessors := state.predecessors()
	if len(predecessors) == 0 {
		return true
	}

	live := state.live()
	if !r.onThisServer(ctx, *model, live.Token, diags) {
		return false
	}

	before, _ := state.policy()
	after, _ := model.policy()

	if before != after {
		predecessors = before.Reschedule(after, predecessors, live.Token, live.Generation)
	}

	model.setPredecessors(r.retire(ctx, predecessors, after, diags))

	return !diags.HasError()
}

// mayDestroy refuses to revoke what the provider logs in with.
func (r *tokenResource) mayDestroy(model tokenModel, diags *diag.Diagnostics) bool {
	for _, token := range append(model.predecessors(), model.live()) {
		if !r.owns(token.SHA256) {
			continue
		}

		diags.AddError("The token is the provider's own credential", fmt.Sprintf(
			"The provider logs in with the token %q (id %s), and would lock itself out. Nothing was revoked. Give the provider "+
				"another credential; or remove the resource from state with a `removed` block, and revoke the token by hand.",
			token.Token.Name, token.Token.ID))

		return false
	}

	return true
}

// owns says whether a secret is the provider's own credential.
func (r *tokenResource) owns(sha256 string) bool {
	return sha256 != "" && r.configured != nil && sha256 == r.credential
}
