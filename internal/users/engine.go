package users

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Engine carries out the operations on one server. It is safe for concurrent use.
//
// The zero value has no server: it plans what can be planned without one. All other methods need a
// server.
type Engine struct {
	system pat.System
	// read has the ids of the users that this process has refreshed.
	read sync.Map
}

// NewEngine returns an Engine; the System is nil while a setting that it needs is unknown.
func NewEngine(system pat.System) *Engine { return &Engine{system: system} }

// modifier returns the System as a UserModifier, and reports an error if it does not implement that.
func (e *Engine) modifier(notices *Notices) (pat.UserModifier, bool) {
	modifier, ok := e.system.(pat.UserModifier)
	if !ok {
		notices.add(NotModifiable{Configured: e.system.Traits()})
	}

	return modifier, ok
}

// Create adopts the user that the plan names, and sets the managed properties.
func (e *Engine) Create(ctx context.Context, plan Record) (Record, Notices) {
	var notices Notices

	modifier, ok := e.modifier(&notices)
	if !ok {
		return plan, notices
	}

	user, err := modifier.ModifiableUser(ctx, plan.ref())
	if err != nil {
		notices.add(StepFailed{Step: StepFind, Err: err})

		return plan, notices
	}

	e.modify(ctx, modifier, user.User, plan, user.Properties, &notices)

	return plan.ownedBy(user.User).on(e.system), notices
}

// Refresh returns the record with the managed properties as the server returns them. gone is true if
// the user is proven not to exist.
func (e *Engine) Refresh(ctx context.Context, state Record) (refreshed Record, gone bool, notices Notices) {
	modifier, ok := e.modifier(&notices)
	if !ok {
		return state, false, notices
	}

	user, moved, ok := e.find(ctx, modifier, state, StepRead, &notices)

	switch {
	case !ok:
		return state, false, notices
	case user == nil:
		return state, true, notices
	case moved: // A run that records the server's new URL does nothing else.
		notices.add(ServerMoved{User: state.owner(), Recorded: state.Server.V, Configured: e.system.Server()})

		return state.on(e.system), false, notices
	}

	e.read.Store(user.ID, nil)

	return state.ownedBy(user.User).shown(user.Properties), false, notices
}

// find returns the user of a state, nil if the user is proven not to exist. moved is true if the
// server's URL differs from the recorded one. Then a user is considered the same only if id and
// username are equal, and never if the user is built in, because every server has that user.
func (e *Engine) find(
	ctx context.Context, modifier pat.UserModifier, state Record, step Step, notices *Notices,
) (user *pat.ModifiableUser, moved, ok bool) {
	moved = state.Server.V != e.system.Server()
	found, err := modifier.ModifiableUser(ctx, pat.UserRef{ID: state.OwnerID.V})
	_, gone := errors.AsType[*pat.GoneError](err)

	switch {
	case gone && !moved:
		return nil, false, true
	case err != nil && !gone:
		notices.add(StepFailed{Step: step, Err: err})

		return nil, false, false
	case moved && (gone || found.BuiltIn || found.Username != state.OwnerUsername.V):
		notices.add(OtherServer{User: state.owner(), Recorded: state.Server.V, Configured: e.system.Server()})

		return nil, false, false
	default:
		return &found, moved, true
	}
}

// Update sets the managed properties of the user, if one of them differs from the state. If it fails,
// it returns the record of the state.
func (e *Engine) Update(ctx context.Context, state, plan Record) (Record, Notices) {
	var notices Notices

	modifier, ok := e.modifier(&notices)
	if !ok {
		return state, notices
	}

	if changed := changedUser(state, plan); len(changed) > 0 && !plan.namesOwner() {
		notices.add(OtherUser{Argument: changed[0], User: state.owner()})

		return state, notices
	}

	if state.Server.V != e.system.Server() {
		if user, _, ok := e.find(ctx, modifier, state, StepLookOnOtherServer, &notices); !ok || user == nil {
			return state, notices
		}
	}

	owner := pat.User{ID: state.OwnerID.V, Username: plan.OwnerUsername.V}
	e.modify(ctx, modifier, owner, plan, state.known(), &notices)

	if notices.Failed() {
		return state, notices
	}

	if plan.OwnerUsername.Unknown {
		plan.OwnerUsername = state.OwnerUsername
	}

	return plan, notices
}

// modify writes the managed properties if they differ from the user's.
func (e *Engine) modify(
	ctx context.Context, modifier pat.UserModifier, user pat.User, plan Record, have pat.Properties, notices *Notices,
) {
	different := plan.known().Difference(have)
	if len(different) == 0 || !e.checkSelf(ctx, user, different, plan.AllowSelf, notices) {
		return
	}

	if _, err := modifier.ModifyUser(ctx, user.ID, plan.known()); err != nil {
		notices.add(StepFailed{Step: StepModify, Err: err})
	}
}

// Import returns the record of the user with this id or username. It manages no property yet.
func (e *Engine) Import(ctx context.Context, text string) (Record, Notices) {
	var notices Notices

	modifier, ok := e.modifier(&notices)
	if !ok {
		return Record{}, notices
	}

	ref := pat.UserRef{Username: text}
	if e.system.Traits().UserID.MatchString(text) {
		ref = pat.UserRef{ID: text}
	}

	user, err := modifier.ModifiableUser(ctx, ref)
	if err != nil {
		notices.add(StepFailed{Step: StepFindImported, Err: err})

		return Record{}, notices
	}

	return Record{Username: lifecycle.Known(user.Username)}.ownedBy(user.User).on(e.system), notices
}

// on returns the record with this server.
func (r Record) on(system pat.System) Record {
	r.Server = lifecycle.Known(system.Server())

	return r
}

// checkSelf refuses values that would prevent the provider's own user from logging in, unless the
// plan allows them.
func (e *Engine) checkSelf(
	ctx context.Context, user pat.User, different pat.Properties, allow lifecycle.Value[bool], notices *Notices,
) bool {
	property, harms := firstHarm(different)
	if !harms || allow.V || allow.Unknown {
		return true
	}

	switch self, err := e.system.CurrentUser(ctx); {
	case err != nil:
		notices.add(MayLockOut{User: user, Property: property, Value: different[property], Err: err})
	case self.ID == user.ID:
		notices.add(LocksOut{User: user, Property: property, Value: different[property]})
	default:
		return true
	}

	return false
}

// firstHarm returns the first property whose value prevents a user from logging in to web services.
func firstHarm(properties pat.Properties) (pat.Property, bool) {
	for _, property := range pat.AllProperties() {
		if value, set := properties[property]; set && harms(property, value) {
			return property, true
		}
	}

	return "", false
}

func harms(property pat.Property, value string) bool {
	switch property {
	case pat.Active:
		return value == pat.FlagFalse
	case pat.LockedOut, pat.PasswordNeedsReset:
		return value == pat.FlagTrue
	case pat.WebServiceAccess:
		return value == pat.AccessNo
	case pat.LoginMethod:
		return !slices.Contains(strings.Split(value, ", "), pat.LoginStandard)
	default:
		return false
	}
}

// changedUser returns the arguments that name a user and differ from state.
func changedUser(state, plan Record) (arguments []string) {
	if state.Username != plan.Username {
		arguments = append(arguments, "username")
	}

	if state.UserID != plan.UserID {
		arguments = append(arguments, "user_id")
	}

	return arguments
}
