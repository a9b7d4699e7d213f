package lifecycle

import (
	"maps"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Action is what to do with a token.
type Action int

const (
	// Keep leaves the token unchanged. Changed arguments are recorded.
	Keep Action = iota
	// MayReissue is either Reissue or Keep: an argument is not known yet, or the clock decides.
	MayReissue
	// Reissue issues another token in its place.
	Reissue
	// Refuse means that the token should be reissued but cannot be.
	Refuse
)

// Arguments are the arguments that decide about a token.
type Arguments struct {
	Name, NamePrefix Value[string]
	// ExpiresIn counts from when a token is issued. It takes precedence over ExpiresAt.
	ExpiresIn Value[time.Duration]
	ExpiresAt Value[time.Time]
	Policy    Policy
	Triggers  Triggers
	// Recipients are the recipients that the secret is encrypted to, in one text; not set if it is
	// not encrypted.
	Recipients Value[string]
	// ReissueWhenInvalid decides whether a token that no longer works is reissued. If it is not set,
	// the token is reissued.
	ReissueWhenInvalid Value[bool]
}

// keepsInvalid reports whether a token that no longer works is kept.
func (a Arguments) keepsInvalid() bool { return a.ReissueWhenInvalid.Set && !a.ReissueWhenInvalid.V }

// Triggers are values whose change rotates a token. Nil means that there is no map.
type Triggers struct {
	Values map[string]Value[string]
	// Unknown is true while the whole map is unknown.
	Unknown bool
}

// changed reports whether a key was added, removed or changed, and whether that is certain. Adding or
// removing the whole map is not a change, because it says nothing about any key.
func (t Triggers) changed(after Triggers) (changed, certain bool) {
	switch {
	case after.Unknown:
		return t.Values != nil, false
	case t.Values == nil || after.Values == nil:
		return false, true
	case maps.EqualFunc(t.Values, after.Values, func(a, b Value[string]) bool { return same(a, b, equal) }):
		return false, true
	}

	for key, value := range after.Values {
		before, had := t.Values[key]
		if !had || !value.Unknown && !same(before, value, equal) {
			return true, true
		}
	}

	return true, len(t.Values) != len(after.Values) // A key was removed, or one is unknown.
}

// Current is a token as recorded in state.
type Current struct {
	pat.Token

	Generation int64 // 0: imported, so that its secret is not known
	// UserGone is true if the token's user is proven not to exist.
	UserGone bool
	// Due is the reason why the token was due when it was last read; empty if it was not due.
	Due Reason
}

// Decision is what to do with a token, and why.
type Decision struct {
	Action Action
	// Reason is why a token is issued; empty if that is not known yet, or if no token is issued.
	Reason Reason
	// Argument is the argument that requires another token; empty if none does, because the token no
	// longer works.
	Argument string
	// UserGone is true if a reissue is refused because the token's user does not exist.
	UserGone bool
}

// Decide decides what to do with a token whose arguments change from before to after. It does not
// read the clock: if only the clock can decide, it returns MayReissue, and [Settle] decides during
// apply. It always returns the same for the same arguments.
func Decide(current Current, before, after Arguments, traits pat.Traits) Decision {
	if invalid, settled := decideInvalid(current, before, after, traits); settled {
		return invalid
	}

	if current.Status != pat.StatusActive {
		// The token is kept on purpose. Only a changed argument requires another.
		current.Due = ""
	}

	if triggered := decideTriggers(current, before, after, traits); triggered.Action != Keep {
		return triggered
	}

	if current.Generation > 0 {
		if changed := decideChanged(current, before, after, traits); changed.Action != Keep {
			return changed
		}
	}

	return decideDue(current, before, after, traits)
}

// Settle is Decide during apply, when every argument is known and the clock may be read.
func Settle(current Current, before, after Arguments, traits pat.Traits, now time.Time) Decision {
	decision := Decide(current, before, after, traits)
	if decision.Action != MayReissue {
		return decision
	}

	if due, reason := after.Policy.DueAt(current.CreatedAt, current.ExpiresAt, traits); !due.IsZero() && !now.Before(due) {
		return reissue(current, after, traits, reason, "rotation")
	}

	return Decision{}
}

// decideInvalid decides about a token that no longer works. It returns false if it makes no decision,
// because the token works or is to be kept.
func decideInvalid(current Current, before, after Arguments, traits pat.Traits) (decision Decision, settled bool) {
	var reason Reason

	switch current.Status {
	case pat.StatusActive:
		return Decision{}, false
	case pat.StatusRevoked:
		reason = ReasonRevoked
	case pat.StatusMissing:
		reason = ReasonMissing
	case pat.StatusExpired:
		reason = ReasonExpired

		asConfigured := expiredAsConfigured(current, before, after)

		switch {
		case after.ExpiresIn.Unknown && (asConfigured || after.ExpiresAt.Unknown), after.ExpiresIn.Null() && after.ExpiresAt.Unknown:
			return Decision{Action: MayReissue}, true
		case asConfigured && after.ExpiresIn.Null():
			// The user asked for this expiry, and a successor would already have expired when it is
			// issued, whatever else requires one.
			return Decision{}, true
		}
	}

	switch {
	case after.ReissueWhenInvalid.Unknown:
		return Decision{Action: MayReissue}, true
	case after.keepsInvalid():
		return Decision{}, false
	default:
		return reissue(current, after, traits, reason, ""), true
	}
}

// expiredAsConfigured reports whether the configured `expires_at`, which did not change, is the
// expiry of an expired token or earlier. An imported token may have expired before it.
func expiredAsConfigured(current Current, before, after Arguments) bool {
	return after.ExpiresAt.Set && same(before.ExpiresAt, after.ExpiresAt, time.Time.Equal) &&
		(current.ExpiresAt.IsZero() || !after.ExpiresAt.V.After(current.ExpiresAt))
}

// decideTriggers decides about the values whose change rotates a token, including an imported one.
func decideTriggers(current Current, before, after Arguments, traits pat.Traits) Decision {
	changed, certain := before.Triggers.changed(after.Triggers)

	switch {
	case !changed:
		return Decision{}
	case !certain:
		return Decision{Action: MayReissue}
	default:
		return reissue(current, after, traits, ReasonTriggers, "rotation")
	}
}

// decideChanged decides about the arguments that a token is issued with.
func decideChanged(current Current, before, after Arguments, traits pat.Traits) Decision {
	argument, certain := changed(current, before, after)

	switch {
	case argument == "":
		return Decision{}
	case !certain:
		return Decision{Action: MayReissue}
	default:
		return reissue(current, after, traits, ReasonChanged, argument)
	}
}

// decideDue decides about the policy. A token that was due when it was read is due, unless the policy
// was edited since. An edit that makes the token due earlier may make it due now.
func decideDue(current Current, before, after Arguments, traits pat.Traits) Decision {
	edited := before.Policy != after.Policy

	switch {
	case current.Due != "" && after.Policy.unknown():
		return Decision{Action: MayReissue} // It may become the same policy.
	case current.Generation == 0 && edited:
		return Decision{} // The policy is recorded, and the next read decides.
	case current.Due != "" && !edited:
		return reissue(current, after, traits, current.Due, "rotation")
	case current.Status != pat.StatusActive || !edited:
		return Decision{}
	case current.Due != "" || after.Policy.BeforeExpiry.Unknown || after.Policy.MaxAge.Unknown:
		return Decision{Action: MayReissue}
	}

	was, _ := before.Policy.DueAt(current.CreatedAt, current.ExpiresAt, traits)
	is, _ := after.Policy.DueAt(current.CreatedAt, current.ExpiresAt, traits)

	if !is.IsZero() && (was.IsZero() || is.Before(was)) {
		return Decision{Action: MayReissue}
	}

	return Decision{}
}

// changed returns the argument whose change requires another token, and false if it is not known yet
// whether it does.
func changed(current Current, before, after Arguments) (argument string, certain bool) {
	switch {
	case after.Name.Unknown:
		return "name", false
	case after.NamePrefix.Unknown:
		return "name_prefix", false
	case after.NamePrefix.Set:
		if !same(before.NamePrefix, after.NamePrefix, equal) && !strings.HasPrefix(current.Name, after.NamePrefix.V) ||
			before.NamePrefix.Set && !same(before.NamePrefix, after.NamePrefix, equal) {
			return "name_prefix", true
		}
	case after.Name.Set && after.Name.V != current.Name:
		return "name", true
	}

	switch {
	case after.Recipients.Unknown:
		return "encrypt_to", false
	case !same(before.Recipients, after.Recipients, equal):
		return "encrypt_to", true
	}

	asked := after.ExpiresAt.Set && !same(before.ExpiresAt, after.ExpiresAt, time.Time.Equal)

	switch {
	case after.ExpiresAt.Unknown, asked && after.ExpiresIn.Unknown:
		return "expires_at", false
	case asked && after.ExpiresIn.Null():
		return "expires_at", true
	default:
		return "", true
	}
}

// reissue decides to issue another token for this reason, or refuses before a request is sent if that
// cannot succeed.
func reissue(current Current, after Arguments, traits pat.Traits, reason Reason, argument string) Decision {
	switch {
	case current.UserGone:
		return Decision{Action: Refuse, Reason: ReasonMissing, UserGone: true}
	case nameUsedUp(current, after, traits):
		return Decision{Action: Refuse, Reason: reason, Argument: argument}
	default:
		return Decision{Action: Reissue, Reason: reason, Argument: argument}
	}
}

// nameUsedUp reports whether the arguments require the name of the current token, on a platform that
// does not free names.
func nameUsedUp(current Current, after Arguments, traits pat.Traits) bool {
	return !traits.ReusableNames && !after.NamePrefix.Set && !after.NamePrefix.Unknown &&
		after.Name.Set && after.Name.V == current.Name
}
