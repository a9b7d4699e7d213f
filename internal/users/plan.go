package users

import (
	"context"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// PlanCreate plans the adoption of a user, and checks everything that can be checked before a request
// that changes something.
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

// PlanUpdate plans the change of a resource to this configuration. replace lists the arguments whose
// change requires a replacement.
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

// planUser compares the user that the arguments name with the owner, records a new username of the
// same user, and returns the arguments whose change requires a replacement. An argument that is
// unknown or did not change requires none, because users are renamed.
func (e *Engine) planUser(ctx context.Context, state, plan Record, notices *Notices) (Record, []string) {
	changed := changedUser(state, plan)

	switch {
	case len(changed) == 0:
		return plan, nil
	case plan.Username.Unknown || plan.UserID.Unknown:
		// The username may still turn out to belong to the same user.
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
		// Terraform accepts a replacement only in a plan. When it plans once more during apply,
		// because an argument became known, it is too late, and this is another process, which never
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

// PlanDestroy reports which properties keep their values when the resource is destroyed.
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

// notFound reports whether the server did not find the user, with or without proof that the user does
// not exist.
func notFound(err error) bool {
	var (
		gone    *pat.GoneError
		missing *pat.NotFoundError
	)

	return errors.As(err, &gone) || errors.As(err, &missing)
}
