package jsonfile

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// maxNameLength is the maximum length of a token's name, in characters.
const maxNameLength = 64

// Options configure a [System].
type Options struct {
	// Path is the absolute path of the file.
	Path string
	// Disk stores the file; nil is the disk of this machine.
	Disk Disk
	// Username and Password are the account's credentials.
	Username string
	Password pat.Secret
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// System is a [pat.System] of one file. Use [New] to create it.
type System struct {
	path     string
	disk     Disk
	username string
	password pat.Secret
	now      func() time.Time

	// turn holds one value while a call uses the file. It also guards refused.
	turn    chan struct{}
	refused error
}

var _ pat.System = (*System)(nil)

// New validates the options. It does not read the file.
func New(options Options) (*System, error) {
	if !strings.HasPrefix(options.Path, "/") || options.Username == "" || options.Password == "" {
		return nil, errors.New("an absolute path, a username and a password are required")
	}

	s := &System{
		path: options.Path, disk: options.Disk, username: options.Username, password: options.Password, now: options.Now,
		turn: make(chan struct{}, 1),
	}

	if s.disk == nil {
		s.disk = Local(options.Path)
	}

	if s.now == nil {
		s.now = time.Now
	}

	return s, nil
}

// Traits returns the platform's traits: tokens have ids, and names are reusable.
func (s *System) Traits() pat.Traits {
	return pat.Traits{
		Platform: "json_file", DisplayName: "JSON file", UserID: userIDs, TokenIDs: true, ReusableNames: true,
		MaxNameLength: maxNameLength, ReservedNames: []string{"console"},
	}
}

// Server returns the URL of the file.
func (s *System) Server() string { return "file://" + s.path }

// CurrentUser returns the account's user.
func (s *System) CurrentUser(ctx context.Context) (pat.User, error) {
	opened, end, err := s.begin(ctx, s.tried("reading the account"))
	if err != nil {
		return pat.User{}, err
	}
	defer end()

	return opened.caller.shown(), nil
}

// User returns one user.
func (s *System) User(ctx context.Context, ref pat.UserRef) (pat.User, error) {
	tried := s.tried("looking up " + ref.String())
	if err := checkRef(tried, ref); err != nil {
		return pat.User{}, err
	}

	opened, end, err := s.begin(ctx, tried)
	if err != nil {
		return pat.User{}, err
	}
	defer end()

	user, err := opened.resolve(ref)
	if err != nil {
		return pat.User{}, err
	}

	if ref.Username != "" && user.Username != ref.Username {
		return pat.User{}, invalid(tried, "the user with id "+user.ID+" is "+shownLogin(user.Username))
	}

	return user.shown(), nil
}

// Users returns users in the order of the file.
func (s *System) Users(ctx context.Context, query pat.UserQuery) ([]pat.User, error) {
	tried := s.tried("listing users")

	if query.Native != nil {
		return nil, invalid(tried, fmt.Sprintf("a file has no query of type %T", query.Native))
	}

	ref := query.Ref.V
	if query.Ref.Set {
		if err := checkRef(tried, ref); err != nil {
			return nil, err
		}
	}

	opened, end, err := s.begin(ctx, tried)
	if err != nil {
		return nil, err
	}
	defer end()

	if self := opened.caller; !self.Admin && (!query.Ref.Set || ref.ID != self.ID && ref.Username != self.Username) {
		_, err := opened.find("")

		return nil, err
	}

	users := []pat.User{}

	for _, user := range opened.file.Users {
		if ref.ID != "" && user.ID != ref.ID || ref.Username != "" && user.Username != ref.Username {
			continue
		}

		shown := user.shown()
		if query.WithTokens {
			shown.Tokens = s.selected(user, pat.TokenQuery{})
		}

		users = append(users, shown)
	}

	return users, nil
}

// Token returns one token.
func (s *System) Token(ctx context.Context, key pat.Key) (pat.Token, error) {
	tried := s.tried("reading a token")
	if err := cmp.Or(checkID(tried, key.UserID, userIDs), checkID(tried, key.TokenID, tokenIDs)); err != nil {
		return pat.Token{}, err
	}

	opened, end, err := s.begin(ctx, tried)
	if err != nil {
		return pat.Token{}, err
	}
	defer end()

	user, err := opened.find(key.UserID)
	if err != nil {
		return pat.Token{}, err
	}

	token := user.token(key.TokenID)
	if token == nil {
		return pat.Token{}, opened.gone("user "+user.Username+" has no token "+key.TokenID, false)
	}

	return token.shown(user.ID, s.now()), nil
}

// Tokens returns a user's tokens in the order of their ids.
func (s *System) Tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	tried := s.tried("listing tokens")
	if err := checkID(tried, userID, userIDs); err != nil {
		return nil, err
	}

	if query.Native != nil {
		return nil, invalid(tried, fmt.Sprintf("a file has no query of type %T", query.Native))
	}

	opened, end, err := s.begin(ctx, tried)
	if err != nil {
		return nil, err
	}
	defer end()

	user, err := opened.find(userID)
	if err != nil {
		return nil, err
	}

	return s.selected(*user, query), nil
}

// Create issues a token.
func (s *System) Create(ctx context.Context, userID string, token pat.NewToken) (pat.Issued, error) {
	tried := s.tried("issuing a token")
	if err := cmp.Or(checkID(tried, userID, userIDs), s.checkNew(tried, token)); err != nil {
		return pat.Issued{}, err
	}

	now := s.now().UTC().Truncate(time.Second)
	secret := pat.Secret("jf_" + rand.Text())
	row := Token{Name: token.Name, Secret: Hash(secret), Created: now}

	if token.ExpiresAt.Set {
		expires := token.ExpiresAt.V.UTC().Truncate(time.Second)
		row.Expires = &expires
	}

	err := s.change(ctx, tried, func(opened *session) (bool, error) {
		user, err := opened.find(userID)
		if err != nil {
			return false, err
		}

		if slices.ContainsFunc(user.Tokens, func(t Token) bool { return t.Name == token.Name && !t.Revoked }) {
			return false, invalid(tried, "the name is taken: revoke the other token, or use another name", "name")
		}

		row = opened.file.Issue(user, row)

		return true, nil
	})
	if err != nil {
		return pat.Issued{}, err
	}

	return pat.Issued{Token: row.shown(userID, now), Secret: secret, Asked: token.ExpiresAt}, nil
}

// Revoke marks a token as revoked.
func (s *System) Revoke(ctx context.Context, token pat.Token) error {
	tried := s.tried("revoking a token")
	if err := cmp.Or(checkID(tried, token.UserID, userIDs), checkID(tried, token.ID, tokenIDs)); err != nil {
		return err
	}

	return s.change(ctx, tried, func(opened *session) (bool, error) {
		user, err := opened.find(token.UserID)
		if _, gone := errors.AsType[*pat.GoneError](err); gone {
			return false, nil
		}

		if err != nil {
			return false, err
		}

		row := user.token(token.ID)
		if row == nil || row.Revoked {
			return false, nil
		}

		row.Revoked = true

		return true, nil
	})
}

// resolve returns the user of a reference, by its id if it has one.
func (s *session) resolve(ref pat.UserRef) (*User, error) {
	if ref.ID != "" {
		return s.find(ref.ID)
	}

	for i := range s.file.Users {
		if user := &s.file.Users[i]; user.Username == ref.Username {
			return s.find(user.ID)
		}
	}

	if !s.caller.Admin {
		return s.find("")
	}

	return nil, s.gone("there is no user "+pat.Quote(ref.Username), true)
}

// selected returns the user's tokens that match the query.
func (s *System) selected(user User, query pat.TokenQuery) []pat.Token {
	tokens := []pat.Token{}

	for _, row := range user.Tokens {
		if token := row.shown(user.ID, s.now()); query.Selects(token) {
			tokens = append(tokens, token)
		}
	}

	return tokens
}

// checkNew returns an error if no such token can be issued.
func (s *System) checkNew(tried string, token pat.NewToken) error {
	switch {
	case strings.TrimSpace(token.Name) == "" || !utf8.ValidString(token.Name):
		return invalid(tried, "the name is blank, or no text", "name")
	case utf8.RuneCountInString(token.Name) > maxNameLength:
		return invalid(tried, fmt.Sprintf("a name has at most %d characters", maxNameLength), "name")
	case token.ExpiresAt.Set && !token.ExpiresAt.V.After(s.now()):
		return invalid(tried, "the expiry is over", "expires_at")
	default:
		return nil
	}
}

// shownLogin formats a username for an error.
func shownLogin(username string) string {
	if strings.ContainsFunc(username, unicode.IsControl) || pat.MayBeSecret(username) {
		return pat.Quote(username)
	}

	return username
}

// checkRef returns an error if the reference is empty or its id is invalid.
func checkRef(tried string, ref pat.UserRef) error {
	switch {
	case ref == (pat.UserRef{}):
		return invalid(tried, "neither an id nor a username was given")
	case ref.ID != "":
		return checkID(tried, ref.ID, userIDs)
	default:
		return nil
	}
}

// tried describes a call for its errors.
func (s *System) tried(what string) string { return what + " in " + s.Server() }
