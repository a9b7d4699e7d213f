package foremanserver

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// The kinds of taxonomy.
const (
	kindOrganization = "Organization"
	kindLocation     = "Location"
)

// The authentication source of all users that are not hidden.
const (
	authSourceName = "Internal"
	authSourceType = "AuthSourceInternal"
)

// store is the database: one lock, tables in memory. The callers of its methods must hold the lock.
type store struct {
	mu sync.Mutex

	users      []*user // in heap order
	usersByID  map[int]*user
	usersLogin map[string]*user // by login in lower case
	lastUserID int
	lastRoleID int

	tokens      map[int]*tokenTable // by user id
	tokensHash  map[string]*token
	lastTokenID int
	// duplicates lets creates skip the check that a name is free, as racing creates do.
	duplicates bool

	taxonomies     map[int]*taxonomy
	lastTaxonomyID int
}

// user is a row of users.
type user struct {
	id                int
	login             string
	passwordHash      string
	passwordSalt      string
	firstname         *string
	lastname          *string
	mail              *string
	description       *string
	timezone          *string
	admin             bool
	disabled          bool
	hidden            bool
	permissions       []string
	roleID            int // 0 if the user has no permissions
	organizationIDs   []int
	locationIDs       []int
	lastLogin         time.Time
	created, modified time.Time
}

// token is a row of personal_access_tokens.
type token struct {
	id                int
	userID            int
	name              string
	hash              string
	revoked           bool
	expires           time.Time // zero means never
	lastUsed          time.Time // zero means never
	created, modified time.Time
}

// tokenTable holds one user's tokens.
type tokenTable struct {
	heap  []*token // in heap order: a row moves to the end when it is updated
	byID  []*token
	names map[string]int
}

// taxonomy is an organization or a location.
type taxonomy struct {
	id   int
	kind string
	name string
}

func newStore() store {
	return store{
		usersByID:  map[int]*user{},
		usersLogin: map[string]*user{},
		tokens:     map[int]*tokenTable{},
		tokensHash: map[string]*token{},
		taxonomies: map[int]*taxonomy{},
	}
}

func (s *store) insertUser(u *user) {
	if u.id == 0 {
		s.lastUserID++
		u.id = s.lastUserID
	}
	s.lastUserID = max(s.lastUserID, u.id)
	s.users = append(s.users, u)
	s.usersByID[u.id] = u
	s.usersLogin[strings.ToLower(u.login)] = u
}

// userMoved moves an updated row to the end of the heap.
func (s *store) userMoved(u *user) {
	s.users = append(slices.DeleteFunc(s.users, func(have *user) bool { return have == u }), u)
}

// removeUser deletes a user and its tokens.
func (s *store) removeUser(u *user) {
	s.users = slices.DeleteFunc(s.users, func(have *user) bool { return have == u })
	delete(s.usersByID, u.id)
	delete(s.usersLogin, strings.ToLower(u.login))
	if table := s.tokens[u.id]; table != nil {
		for _, t := range table.byID {
			delete(s.tokensHash, t.hash)
		}
	}
	delete(s.tokens, u.id)
}

func (s *store) table(userID int) *tokenTable {
	table := s.tokens[userID]
	if table == nil {
		table = &tokenTable{names: map[string]int{}}
		s.tokens[userID] = table
	}
	return table
}

func (s *store) insertToken(t *token) {
	s.lastTokenID++
	t.id = s.lastTokenID
	table := s.table(t.userID)
	table.heap = append(table.heap, t)
	table.byID = append(table.byID, t)
	table.names[t.name]++
	s.tokensHash[t.hash] = t
}

// tokenMoved moves an updated row to the end of the heap.
func (s *store) tokenMoved(t *token) {
	table := s.table(t.userID)
	table.heap = append(slices.DeleteFunc(table.heap, func(have *token) bool { return have == t }), t)
}

func (s *store) removeToken(t *token) {
	table := s.table(t.userID)
	same := func(have *token) bool { return have == t }
	table.heap = slices.DeleteFunc(table.heap, same)
	table.byID = slices.DeleteFunc(table.byID, same)
	table.names[t.name]--
	delete(s.tokensHash, t.hash)
}

// findToken finds a user's token by id; nil if there is no such token.
func (s *store) findToken(userID, id int) *token {
	table := s.table(userID)
	i, found := slices.BinarySearchFunc(table.byID, id, func(t *token, id int) int { return t.id - id })
	if !found {
		return nil
	}
	return table.byID[i]
}

// nameTaken reports whether a user has, or has ever had, a token of this name.
func (s *store) nameTaken(userID int, name string) bool {
	return s.table(userID).names[name] > 0
}

// isTwin reports whether another row has the token's name. The server's own validation then rejects
// every update of the row.
func (s *store) isTwin(t *token) bool {
	return s.table(t.userID).names[t.name] > 1
}

// active reports whether a token authenticates at that time.
func (t *token) active(now time.Time) bool {
	return !t.revoked && (t.expires.IsZero() || t.expires.After(now))
}

func (u *user) can(permission string) bool {
	return u.admin || slices.Contains(u.permissions, permission)
}

func (u *user) roleName() string { return u.login + " role" }

func (u *user) roleNames() []value {
	if u.roleID == 0 {
		return nil
	}
	return []value{textValue(u.roleName())}
}

func (u *user) roleIDs() []value {
	if u.roleID == 0 {
		return nil
	}
	return []value{integerValue(u.roleID)}
}
