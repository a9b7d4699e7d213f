package users

import (
	"context"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// PlanCreate plans the adoption of a user, and checks what can be checked before anything is sent.
func (e *Engine) PlanCreate(ctx context.Context, config Record) (Record, Notices) {
	var notices Notices

	plan := config.unowned()

	if e.system == nil {
		return plan, notices
	}

	modifier, ok := e.modifier(&notices)
	if !ok || plan.Username.Unknown || plan.UserID.Unknown {
		return plan, notices
	}

	user, err := modifier.ModifiableUser(ctx, plan.ref())

	switch {
	case notFound(err):
		notices.add(NotFound{User: plan.ref(), Err: err})
	case err != nil:
		notices.add(StepFailed{Step: StepFind, Err: err})
	default:
		e.checkSelf(ctx, user.User, plan.known().Difference(user.Properties), plan.AllowSelf, &notices)
	}

	return plan, notices
}

// PlanUpdate plans what becomes of a resource whose configuration is now this one. replace are the
// arguments whose change takes a replacement.
func (e *Engine) PlanUpdate(ctx context.Context, state, config Record) (plan Record, replace []string, notices Notices) {
	plan = config
	plan.OwnerID, plan.OwnerUsername, plan.Server = state.OwnerID, state.OwnerUsername, state.Server

	plan, replace = e.planUser(ctx, state, plan, &notices)
	if len(replace) > 0 {
		release(state, Record{}, true, &notices)

		return plan.unowned(), replace, notices
	}

	release(state, plan, false, &notices)

	if e.system == nil || notices.Failed() {
		return plan, nil, notices
	}

	if _, ok := e.modifier(&notices); ok {
		owner := pat.User{ID: state.OwnerID.V, Username: state.OwnerUsername.V}
		e.checkSelf(ctx, owner, plan.known().Difference(state.known()), plan.AllowSelf, &notices)
	}

	return plan, nil, notices
}

// planUser compares the user that the arguments name with the owner, records another name of the
// same one, and returns the arguments whose change takes a replacement. An argument that is unknown
// or did not change is none: users are renamed.
func (e *Engine) planUser(ctx context.Context, state, plan Record, notices *Notices) (Record, []string) {
	changed := changedUser(state, plan)

	switch {
	case len(changed) == 0:
		return plan, nil
	case plan.Username.Unknown || plan.UserID.Unknown:
		// The same user may have another login by then.
		plan.OwnerUsername = lifecycle.Unknown[string]()

		return plan, nil
	case plan.namesOwner():
		return plan, nil
	case e.system == nil:
		notices.add(ServerUnknown{})

		return plan, nil
	}

	modifier, ok := e.modifier(notices)
	if !ok {
		return plan, nil
	}

	user, err := modifier.ModifiableUser(ctx, plan.ref())
	_, read := e.read.Load(state.OwnerID.V)

	switch {
	case err != nil && !notFound(err):
		notices.add(StepFailed{Step: StepFind, Err: err})
	case err == nil && user.ID == state.OwnerID.V:
		plan = plan.ownedBy(user.User)
	case !read:
		// Terraform takes a replacement in a plan only: when it asks once more during apply, because
		// an argument became known, that is too late, and this process is another one that never
		// read the resource.
		notices.add(OtherUser{Argument: changed[0], User: state.owner()})
	default:
		if err != nil {
			notices.add(NotFound{User: plan.ref(), Err: err})
		}

		return plan, changed
	}

	return plan, nil
}

// PlanDestroy says what stays as it is when the resource is destroyed.
func (e *Engine) PlanDestroy(state Record) Notices {
	var notices Notices

	release(state, Record{}, true, &notices)

	return notices
}

// release reports the properties that are no longer managed.
func release(state, after Record, whole bool, notices *Notices) {
	if released := state.released(after); len(released) > 0 {
		notices.add(Released{User: state.owner(), Properties: released, Values: state.known(), Whole: whole})
	}
}

// notFound says whether the server knows nothing of a user, be that a proof or not.
func notFound(err error) bool {
	var (
		gone    *pat.GoneError
		missing *pat.NotFoundError
	)

	return errors.As(err, &gone) || errors.As(err, &missing)
}
