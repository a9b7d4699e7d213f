package lifecycle

import (
	"maps"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Action is what is to be done with a token.
type Action int

const (
	// Keep leaves the token alone. Arguments that changed are recorded.
	Keep Action = iota
	// MayReissue is Reissue or Keep: an argument is unknown yet, or the clock decides.
	MayReissue
	// Reissue issues another token in its place.
	Reissue
	// Refuse is for a token that ought to be reissued and cannot be.
	Refuse
)

// Arguments are what the user says of a token.
type Arguments struct {
	Name, NamePrefix Value[string]
	// ExpiresIn counts from when a token is issued. It wins over ExpiresAt.
	ExpiresIn Value[time.Duration]
	ExpiresAt Value[time.Time]
	Policy    Policy
	Triggers  Triggers
	// Recipients are whom the secret is encrypted to, in one text; not set if it is not.
	Recipients Value[string]
	// ReissueWhenInvalid says whether a token that can no longer be used is succeeded by
	// another; it is where that is not set.
	ReissueWhenInvalid Value[bool]
}

// keepsInvalid says whether a token is left alone that can no longer be used.
func (a Arguments) keepsInvalid() bool { return a.ReissueWhenInvalid.Set && !a.ReissueWhenInvalid.V }

// Triggers are values whose change rotates a token. Nil is no map at all.
type Triggers struct {
	Values map[string]Value[string]
	// Unknown is true while the map as a whole is.
	Unknown bool
}

// changed says whether a key was added, removed or changed, and whether that is certain.
// To have a map or none is no change: it says nothing of any key.
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

	return true, len(t.Values) != len(after.Values) // A key went, or one is unknown.
}

// Current is a token as state knows it.
type Current struct {
	pat.Token

	Generation int64 // 0: imported, nobody here holds its secret
	// UserGone is true if the token's user is proven not to exist.
	UserGone bool
	// Due is why the token was due when it was last read; empty if it was not.
	Due Reason
}

// Decision is what becomes of a token, and why.
type Decision struct {
	Action Action
	// Reason says why a token is issued; empty while that is not known, or none is.
	Reason Reason
	// Argument is the argument that asks for another token; empty where none does,
	// because the token can no longer be used.
	Argument string
	// UserGone is true where it is refused because the token's user does not exist.
	UserGone bool
}

// Decide says what becomes of a token when its arguments are recorded as before and are
// now after. It has no clock: where only the clock can tell it answers MayReissue, and
// [Settle] is asked in apply. Asked twice it answers alike.
func Decide(current Current, before, after Arguments, traits pat.Traits) Decision {
	if invalid, settled := decideInvalid(current, before, after, traits); settled {
		return invalid
	}

	if current.Status != pat.StatusActive {
		// Kept as it is on purpose. Nothing but a changed argument asks for another.
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

// Settle is Decide in apply, when every argument is known and the clock may be asked.
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

// decideInvalid is about a token that can no longer be used. It returns false if that
// settles nothing, because the token works or is to be kept as it is.
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

		told := toldToExpire(current, before, after)

		switch {
		case after.ExpiresIn.Unknown && (told || after.ExpiresAt.Unknown), after.ExpiresIn.Null() && after.ExpiresAt.Unknown:
			return Decision{Action: MayReissue}, true
		case told && after.ExpiresIn.Null():
			// It is what the user asked for, and a successor would be born expired, whatever
			// else calls for one.
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

// toldToExpire says whether the instant that is asked for, now as before, is that of an
// expired token or an earlier one. An imported token may have expired before it.
func toldToExpire(current Current, before, after Arguments) bool {
	return after.ExpiresAt.Set && same(before.ExpiresAt, after.ExpiresAt, time.Time.Equal) &&
		(current.ExpiresAt.IsZero() || !after.ExpiresAt.V.After(current.ExpiresAt))
}

// decideTriggers is about the values whose change rotates, for imported tokens too.
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

// decideChanged is about the arguments that a token is issued with.
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

// decideDue is about the policy. What was due when it was read is due, unless the policy
// was edited since; and an edit that moves the moment forward may make it due.
func decideDue(current Current, before, after Arguments, traits pat.Traits) Decision {
	edited := before.Policy != after.Policy

	switch {
	case current.Due != "" && after.Policy.unknown():
		return Decision{Action: MayReissue} // It may turn out to be the same.
	case current.Generation == 0 && edited:
		return Decision{} // Recorded: the next read tells.
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

// changed returns the argument whose change calls for another token, and false if it is
// unknown yet whether it does.
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

// reissue issues another token for this reason, unless nothing could come of it: then it
// refuses before anything is sent.
func reissue(current Current, after Arguments, traits pat.Traits, reason Reason, argument string) Decision {
	switch {
	case current.UserGone:
		return Decision{Action: Refuse, Reason: ReasonMissing, UserGone: true}
	case burnt(current, after, traits):
		return Decision{Action: Refuse, Reason: reason, Argument: argument}
	default:
		return Decision{Action: Reissue, Reason: reason, Argument: argument}
	}
}

// burnt says whether the arguments ask for the very name that the token has used up.
func burnt(current Current, after Arguments, traits pat.Traits) bool {
	return !traits.ReusableNames && !after.NamePrefix.Set && !after.NamePrefix.Unknown &&
		after.Name.Set && after.Name.V == current.Name
}
