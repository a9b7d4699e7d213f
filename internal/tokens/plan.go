package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// PlanCreate plans the first token of a resource, and checks everything that can be checked before a
// token is requested.
func (e *Engine) PlanCreate(ctx context.Context, config Record) (Record, Notices) {
	var notices Notices

	plan := config

	// The series, if it is set or unknown, may already have live tokens.
	if plan.Series.Null() {
		plan.Previous = lifecycle.Known[[]lifecycle.Predecessor](nil)

		if plan.Name.Null() || !plan.NamePrefix.Null() { // A fixed name has none.
			plan.Series = lifecycle.Unknown[string]()
		}
	}

	plan.Due = lifecycle.Value[lifecycle.Reason]{}
	plan.Current = plannedCurrent(lifecycle.Known(lifecycle.ReasonCreated))
	plan.Secret = plan.plannedSecret()
	plan.Version = lifecycle.Unknown[int64]()

	if e.System != nil {
		e.checkArguments(plan, true, &notices)

		// Before the decisions that depend on the time: the response contains the server's.
		if !notices.Failed() {
			e.checkRecipient(ctx, plan.Arguments, &notices)
		}
	}

	e.warnLifetime(plan.Arguments, &notices)
	e.warnPast(plan.Arguments, false, &notices)

	return plan, notices
}

// PlanUpdate plans the change of an existing token to this configuration. replace lists the arguments
// whose change requires a replacement. No value of the plan depends on the clock, because Terraform
// plans twice.
func (e *Engine) PlanUpdate(
	ctx context.Context, state, config Record, memory Memory,
) (plan Record, replace []string, notices Notices) {
	e.registry.Add(state.LiveToken())
	e.registry.AddVersion(state.Version)

	plan = config
	plan.Owner = Owner{}
	plan = plan.inherit(state)

	if config.Series.Unknown { // It may become another one.
		plan.Series = config.Series
	}

	// A replacement revokes the token first. One that is certain to fail is planned as an update
	// instead, which refuses it.
	plan, replace = e.planUser(ctx, state, plan, &notices)
	if len(replace) > 0 && !e.warnPast(plan.Arguments, true, &notices) {
		plan = plan.reissued(lifecycle.Known(lifecycle.ReasonCreated))
		plan.Owner = Owner{ID: lifecycle.Unknown[string](), Username: lifecycle.Unknown[string]()}

		return plan, replace, notices
	}

	e.claimSeries(plan, memory, state.LiveToken(), &notices)

	decision := e.decide(state, plan, memory)

	switch decision.Action {
	case lifecycle.Keep:
		plan = e.planKeep(state, plan, memory, &notices)
	case lifecycle.MayReissue:
		plan = plan.reissued(lifecycle.Unknown[lifecycle.Reason]())

		if plan.ExpiresAt.Unknown && plan.ExpiresIn.Null() {
			notices.add(ExpiryMoves{})
		}

		if state.Current.Status.V != pat.StatusActive { // It may stay as it is.
			plan.Current.Status = lifecycle.Unknown[pat.Status]()
		}

		e.checkArguments(plan, false, &notices)
	case lifecycle.Reissue:
		plan = e.planReissue(state, plan, decision, &notices)
	case lifecycle.Refuse:
		plan = plan.reissued(lifecycle.Known(decision.Reason))
		notices.add(CannotReissue{Refusal: e.refusal(decision, state), NewUser: e.namesake(ctx, plan, decision)})
	}

	e.warnHeld(state, plan, &notices)

	return plan, nil, notices
}

// planKeep plans a resource whose token stays. Predecessors may be revoked, and orphans that the
// refresh adopted are saved.
func (e *Engine) planKeep(state, plan Record, memory Memory, notices *Notices) Record {
	edited := state.Policy != plan.Policy

	if edited { // The next refresh determines what is due by the new policy.
		plan.Due = lifecycle.Value[lifecycle.Reason]{}
		plan = e.planSchedule(plan)
	}

	if (edited || plan.ExpiresIn != state.ExpiresIn) && e.System != nil {
		checkPolicy(plan.Arguments, e.System.Traits(), notices)
	}

	if memory.Adopted || state.retires(plan.Policy) {
		plan.Previous = lifecycle.Unknown[[]lifecycle.Predecessor]()
	}

	live := state.AsPredecessor()
	plan = plan.recognized(live.Token)
	warnExpiredOnTime(plan.Arguments, live.Token, notices)
	warnKeptInvalid(plan.Arguments, live.Token, notices)

	if live.Generation > 0 || state.NamePrefix.Set { // The first plan after an import adds every argument.
		warnTriggers(state.Triggers, plan.Triggers, notices)
	}

	if live.Generation == 0 {
		warnImported(plan.Arguments, live.Token, notices)
	} else {
		e.warnOutlives(state.Arguments, plan.Arguments, live.Token, notices)
	}

	return plan
}

// planReissue plans a token that replaces the live one.
func (e *Engine) planReissue(state, plan Record, decision lifecycle.Decision, notices *Notices) Record {
	live := state.AsPredecessor()

	e.warnRevokedFirst(plan, live, notices)

	switch decision.Argument {
	case "encrypt_to":
		notices.add(RecipientsChanged{Added: state.Recipients.Null(), Removed: plan.Recipients.Null()})
	case "name_prefix":
		notices.add(PrefixChanged{Token: live.Token})
	case "expires_at":
		e.warnMoves(state, plan.Arguments, notices)
	}

	plan = plan.reissued(lifecycle.Known(decision.Reason))

	// An expiry that has passed and did not change is not an error in a plan: it would block a destroy.
	same := plan.ExpiresAt.Set && state.ExpiresAt.Set && plan.ExpiresAt.V.Equal(state.ExpiresAt.V)
	e.checkArguments(plan, !same, notices)

	e.warnPast(plan.Arguments, true, notices)
	e.warnLifetime(plan.Arguments, notices)

	return plan
}

// retires reports whether the new policy may change the predecessors: one of them is due, or they
// become due at another time.
func (r Record) retires(after lifecycle.Policy) bool {
	for _, predecessor := range r.Previous.V {
		if predecessor.Due || r.Policy.Overlap != after.Overlap || r.Policy.HoldIfUsedWithin != after.HoldIfUsedWithin {
			return true
		}
	}

	return false
}

// decide decides what happens to the token when the state's arguments change to the plan's. It does
// not read the clock. While the platform is not known, a decision that differs between platforms is
// left open, because Terraform plans again once the platform is known, and that plan must keep the
// values of this one.
func (e *Engine) decide(state, plan Record, memory Memory) lifecycle.Decision {
	current, traits := state.forDecision(memory), e.traits()
	decision := lifecycle.Decide(current, state.Arguments.Arguments, plan.Arguments.Arguments, traits)

	if e.System != nil {
		return decision
	}

	traits.ExpiryIsDate = true
	if lifecycle.Decide(current, state.Arguments.Arguments, plan.Arguments.Arguments, traits).Action != decision.Action {
		return lifecycle.Decision{Action: lifecycle.MayReissue}
	}

	return decision
}

// planSchedule plans when a token that stays is to be rotated under a policy that was edited. That
// depends on the platform.
func (e *Engine) planSchedule(plan Record) Record {
	if e.System == nil {
		plan.Current.RotateAt.Set, plan.Current.RotateAt.Unknown = false, true

		return plan
	}

	return plan.scheduled(e.System.Traits())
}

// reissued marks as unknown the values that a new token changes.
func (r Record) reissued(reason lifecycle.Value[lifecycle.Reason]) Record {
	r.Secret = r.plannedSecret()
	r.Version = lifecycle.Unknown[int64]()
	r.Generation = lifecycle.Unknown[int64]()
	r.Previous = lifecycle.Unknown[[]lifecycle.Predecessor]()
	r.Due = lifecycle.Value[lifecycle.Reason]{}

	if r.Series.Null() && !r.NamePrefix.Null() { // A fixed name has none.
		r.Series = lifecycle.Unknown[string]()
	}

	r.Current = plannedCurrent(reason)

	return r
}

// planUser compares the user that the arguments name with the owner, records a new username of the
// same user, and returns the arguments whose change requires a replacement. An argument that is
// unknown or did not change requires none, because users are renamed. A user who does not exist is
// refused, because a replacement would revoke the token first and then fail.
func (e *Engine) planUser(ctx context.Context, state, plan Record, notices *Notices) (Record, []string) {
	changed := changedUser(state, plan)

	switch {
	case len(changed) == 0:
		return plan, nil
	case plan.Username.Unknown || plan.UserID.Unknown:
		// The username may still turn out to belong to the same user.
		plan.Owner = Owner{ID: state.Owner.ID, Username: lifecycle.Unknown[string]()}

		return plan, nil
	case plan.namesOwner():
		return plan, nil
	case e.System == nil:
		notices.add(ServerUnknown{})

		return plan, nil
	case !e.checkUserID(plan.UserID, notices):
		return plan, nil
	}

	owner := pat.UserRef{ID: state.Owner.ID.V, Username: state.Owner.Username.V}
	user, err := e.Recipient(ctx, plan.User())

	switch {
	case notFound(err):
		notices.add(CannotReissueToUser{User: plan.User(), Owner: owner, Err: err})
	case err != nil:
		notices.add(StepFailed{Step: StepFindUser, Err: err, Planning: true})
	case user.ID == owner.ID:
		plan = plan.ownedBy(user)
	case e.registry.WasRead(state.LiveToken().Key()):
		return plan, changed
	default:
		// Terraform accepts a replacement only in a plan. When it plans once more during apply,
		// because an argument became known, it is too late, and this is another process, which never
		// read the resource.
		notices.add(OtherOwner{Argument: changed[0], Owner: owner})
	}

	return plan, nil
}

// claimSeries reports another resource that would consider this one's tokens orphans, or the reverse.
// It compares only resources that already exist, because a replacement is planned twice. A resource
// to be created is checked when it is created.
func (e *Engine) claimSeries(plan Record, memory Memory, live pat.Token, notices *Notices) {
	own := seriesClaim{live: live, names: plan.names(memory.Prefixes)}

	other, collides := e.registry.register(own)
	if !collides {
		return
	}

	var change []pat.Token

	for _, pair := range [][2]seriesClaim{{own, other}, {other, own}} {
		if pair[0].covers(pair[1]) {
			change = append(change, pair[0].live)
		}
	}

	notices.add(SeriesCollides{Live: live, Other: other.live, Change: change})
}

// namesake returns the user who now has the username of a deleted owner, if there is one.
func (e *Engine) namesake(ctx context.Context, plan Record, decision lifecycle.Decision) pat.Option[pat.User] {
	ref := pat.UserRef{Username: plan.Username.V}
	if !decision.UserGone || ref.Username == "" || e.System == nil {
		return pat.Option[pat.User]{}
	}

	user, err := e.System.User(ctx, ref)
	if err != nil || user.ID == plan.Owner.ID.V {
		return pat.Option[pat.User]{}
	}

	return pat.Some(user)
}
