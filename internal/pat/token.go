package pat

import "time"

// Status is the state of a token.
type Status string

// The states of a token. A platform reports the first three; StatusMissing is what a [GoneError]
// proves.
const (
	// StatusActive means that the server accepts the token.
	StatusActive Status = "active"
	// StatusExpired means that the token has expired by the server's own clock. If expiries are
	// dates, it means that the date has ended in every time zone.
	StatusExpired Status = "expired"
	// StatusRevoked means that the token was revoked and that the server still keeps its row.
	StatusRevoked Status = "revoked"
	// StatusMissing means that the token is proven not to exist.
	StatusMissing Status = "missing"
)

// Key identifies one token of one user.
type Key struct {
	// UserID is the platform's own key of the user: Foreman's id in decimal, Universal Controller's
	// sysId. It is never a username.
	UserID string
	// TokenID is the token's id or, on a platform without token ids ([Traits.TokenIDs]), its name.
	TokenID string
}

// Token is one personal access token as its server returns it, without its secret.
type Token struct {
	// UserID is the key of the token's owner.
	UserID string
	// ID identifies the token among those of its user. On a platform without token ids it equals
	// Name.
	ID string
	// Name is unique per user. Foreman never frees the name of a revoked token.
	Name string
	// Status is the status that the server reports. It is never StatusMissing.
	Status Status
	// CreatedAt is when the server created the token; zero if the server did not send it.
	CreatedAt time.Time
	// ExpiresAt is the expiry; zero means that the token never expires. If [Traits.ExpiryIsDate], it
	// is midnight UTC of the date.
	ExpiresAt time.Time
	// LastUsedAt is the last login with the token; zero means never. Foreman does not count requests
	// that reuse a session.
	LastUsedAt time.Time
	// Used is true if the server reports any last use, even one whose time cannot be read.
	Used bool
}

// Key returns the key that identifies the token.
func (t Token) Key() Key { return Key{UserID: t.UserID, TokenID: t.ID} }

// SameAs reports whether other is this very token and not a later one with the same key: on a
// platform without token ids, only the creation time distinguishes them. If a creation time is
// unknown on either side, the tokens are assumed to be the same.
func (t Token) SameAs(other Token) bool {
	if t.Key() != other.Key() || t.Name != other.Name {
		return false
	}

	return t.CreatedAt.IsZero() || other.CreatedAt.IsZero() || t.CreatedAt.Equal(other.CreatedAt)
}

// NewToken describes a token to be issued.
type NewToken struct {
	// Name must not be the name of another token of the user and, if names are not reusable, must
	// never have been.
	Name string
	// ExpiresAt is the expiry in whole seconds; a token without one never expires.
	ExpiresAt Option[time.Time]
}

// Issued is the response to a creation: the only value that ever contains a secret.
type Issued struct {
	Token

	// Secret is the token's secret, which the server returns only once.
	Secret Secret
	// Asked is the requested expiry; not set means that the token should never expire. The server may
	// have set another.
	Asked Option[time.Time]
}
