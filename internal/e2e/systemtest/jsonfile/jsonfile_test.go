package jsonfile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/systemtest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var administrator = systemtest.Account{Username: "root", Password: "r00t of all evil"}

func TestConformance(t *testing.T) {
	t.Parallel()

	blank := []string{"", " ", "a\xff", strings.Repeat("é", maxNameLength+1)}

	systemtest.Run(t, systemtest.Platform{
		New: newServer, Administrator: administrator, KeepsRevoked: true, KeepsExpired: true,
		InvalidUserIDs:  []string{"user-1", "user-0000010", "USER-000001"},
		InvalidTokenIDs: append([]string{"token-1", "1", "token-0000000001"}, blank...),
		InvalidNames:    blank,
	})
}

// server is a file on a disk that can fail.
type server struct {
	*systemtest.Clock

	disk Local

	mu           sync.Mutex
	all, changes int
	hooks        []*hook
	failing      bool
	failure      systemtest.Failure
}

// hook runs before the file is read or, if changes is set, before it is replaced.
type hook struct {
	changes bool
	run     func(context.Context)
}

func newServer(tb testing.TB) systemtest.Server {
	tb.Helper()

	s := &server{Clock: systemtest.NewClock(), disk: Local(filepath.Join(tb.TempDir(), "users.json"))}
	s.write(tb, File{Users: []User{{ID: "user-000001", Username: administrator.Username, Password: Hash(administrator.Password), Admin: true}}})

	return s
}

// Read reads the file, unless the disk is failing.
func (s *server) Read(ctx context.Context) ([]byte, error) {
	failing, failure := s.arrive(ctx, false)

	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case failing && failure == systemtest.Unreachable:
		return nil, os.ErrDeadlineExceeded
	case failing && failure == systemtest.Unreadable:
		return []byte("<html>Sign in</html>"), nil
	default:
		return s.disk.Read(ctx)
	}
}

// Replace replaces the file. If the response is to be lost ([systemtest.Unconfirmed]), it still
// replaces the file but returns an error, once.
func (s *server) Replace(ctx context.Context, was, content []byte) error {
	failing, failure := s.arrive(ctx, true)
	// Like a server, the disk completes a write that it has received, even if the caller has given up.
	err := s.disk.Replace(context.WithoutCancel(ctx), was, content)

	if failing && failure == systemtest.Unconfirmed {
		s.Repair()

		return os.ErrDeadlineExceeded
	}

	return errors.Join(err, ctx.Err())
}

// arrive counts the request, runs the hooks, and reports whether to fail. Replacing a file belongs to
// the request that read it, so it counts only as a change.
func (s *server) arrive(ctx context.Context, changes bool) (failing bool, failure systemtest.Failure) {
	s.mu.Lock()
	if changes {
		s.changes++
	} else {
		s.all++
	}

	hooks := slices.Clone(s.hooks)
	s.mu.Unlock()

	for _, hook := range hooks {
		if hook.changes == changes {
			hook.run(ctx)
		}
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	return s.failing, s.failure
}

// Open returns a System of the account.
func (s *server) Open(tb testing.TB, account systemtest.Account) pat.System {
	tb.Helper()

	system, err := New(Options{
		Path: string(s.disk), Disk: s, Username: account.Username, Password: account.Password, Now: s.Now,
	})
	if err != nil {
		tb.Fatal(err)
	}

	return system
}

// Requests counts the requests so far.
func (s *server) Requests() (all, changes int) {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.all, s.changes
}

// Before adds a hook.
func (s *server) Before(changes bool, run func(ctx context.Context)) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()

	added := &hook{changes, run}
	s.hooks = append(s.hooks, added)

	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()

		s.hooks = slices.DeleteFunc(s.hooks, func(hook *hook) bool { return hook == added })
	}
}

// Break makes the disk fail.
func (s *server) Break(failure systemtest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.failing, s.failure = true, failure
}

// Repair ends all failures.
func (s *server) Repair() {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.failing = false
}

func (s *server) read(tb testing.TB) File {
	tb.Helper()

	content, err := os.ReadFile(string(s.disk))
	if err != nil {
		tb.Fatal(err)
	}

	var file File
	if err := json.Unmarshal(content, &file); err != nil {
		tb.Fatal(err)
	}

	return file
}

func (s *server) write(tb testing.TB, file File) {
	tb.Helper()

	content, err := json.Marshal(file)
	if err != nil {
		tb.Fatal(err)
	}

	if err := os.WriteFile(string(s.disk), content, 0o600); err != nil {
		tb.Fatal(err)
	}
}

// edit changes a user in the file.
func (s *server) edit(tb testing.TB, username string, change func(*File, *User)) {
	tb.Helper()

	file := s.read(tb)
	for i := range file.Users {
		if file.Users[i].Username == username {
			change(&file, &file.Users[i])
		}
	}

	s.write(tb, file)
}

// AddUser adds a user. Ids are never reused.
func (s *server) AddUser(tb testing.TB, username string) string {
	tb.Helper()

	file := s.read(tb)
	file.Issued++
	id := fmt.Sprintf("user-%06d", file.Issued+1)
	file.Users = append(file.Users, User{ID: id, Username: username, Password: Hash(systemtest.Password)})
	s.write(tb, file)

	return id
}

// RenameUser changes a user's login.
func (s *server) RenameUser(tb testing.TB, username, to string) {
	tb.Helper()
	s.edit(tb, username, func(_ *File, user *User) { user.Username = to })
}

// DeleteUser deletes a user.
func (s *server) DeleteUser(tb testing.TB, username string) {
	tb.Helper()

	file := s.read(tb)
	file.Users = slices.DeleteFunc(file.Users, func(user User) bool { return user.Username == username })
	s.write(tb, file)
}

// AddToken issues a token.
func (s *server) AddToken(tb testing.TB, username, name string, expires time.Time) {
	tb.Helper()
	s.edit(tb, username, func(file *File, user *User) {
		token := Token{Name: name, Created: s.Now()}
		if !expires.IsZero() {
			token.Expires = &expires
		}

		file.Issue(user, token)
	})
}

// RevokeToken revokes all tokens with the name.
func (s *server) RevokeToken(tb testing.TB, username, name string) {
	tb.Helper()
	s.edit(tb, username, func(_ *File, user *User) {
		for i := range user.Tokens {
			user.Tokens[i].Revoked = user.Tokens[i].Revoked || user.Tokens[i].Name == name
		}
	})
}

// DeleteToken removes all tokens with the name.
func (s *server) DeleteToken(tb testing.TB, username, name string) {
	tb.Helper()
	s.edit(tb, username, func(_ *File, user *User) {
		user.Tokens = slices.DeleteFunc(user.Tokens, func(token Token) bool { return token.Name == name })
	})
}

// LiveTokens counts a user's valid tokens.
func (s *server) LiveTokens(username string) int {
	return s.count(username, func(Token) bool { return true })
}

// Authenticates reports whether the secret is that of a valid token of the user.
func (s *server) Authenticates(username string, secret pat.Secret) bool {
	return s.count(username, func(token Token) bool { return token.Secret == Hash(secret) }) > 0
}

// count counts the user's valid tokens that are wanted.
func (s *server) count(username string, wanted func(Token) bool) int {
	content, err := os.ReadFile(string(s.disk))
	if err != nil {
		return -1
	}

	var file File
	if err := json.Unmarshal(content, &file); err != nil {
		return -1
	}

	n := 0

	for _, user := range file.Users {
		for _, token := range user.Tokens {
			if user.Username == username && token.Live(s.Now()) && wanted(token) {
				n++
			}
		}
	}

	return n
}
