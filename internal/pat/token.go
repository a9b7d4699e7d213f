package pat

import "time"

// Status says whether a token can still be used.
type Status string

// The states of a token. A platform reports the first three; StatusMissing is the
// conclusion drawn from a [GoneError].
const (
	// StatusActive is a token that the server accepts.
	StatusActive Status = "active"
	// StatusExpired is a token whose expiry has passed by the server's own clock or,
	// where expiries are dates, by the latest reading of its date.
	StatusExpired Status = "expired"
	// StatusRevoked is a token that was revoked and whose row the server keeps.
	StatusRevoked Status = "revoked"
	// StatusMissing is a token that is proven not to be there.
	StatusMissing Status = "missing"
)

// Key addresses one token of one user.
type Key struct {
	// UserID is the platform's own key of the user: Foreman's number in decimal,
	// Universal Controller's sysId. Never a login.
	UserID string
	// TokenID is the token's id and, on a platform without token ids
	// ([Traits.TokenIDs]), its name.
	TokenID string
}

// Token is one personal access token as its server shows it, without its secret.
type Token struct {
	// UserID is the key of the token's owner.
	UserID string
	// ID addresses the token within its user. On a platform without token ids it
	// equals Name.
	ID string
	// Name is unique per user. Foreman never frees the name of a revoked token.
	Name string
	// Status is what the server says of the token. It is never StatusMissing.
	Status Status
	// CreatedAt is when the server made the token; zero where it did not say.
	CreatedAt time.Time
	// ExpiresAt is the expiry; zero never expires. Where [Traits.ExpiryIsDate], it is
	// midnight UTC of the date.
	ExpiresAt time.Time
	// LastUsedAt is the last login with the token; zero never. Foreman does not count
	// requests that ride on a session.
	LastUsedAt time.Time
	// Used is true if the server shows any last use, be it one whose time cannot be read.
	Used bool
}

// Key returns the key that addresses the token.
func (t Token) Key() Key { return Key{UserID: t.UserID, TokenID: t.ID} }

// SameAs says whether other is this very token and not a later one of the same key:
// on a platform without token ids only the creation time tells them apart. A creation
// time that is unknown on either side is no evidence against.
func (t Token) SameAs(other Token) bool {
	if t.Key() != other.Key() || t.Name != other.Name {
		return false
	}

	return t.CreatedAt.IsZero() || other.CreatedAt.IsZero() || t.CreatedAt.Equal(other.CreatedAt)
}

// NewToken is what a token is issued with.
type NewToken struct {
	// Name must not be in use by the user and, where names are not reusable, must
	// never have been.
	Name string
	// ExpiresAt is the expiry in whole seconds; a token without one never expires.
	ExpiresAt Option[time.Time]
}

// Issued is the answer to a create: the only value that ever holds a secret.
type Issued struct {
	Token

	// Secret is shown by the server this once.
	Secret Secret
	// Asked is the expiry that was asked for; not set never expires. The server may have given
	// another.
	Asked Option[time.Time]
}
