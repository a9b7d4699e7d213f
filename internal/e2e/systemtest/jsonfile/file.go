package jsonfile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	userIDs  = regexp.MustCompile(`^user-[0-9]{6}$`)
	tokenIDs = regexp.MustCompile(`^token-[0-9]{9}$`)
)

// File is the content of the file.
type File struct {
	Users []User `json:"users"`
	// Issued counts all tokens ever issued.
	Issued int `json:"issued"`
}

// User is a user in the file.
type User struct {
	ID       string  `json:"id"`
	Username string  `json:"username"`
	Password string  `json:"password"` // the result of Hash
	Admin    bool    `json:"admin"`
	Tokens   []Token `json:"tokens"`
}

// Token is a token in the file. Tokens are in the order of creation.
type Token struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Secret  string     `json:"secret"` // the result of Hash
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty"`
	Revoked bool       `json:"revoked,omitempty"`
}

// Hash returns the hash of a password or a secret that is stored in the file.
func Hash(secret pat.Secret) string {
	sum := sha256.Sum256([]byte(secret.Reveal()))

	return hex.EncodeToString(sum[:])
}

// Live reports whether the token is valid at the given time.
func (t Token) Live(now time.Time) bool {
	return !t.Revoked && (t.Expires == nil || now.Before(*t.Expires))
}

// Issue adds a token to a user.
func (f *File) Issue(user *User, token Token) Token {
	f.Issued++
	token.ID = fmt.Sprintf("token-%09d", f.Issued)
	user.Tokens = append(user.Tokens, token)

	return token
}

// user returns the user with the id, or nil.
func (f *File) user(id string) *User {
	if i := slices.IndexFunc(f.Users, func(u User) bool { return u.ID == id }); i >= 0 {
		return &f.Users[i]
	}

	return nil
}

// token returns the token with the id, or nil.
func (u *User) token(id string) *Token {
	if i := slices.IndexFunc(u.Tokens, func(t Token) bool { return t.ID == id }); i >= 0 {
		return &u.Tokens[i]
	}

	return nil
}

// check reports what is wrong with the file.
func (f *File) check() error {
	if len(f.Users) == 0 {
		return errors.New("it has no users")
	}

	for _, user := range f.Users {
		if !userIDs.MatchString(user.ID) || user.Username == "" {
			return errors.New("a user has no id or no username")
		}

		for _, token := range user.Tokens {
			if !tokenIDs.MatchString(token.ID) || token.Name == "" || token.Created.IsZero() {
				return errors.New("a token has no id, no name or no creation time")
			}
		}
	}

	return nil
}

// shown converts a user to a [pat.User].
func (u *User) shown() pat.User {
	return pat.User{ID: u.ID, Username: u.Username, Enabled: true, Admin: u.Admin}
}

// shown converts a token to a [pat.Token].
func (t Token) shown(userID string, now time.Time) pat.Token {
	token := pat.Token{UserID: userID, ID: t.ID, Name: t.Name, Status: pat.StatusActive, CreatedAt: t.Created}
	if t.Expires != nil {
		token.ExpiresAt = pat.ServerTime(*t.Expires)
	}

	switch {
	case t.Revoked:
		token.Status = pat.StatusRevoked
	case !t.Live(now):
		token.Status = pat.StatusExpired
	}

	return token
}

// session is the content of the file during one call, and the account that makes the call.
type session struct {
	*System

	tried  string
	was    []byte // the content that was read
	file   File
	caller *User
}

// begin reads the file and authenticates the account. Calls take turns: a session holds the file until
// end is called.
func (s *System) begin(ctx context.Context, tried string) (opened *session, end func(), err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, s.transient(tried, ctx.Err())
	}

	defer func() {
		if err != nil {
			<-s.turn
		}
	}()

	if s.refused != nil {
		return nil, nil, s.refused
	}

	if err := ctx.Err(); err != nil {
		return nil, nil, s.transient(tried, err)
	}

	content, err := s.disk.Read(ctx)

	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, &pat.ProtocolError{Failure: pat.Failure{
			Tried: tried, Said: "there is no such file", Remedy: "Check the path.", Err: err,
		}}
	case err != nil:
		return nil, nil, s.transient(tried, err)
	}

	opened = &session{System: s, tried: tried, was: content}

	err = json.Unmarshal(content, &opened.file)
	if err == nil {
		err = opened.file.check()
	}

	if err != nil {
		// The error is not wrapped, because it may quote the file's content.
		return nil, nil, &pat.ProtocolError{Failure: pat.Failure{
			Tried: tried, Said: "the file is not one of users and tokens", Remedy: "Check the path.",
		}}
	}

	if opened.caller = opened.logIn(); opened.caller == nil {
		s.refused = &pat.AuthenticationError{Failure: pat.Failure{
			Tried: tried, Said: "the username or the password is wrong", Remedy: "Check the username and the password.",
		}}

		return nil, nil, s.refused
	}

	return opened, func() { <-s.turn }, nil
}

// logIn returns the user with this username and password, or nil.
func (s *session) logIn() *User {
	for i := range s.file.Users {
		if user := &s.file.Users[i]; user.Username == s.username && user.Password == Hash(s.password) {
			return user
		}
	}

	return nil
}

// maxAttempts limits how often a change is attempted when other processes keep changing the file.
const maxAttempts = 10

// change reads the file and, if edit changed something, replaces it. If another process has changed the
// file in the meantime, it starts again.
func (s *System) change(ctx context.Context, tried string, edit func(*session) (changed bool, err error)) error {
	var err error

	for range maxAttempts {
		if err = s.changeOnce(ctx, tried, edit); !errors.Is(err, ErrConflict) {
			break
		}
	}

	return err
}

func (s *System) changeOnce(ctx context.Context, tried string, edit func(*session) (changed bool, err error)) error {
	opened, end, err := s.begin(ctx, tried)
	if err != nil {
		return err
	}
	defer end()

	changed, err := edit(opened)
	if err != nil || !changed {
		return err
	}

	return opened.save(ctx)
}

// save replaces the file.
func (s *session) save(ctx context.Context) error {
	content, err := json.MarshalIndent(s.file, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the file: %w", err)
	}

	err = s.disk.Replace(ctx, s.was, content)

	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrUnchanged):
		return s.transient(s.tried, err)
	default:
		return &pat.AmbiguousError{Failure: pat.Failure{
			Tried: s.tried, Said: "the file may have changed: " + err.Error(), Remedy: "Look into the file.", Err: err,
		}}
	}
}

// find returns a user that the account is allowed to see.
func (s *session) find(id string) (*User, error) {
	user := s.file.user(id)

	switch {
	case !s.caller.Admin && s.caller.ID != id:
		return nil, &pat.PermissionError{Failure: pat.Failure{
			Tried: s.tried, Said: "only an administrator sees other users", Remedy: "Use the account of an administrator.",
		}}
	case user == nil:
		return nil, s.gone("there is no user with id "+id, true)
	default:
		return user, nil
	}
}

// gone returns the error that proves absence: an account that gets this far can see the whole file.
func (s *session) gone(said string, user bool) error {
	return &pat.GoneError{Failure: pat.Failure{Tried: s.tried, Said: said}, UserGone: user}
}

func (s *System) transient(tried string, err error) error {
	return &pat.TransientError{Failure: pat.Failure{
		Tried: tried, Said: "the file could not be used: " + err.Error(), Remedy: "Try again later.", Err: err,
	}}
}

// invalid returns the error for an invalid argument.
func invalid(tried, said string, fields ...string) error {
	err := &pat.ValidationError{Failure: pat.Failure{Tried: tried, Said: said}}

	for _, field := range fields {
		err.Fields = map[string][]string{field: {said}}
	}

	return err
}

// checkID returns an error if the id does not have the form.
func checkID(tried, id string, form *regexp.Regexp) error {
	if form.MatchString(id) {
		return nil
	}

	return invalid(tried, "an id matches "+form.String()+", and "+pat.Quote(strings.ToValidUTF8(id, "?"))+" does not")
}
