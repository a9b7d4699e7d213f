package pat

import (
	"context"
	"iter"
	"strings"
)

// System is one server of a platform, accessed with one account. All methods are safe for concurrent
// use, and every error that a server caused is one of the types in errors.go.
type System interface {
	// Traits describes how the platform differs from others. It sends no request.
	Traits() Traits
	// Server returns the normalized base URL, without credentials or a trailing slash. It sends no
	// request.
	Server() string

	// CurrentUser returns the user that the System is logged in as.
	CurrentUser(ctx context.Context) (User, error)
	// User returns one user, matched exactly. It fails with a [GoneError] if the user is proven not
	// to exist, and with a [ValidationError] if the id and the username in ref belong to different
	// users.
	User(ctx context.Context, ref UserRef) (User, error)
	// Users returns all users that the query selects. It is not an error if there are none.
	Users(ctx context.Context, query UserQuery) ([]User, error)

	// Token returns one token by its key. If several tokens share the key, it returns the last in the
	// order of Tokens. It fails with a [GoneError] if the token is proven not to exist.
	Token(ctx context.Context, key Key) (Token, error)
	// Tokens returns the tokens of one user that the query selects, in the order of their ids or
	// names, including revoked and expired tokens if the server keeps them. An empty result is not an
	// error, unless the account lacks the permission to see the tokens.
	Tokens(ctx context.Context, userID string, query TokenQuery) ([]Token, error)
	// Create issues a token. Its request is processed at most once. An [AmbiguousError] means that
	// the token may exist.
	Create(ctx context.Context, userID string, token NewToken) (Issued, error)
	// Revoke makes the token unusable for ever. It also succeeds if the token was already revoked, or
	// is proven not to exist. If only the creation time distinguishes a token from another one of the
	// same name, the other one is left unchanged. If the caller does not know when its token was
	// created, so that the token may be another one, Revoke fails with an error that describes the
	// existing token.
	Revoke(ctx context.Context, token Token) error
}

// TokenSelector is also implemented by a [System] whose server can return some of a user's tokens by
// their ids. If a System does not implement it, the server always returns all of a user's tokens, so
// reading one costs as much as listing all of them.
type TokenSelector interface {
	// SelectTokens returns the selected tokens of a user, and how many tokens the user has in total,
	// including revoked and expired ones, as far as the account is allowed to see them. A token that
	// it does not return may nevertheless exist, even if the total is 0: only [System.Token] proves
	// that a token does not exist. An id that is not valid on the platform selects nothing.
	SelectTokens(ctx context.Context, userID string, selection Selection) (tokens []Token, total int, err error)
}

// TokenPager is also implemented by a [System] whose server returns a user's tokens in pages, so that
// a caller that needs a few does not fetch all of them. If a System does not implement it, all tokens
// are fetched at once.
type TokenPager interface {
	// EachToken yields the tokens that [System.Tokens] returns, and requests a page after the tokens
	// of the earlier one were consumed. After an error, which it yields with the zero Token, it
	// yields nothing more.
	EachToken(ctx context.Context, userID string, query TokenQuery) iter.Seq2[Token, error]
}

// Selection is a set of a user's tokens: all those that either field selects.
type Selection struct {
	// IDs are the ids of single tokens.
	IDs []string
	// Later are queries with an AfterID, and without a Native part.
	Later []TokenQuery
}

// UserQuery selects users. The zero value selects all.
type UserQuery struct {
	// Ref selects the user with this id, with this username, or with both. It is an error if it is
	// set and empty.
	Ref Option[UserRef]
	// WithTokens sets [User.Tokens].
	WithTokens bool
	// Native is a query of the driver's own type, which must be comparable; nil means none. A driver
	// refuses the type of another driver.
	Native any
}

// TokenQuery selects tokens of one user. The zero value selects all.
type TokenQuery struct {
	// Name selects the tokens of exactly this name.
	Name Option[string]
	// NamePrefix selects names that begin with it.
	NamePrefix Option[string]
	// NameContains selects names that contain it; empty selects all.
	NameContains string
	// AfterID selects tokens that were issued after the one with this id; if it is empty, or if ids
	// do not show the order, it selects all.
	AfterID string
	// Native is a query of the driver's own type, which must be comparable; nil means none. A driver
	// refuses the type of another driver.
	Native any
}

// Selects reports whether the query selects a token, not considering its Native part.
func (q TokenQuery) Selects(token Token) bool {
	return (!q.Name.Set || token.Name == q.Name.V) && strings.HasPrefix(token.Name, q.NamePrefix.V) &&
		strings.Contains(token.Name, q.NameContains) && later(token.ID, q.AfterID)
}

// later reports whether an id was assigned after another, if both are numbers; false if it is the
// same or an earlier one.
func later(id, after string) bool {
	switch {
	case !IsNumber(id) || !IsNumber(after):
		return true
	case len(id) != len(after):
		return len(id) > len(after)
	default:
		return id > after
	}
}

// IsNumber reports whether a text consists of decimal digits only, as some ids do. An empty text does
// not.
func IsNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
