package pat

import (
	"context"
	"iter"
	"strings"
)

// System is one server of a platform, reached with one account. All methods are safe
// for concurrent use, and every error that a server caused is one of the types in
// errors.go.
type System interface {
	// Traits tells how the platform differs from others. It sends nothing.
	Traits() Traits
	// Server returns the normalized base URL, without credentials or a trailing slash.
	// It sends nothing.
	Server() string

	// CurrentUser returns the account that the System was configured with.
	CurrentUser(ctx context.Context) (User, error)
	// User returns one user, matched exactly. It fails with a [GoneError] if the user
	// is proven not to exist, and with a [ValidationError] if ref names two users.
	User(ctx context.Context, ref UserRef) (User, error)
	// Users returns all users that the query selects. None is not an error.
	Users(ctx context.Context, query UserQuery) ([]User, error)

	// Token returns one token by its key, of several that share it the last in the order
	// of Tokens. It fails with a [GoneError] if the token is proven not to be there.
	Token(ctx context.Context, key Key) (Token, error)
	// Tokens returns the tokens of one user that the query selects, revoked and expired
	// ones included where the server keeps them, in the order of their ids or names.
	// None is not an error, but it is one if the caller could not have seen any.
	Tokens(ctx context.Context, userID string, query TokenQuery) ([]Token, error)
	// Create issues a token, sending the request at most once in effect. A
	// [AmbiguousError] says that the token may exist.
	Create(ctx context.Context, userID string, token NewToken) (Issued, error)
	// Revoke makes the token useless for ever. It succeeds if that was so already, and
	// for a token that is proven not to be there. Where only the creation time tells a
	// token from its namesake, another one is left alone; one that may be another, because
	// the caller does not know when its token was created, is an error that says what is there.
	Revoke(ctx context.Context, token Token) error
}

// TokenSelector is what a [System] also is if its server can be asked for some of a
// user's tokens by their ids. Where a System is none, the server shows a user's tokens
// all at once, so that to read one costs what listing all of them costs.
type TokenSelector interface {
	// SelectTokens returns those of a user's tokens that are selected, and how many the
	// user has in all, as far as the caller may see, revoked and expired ones included.
	// What it does not return may be there all the same, total 0 included: only
	// [System.Token] proves that a token is not. An id that the platform could not have is
	// one that no token has.
	SelectTokens(ctx context.Context, userID string, selection Selection) (tokens []Token, total int, err error)
}

// TokenPager is what a [System] also is if its server shows a user's tokens page by page,
// so that whoever wants a few need not fetch them all. Where a System is none, they come all
// at once.
type TokenPager interface {
	// EachToken yields what [System.Tokens] returns, and asks for a page when the tokens of
	// the one before are taken. After an error, with the zero Token, it yields no more.
	EachToken(ctx context.Context, userID string, query TokenQuery) iter.Seq2[Token, error]
}

// Selection is some of a user's tokens: all that it names in one way or another.
type Selection struct {
	// IDs are those of single tokens.
	IDs []string
	// Later are queries with an AfterID, and without a Native part.
	Later []TokenQuery
}

// UserQuery selects users. The zero value selects all.
type UserQuery struct {
	// Ref narrows to the user of this id, of this username, or of both. One that is set and
	// names nobody is an error.
	Ref Option[UserRef]
	// WithTokens fills [User.Tokens].
	WithTokens bool
	// Native is a query of the driver's own type, comparable; nil is none. A driver
	// refuses the type of another.
	Native any
}

// TokenQuery selects tokens of one user. The zero value selects all.
type TokenQuery struct {
	// Name narrows to the token of exactly this name.
	Name Option[string]
	// NamePrefix narrows to names that begin with it.
	NamePrefix Option[string]
	// NameContains narrows to names that hold it; empty is any.
	NameContains string
	// AfterID narrows to tokens that were issued after the one of this id; empty, or where
	// ids do not tell, is any.
	AfterID string
	// Native is a query of the driver's own type, comparable; nil is none. A driver
	// refuses the type of another.
	Native any
}

// Selects says whether the query selects a token, its Native part aside.
func (q TokenQuery) Selects(token Token) bool {
	return (!q.Name.Set || token.Name == q.Name.V) && strings.HasPrefix(token.Name, q.NamePrefix.V) &&
		strings.Contains(token.Name, q.NameContains) && later(token.ID, q.AfterID)
}

// later says whether an id was given after another, as numbers tell; false if it is the
// other or an earlier one.
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

// IsNumber says whether a text is made of digits alone: a number in decimal, as far as ids are. An
// empty one is not.
func IsNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}
