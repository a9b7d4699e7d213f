package controllerserver

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// store is the database: one lock, tables in memory. The callers of its methods must hold the lock.
type store struct {
	mu    sync.Mutex
	users []*user
	// secrets maps the hash of a secret to its token.
	secrets map[string]*token
}

// user is a row of users. Its Password is empty.
type user struct {
	User

	// passwordHash is empty for a user without a password.
	passwordHash string
	failures     int // failed Basic logins in a row
	tokens       []*token
}

// token is a row of personal access tokens.
type token struct {
	owner      *user
	name       string
	hash       string
	expiration time.Time // midnight UTC of the date; zero means never
	lastUsed   time.Time // zero means never
	created    time.Time
}

func (s *store) userNamed(name string) *user {
	return s.findUser(func(u *user) bool { return u.UserName == name })
}

func (s *store) userWithID(id string) *user {
	return s.findUser(func(u *user) bool { return u.SysID == id })
}

func (s *store) findUser(is func(*user) bool) *user {
	if i := slices.IndexFunc(s.users, is); i >= 0 {
		return s.users[i]
	}
	return nil
}

func (s *store) insertUser(u User) (sysID string, err error) {
	if u.UserName == "" || s.userNamed(u.UserName) != nil {
		return "", fmt.Errorf("user name %q is empty or taken", u.UserName)
	}
	if u.SysID != "" && s.userWithID(u.SysID) != nil {
		return "", fmt.Errorf("sysId %q is taken", u.SysID)
	}
	row := &user{}
	row.assign(u)
	s.users = append(s.users, row)
	return row.SysID, nil
}

// removeUser deletes a user and its tokens.
func (s *store) removeUser(u *user) {
	for _, t := range u.tokens {
		delete(s.secrets, t.hash)
	}
	s.users = slices.DeleteFunc(s.users, func(have *user) bool { return have == u })
}

// sortedUsers returns all users by name.
func (s *store) sortedUsers() []*user {
	return slices.SortedFunc(slices.Values(s.users), func(a, b *user) int { return strings.Compare(a.UserName, b.UserName) })
}

func (s *store) insertToken(t *token) {
	t.owner.tokens = append(t.owner.tokens, t)
	s.secrets[t.hash] = t
}

// removeTokens removes a user's tokens with this name and reports whether there were any.
func (s *store) removeTokens(owner *user, name string) bool {
	kept := make([]*token, 0, len(owner.tokens))
	for _, t := range owner.tokens {
		if t.name == name {
			delete(s.secrets, t.hash)
			continue
		}
		kept = append(kept, t)
	}
	removed := len(kept) < len(owner.tokens)
	owner.tokens = kept
	return removed
}

// assign stores u in the row; an empty password keeps the old one.
func (row *user) assign(u User) {
	u = u.clone().completed()
	if u.Password != "" {
		row.passwordHash = hashed(u.SysID, u.Password)
		u.Password = ""
	}
	row.User = u
}

// hasToken reports whether one of the user's tokens has this name.
func (row *user) hasToken(name string) bool {
	return slices.ContainsFunc(row.tokens, func(t *token) bool { return t.name == name })
}

// sortedTokens returns the user's tokens by name, and tokens of the same name by age.
func (row *user) sortedTokens() []*token {
	return slices.SortedStableFunc(slices.Values(row.tokens), func(a, b *token) int { return strings.Compare(a.name, b.name) })
}

// hasPassword reports whether this is the user's password.
func (row *user) hasPassword(password string) bool {
	return row.passwordHash == hashed(row.SysID, password)
}

// hasRole reports whether the user has one of these roles.
func (row *user) hasRole(names ...string) bool {
	return slices.ContainsFunc(row.Roles, func(r UserRole) bool { return slices.Contains(names, r.Role) })
}

// isAdministrator reports whether the user has every permission on every user. The built-in
// administrator needs no role for that.
func (row *user) isAdministrator() bool {
	return row.SysID == AdminSysID || row.hasRole(RoleAdmin, RoleUserAdmin)
}

// usable reports whether the account is neither inactive nor locked.
func (row *user) usable() bool { return !row.Inactive && !row.LockedOut }
