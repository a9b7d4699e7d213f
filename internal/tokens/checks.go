package tokens

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// checkPolicy reports a rotation policy that would rotate in every run, or never.
func checkPolicy(arguments Arguments, traits pat.Traits, notices *Notices) {
	if !arguments.Rotation {
		return
	}

	triggers := arguments.Triggers.Values != nil || arguments.Triggers.Unknown
	if argument, err := arguments.Policy.Check(arguments.ExpiresIn, triggers, traits); err != nil {
		notices.add(InvalidPolicy{Argument: argument, Err: err})
	}
}

// CheckConfiguration reports what is invalid on every platform.
func CheckConfiguration(arguments Arguments) Notices {
	var notices Notices

	if arguments.Name.Set && arguments.Rotation {
		notices.add(FixedNameRotates{})
	}

	checkPolicy(arguments, pat.Traits{}, &notices)

	return notices
}

// CheckEphemeral reports arguments of an ephemeral token that the platform does not allow. It sends
// no request.
func (e *Engine) CheckEphemeral(userID lifecycle.Value[string], order Order) Notices {
	var notices Notices

	if e.System == nil {
		return nil
	}

	if err := lifecycle.CheckPrefix(order.NamePrefix, e.System.Traits()); err != nil {
		notices.add(InvalidArgument{Argument: "name_prefix", Text: order.NamePrefix, Err: err})
	}

	e.checkUserID(userID, &notices)

	return notices
}

// checkArguments reports arguments that the platform does not allow. Whether the expiry lies in the
// future is checked only if a token is certain to be issued, because the check reads the clock.
func (e *Engine) checkArguments(plan Record, certain bool, notices *Notices) {
	if e.System == nil {
		return
	}

	traits := e.System.Traits()
	checkPolicy(plan.Arguments, traits, notices)

	if prefix := plan.NamePrefix; prefix.Set {
		if err := lifecycle.CheckPrefix(prefix.V, traits); err != nil {
			notices.add(InvalidArgument{Argument: "name_prefix", Text: prefix.V, Err: err})
		}
	} else if name := plan.Name; prefix.Null() && name.Set {
		if err := lifecycle.CheckName(name.V, traits); err != nil {
			notices.add(InvalidArgument{Argument: "name", Text: name.V, Err: err})
		}
	}

	if !plan.lifetimeKnown() || !certain {
		return
	}

	// warnPast reports an expiry that has passed.
	if err := plan.Lifetime().Check(e.Clock.Now(), traits); err != nil && !errors.Is(err, lifecycle.ErrPast) {
		notices.add(InvalidArgument{Argument: "expires_at", Err: err})
	}
}

// checkRecipient checks that the user exists and, if the name is fixed, that the name is free.
func (e *Engine) checkRecipient(ctx context.Context, arguments Arguments, notices *Notices) {
	if arguments.Username.Unknown || arguments.UserID.Unknown || !e.checkUserID(arguments.UserID, notices) {
		return
	}

	user, err := e.Recipient(ctx, arguments.User())

	switch {
	case notFound(err):
		// Another resource may create the user in this run.
		notices.add(UserNotFound{User: arguments.User(), Err: err})
	case err != nil:
		notices.add(StepFailed{Step: StepFindUser, Err: err, Planning: true})
	default:
		if user.Refusal != "" {
			notices.add(UserRefused{User: user})
		}

		if arguments.Name.Set && arguments.NamePrefix.Null() {
			e.checkTaken(ctx, user.ID, arguments.Name.V, notices)
		}
	}
}

// checkTaken reports a fixed name that the user already has a token of.
func (e *Engine) checkTaken(ctx context.Context, userID, name string, notices *Notices) {
	var (
		taken  *TakenError
		denied *pat.PermissionError
	)

	err := e.issuer.Taken(ctx, userID, name)

	switch {
	case err == nil, errors.As(err, &denied):
	case errors.As(err, &taken) && e.registry.Has(taken.Token):
		if traits := e.System.Traits(); !traits.ReusableNames {
			notices.add(NameCannotComeBack{Name: name, Traits: traits})
		}
	case errors.As(err, &taken):
		notices.add(NameTaken{Err: taken})
	default:
		notices.add(StepFailed{Step: StepLookForName, Err: err, Planning: true})
	}
}

// warnLifetime warns if the next token would never expire, or might expire within a day.
func (e *Engine) warnLifetime(arguments Arguments, notices *Notices) {
	if arguments.ExpiresIn.Null() && arguments.ExpiresAt.Null() {
		notices.add(NeverExpires{})
	}

	if e.System == nil || !arguments.lifetimeKnown() {
		return
	}

	lifetime, traits, now := arguments.Lifetime(), e.System.Traits(), e.Clock.Now()

	least := lifetime.Least(now, traits)
	if !traits.ExpiryIsDate || !least.Set || least.V >= lifecycle.Day || lifetime.Check(now, traits) != nil {
		return
	}

	notices.add(MayExpireWithinADay{Lifetime: lifetime, Least: least.V, Traits: traits})
}

// warnPast warns of an expiry that has passed, with which no token can be issued, and reports whether
// it did. It is a warning because an error would block a destroy, which makes a plan first.
func (e *Engine) warnPast(arguments Arguments, reissue bool, notices *Notices) bool {
	if notices.Failed() || e.System == nil || !arguments.lifetimeKnown() {
		return false
	}

	err := arguments.Lifetime().Check(e.Clock.Now(), e.System.Traits())
	if err != nil {
		notices.add(ExpiryPassed{Reissue: reissue, Err: err})
	}

	return err != nil
}

// warnExpiredOnTime warns of a token that expired because of `expires_at`.
func warnExpiredOnTime(arguments Arguments, live pat.Token, notices *Notices) {
	if !arguments.ExpiresAt.Null() && arguments.ExpiresIn.Null() && live.Status == pat.StatusExpired {
		notices.add(ExpiredOnTime{Token: live})
	}
}

// warnRevokedFirst warns that the live token will be revoked before its successor is issued, or that
// it cannot be, because the provider logs in with it. See [Engine.revokeBeforeReissue].
func (e *Engine) warnRevokedFirst(plan Record, live lifecycle.Predecessor, notices *Notices) {
	own, sameName := e.owns(live.SHA256), plan.asksFor(live.Token)

	switch {
	case live.Token.Status != pat.StatusActive:
	case sameName && own:
		notices.add(OwnCredentialKeepsName{Token: live.Token})
	case sameName:
		notices.add(RevokedFirst{Token: live.Token, SameName: true})
	case plan.Policy.Immediate() && !own:
		notices.add(RevokedFirst{Token: live.Token, Hold: plan.Policy.HoldIfUsedWithin})
	}
}

// warnKeptInvalid warns of a token that no longer works and that `reissue_when_invalid` keeps.
func warnKeptInvalid(arguments Arguments, live pat.Token, notices *Notices) {
	if keep := arguments.ReissueWhenInvalid; keep.Set && !keep.V && live.Status != pat.StatusActive {
		notices.add(KeptInvalid{Token: live})
	}
}

// warnHeld warns of the predecessors that the refresh of this run found to be held. If the plan edits
// the policy, only the apply can tell which predecessors are held, and it warns of those.
func (e *Engine) warnHeld(state, plan Record, notices *Notices) {
	if state.Policy != plan.Policy {
		return
	}

	for _, predecessor := range state.Previous.V {
		if held, ok := e.registry.InUse(predecessor.Token.Key()); ok && predecessor.Held {
			notices.add(Held{Predecessor: held, Until: plan.Policy.HeldUntil(held)})
		}
	}
}

// warnTriggers warns that adding or removing the whole map does not issue a token: in an incident
// people add the map and believe that they have rotated. An empty map, added in preparation, gets no
// warning.
func warnTriggers(before, after lifecycle.Triggers, notices *Notices) {
	switch {
	case before.Unknown || after.Unknown:
	case before.Values == nil && len(after.Values) > 0:
		notices.add(TriggersRecorded{})
	case after.Values == nil && len(before.Values) > 0:
		notices.add(TriggersRecorded{Removed: true})
	}
}

// warnOutlives warns if the live token, issued earlier, outlives the changed `expires_in`.
func (e *Engine) warnOutlives(before, after Arguments, live pat.Token, notices *Notices) {
	if !after.ExpiresIn.Set || before.ExpiresIn == after.ExpiresIn || live.Status != pat.StatusActive || e.System == nil {
		return
	}

	if live.ExpiresAt.IsZero() || live.ExpiresAt.After(after.Lifetime().Expiry(e.Clock.Now(), e.System.Traits()).V) {
		notices.add(OutlivesExpiresIn{Token: live, ExpiresIn: after.ExpiresIn.V})
	}
}

// alike is the largest difference between two lifetimes that are considered the same.
const alike = time.Minute

// warnMoves warns of an `expires_at` that is computed from the time of the run, for example with
// timestamp(): it lies as far ahead now as it did when the live token was issued.
func (e *Engine) warnMoves(state Record, after Arguments, notices *Notices) {
	created := state.LiveToken().CreatedAt
	if !state.ExpiresAt.Set || !after.ExpiresAt.Set || created.IsZero() || e.System == nil {
		return
	}

	then, now := state.ExpiresAt.V.Sub(created), after.ExpiresAt.V.Sub(e.Clock.Now())
	if (then - now).Abs() <= alike {
		notices.add(ExpiryMoves{})
	}
}

// warnImported warns where the arguments differ from the imported token. They are recorded, and apply
// to the next token issued.
func warnImported(arguments Arguments, live pat.Token, notices *Notices) {
	if !strings.HasPrefix(live.Name, arguments.NamePrefix.V) {
		notices.add(ImportedDiffers{Argument: "name_prefix", Token: live})
	}

	if name := arguments.Name.V; name != "" && arguments.NamePrefix.Null() && name != live.Name {
		notices.add(ImportedDiffers{Argument: "name", Token: live})
	}

	if at := arguments.ExpiresAt; at.Set && arguments.ExpiresIn.Null() && !at.V.Equal(live.ExpiresAt) {
		notices.add(ImportedDiffers{Argument: "expires_at", Token: live})
	}
}

// plannedCurrent returns the outputs of a token that is to be issued.
func plannedCurrent(reason lifecycle.Value[lifecycle.Reason]) Current {
	text, at := lifecycle.Unknown[string](), lifecycle.Unknown[time.Time]()

	return Current{
		ID: text, Name: text, CreatedAt: at, ExpiresAt: at, RotateAt: at, SHA256: text,
		Status: lifecycle.Known(pat.StatusActive), IssueReason: reason,
	}
}
