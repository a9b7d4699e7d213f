package lifecycle

import (
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Reason says why a token was issued.
type Reason string

// The reasons. Only ReasonImported is about a token that somebody else issued.
const (
	ReasonCreated  Reason = "created"
	ReasonImported Reason = "imported"
	ReasonExpired  Reason = "expired"
	ReasonRevoked  Reason = "revoked"
	ReasonMissing  Reason = "missing"
	ReasonChanged  Reason = "changed"
)

// Action is what is to be done with a token.
type Action int

const (
	// Keep leaves the token alone. Arguments that changed are recorded.
	Keep Action = iota
	// MayReissue is Reissue or Keep, once unknown arguments are known.
	MayReissue
	// Reissue issues another token in its place.
	Reissue
	// Refuse is for a token that ought to be reissued and cannot be.
	Refuse
)

// Value is an argument of a configuration. The zero value is one that is not set.
type Value[T any] struct {
	V T
	// Set is true for a value that is known; Unknown for one that will be.
	Set, Unknown bool
}

// Arguments are what the user says of a token's name and lifetime.
type Arguments struct {
	Name, NamePrefix Value[string]
	ExpiresAt        Value[time.Time]
	// Relative is true if an expiry is set that counts from when a token is issued.
	Relative bool
}

// Current is a token as state knows it.
type Current struct {
	Name       string
	Generation int64 // 0: imported, nobody here holds its secret
	Status     pat.Status
	// UserGone is true if the token's user is proven not to exist.
	UserGone bool
}

// Decision is what becomes of a token, and why.
type Decision struct {
	Action Action
	// Reason says why a token is issued; empty while that is not known, or none is.
	Reason Reason
	// Argument is the argument whose change is the reason.
	Argument string
}

// Decide says what becomes of a token when its arguments are recorded as before and are
// now after. It has no clock and is asked with the same answer in plan and apply.
func Decide(current Current, before, after Arguments, traits pat.Traits) Decision {
	if invalid := decideInvalid(current, before, after, traits); invalid.Action != Keep {
		return invalid
	}

	if current.Generation == 0 {
		return Decision{}
	}

	return decideChanged(current, before, after, traits)
}

// decideInvalid is about a token that can no longer be used.
func decideInvalid(current Current, before, after Arguments, traits pat.Traits) Decision {
	decision := Decision{Action: Reissue}

	switch current.Status {
	case pat.StatusActive:
		return Decision{}
	case pat.StatusRevoked:
		decision.Reason = ReasonRevoked
	case pat.StatusMissing:
		decision.Reason = ReasonMissing
	case pat.StatusExpired:
		decision.Reason = ReasonExpired

		switch {
		case after.Relative:
		case after.ExpiresAt.Unknown:
			return Decision{Action: MayReissue}
		case after.ExpiresAt.Set && same(before.ExpiresAt, after.ExpiresAt, time.Time.Equal):
			// It is what the user asked for, and a successor would be born expired.
			return Decision{}
		}
	}

	if current.UserGone || burnt(current, after, traits) {
		decision.Action = Refuse
	}

	return decision
}

// decideChanged is about a token that is in order.
func decideChanged(current Current, before, after Arguments, traits pat.Traits) Decision {
	argument, certain := changed(current, before, after)

	switch {
	case argument == "":
		return Decision{}
	case !certain:
		return Decision{Action: MayReissue}
	case burnt(current, after, traits):
		return Decision{Action: Refuse, Reason: ReasonChanged, Argument: argument}
	default:
		return Decision{Action: Reissue, Reason: ReasonChanged, Argument: argument}
	}
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
	case after.ExpiresAt.Unknown:
		return "expires_at", false
	case after.ExpiresAt.Set && !after.Relative && !same(before.ExpiresAt, after.ExpiresAt, time.Time.Equal):
		return "expires_at", true
	default:
		return "", true
	}
}

// burnt says whether the arguments ask for the very name that the token has used up.
func burnt(current Current, after Arguments, traits pat.Traits) bool {
	return !traits.ReusableNames && !after.NamePrefix.Set && !after.NamePrefix.Unknown &&
		after.Name.Set && after.Name.V == current.Name
}

func equal(a, b string) bool { return a == b }

// same compares two values; an unknown one is the same as none.
func same[T any](a, b Value[T], equal func(T, T) bool) bool {
	return a.Set == b.Set && !a.Unknown && !b.Unknown && (!a.Set || equal(a.V, b.V))
}
