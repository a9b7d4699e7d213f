// Package systemtest is the conformance suite for [pat.System]: it tests all methods and all guarantees
// that package pat documents, cancellation, concurrent use and, for platforms that are accessed over
// HTTP, broken and hostile servers.
//
// A driver's tests describe the platform once, as a [Platform], and call [Run]. Features of a single
// platform are tested by its driver's own tests.
package systemtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

// Password is the password of every user that a [Server] adds. It contains characters that some
// encodings escape.
const Password = "correct h0rse/&battery"

// Start is the initial time of every [Server]'s clock.
var Start = time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)

// Platform describes a platform and its driver.
type Platform struct {
	// New starts a server with an administrator. It may have further users, but none that the suite
	// adds.
	New func(tb testing.TB) Server
	// Administrator can see and change all users and tokens.
	Administrator Account

	// Selector and Pager say whether the driver's System implements [pat.TokenSelector] and
	// [pat.TokenPager].
	Selector, Pager bool
	// KeepsRevoked and KeepsExpired say whether the server still returns tokens that were revoked or
	// have expired.
	KeepsRevoked, KeepsExpired bool
	// RequiresExpiry says that the server refuses to issue a token without an expiry.
	RequiresExpiry bool
	// AllowsTwins says that the server issues a second token with the name of a live token.
	AllowsTwins bool

	// InvalidUserIDs are further texts that the driver must refuse as a user's id without sending a
	// request, besides those of the suite.
	InvalidUserIDs []string
	// InvalidTokenIDs are texts that the driver must refuse as a token's id (or name, if tokens have no
	// ids) without sending a request.
	InvalidTokenIDs []string
	// InvalidNames are names with which the driver must refuse to create a token, without sending a
	// request.
	InvalidNames []string

	// HTTP describes the driver's requests; nil if the platform is not accessed over HTTP.
	HTTP *HTTP
}

// Account is the username and password that a System logs in with.
type Account struct {
	Username string
	Password pat.Secret
}

// Server is a server of the platform. Its methods act directly on the server, as other people would,
// without the System under test.
type Server interface {
	// Open returns a new System of the account.
	Open(tb testing.TB, account Account) pat.System

	// AddUser adds a user with [Password] and returns the id. The user has no permissions on other
	// users.
	AddUser(tb testing.TB, username string) (id string)
	// RenameUser changes a user's login.
	RenameUser(tb testing.TB, username, to string)
	// DeleteUser deletes a user with all tokens.
	DeleteUser(tb testing.TB, username string)

	// AddToken issues a token; its name may be in use. With the zero expiry it never expires.
	AddToken(tb testing.TB, username, name string, expires time.Time)
	// RevokeToken revokes all tokens with the name.
	RevokeToken(tb testing.TB, username, name string)
	// DeleteToken removes all tokens with the name, without a trace.
	DeleteToken(tb testing.TB, username, name string)

	// LiveTokens counts the user's tokens that the server accepts.
	LiveTokens(username string) int
	// Authenticates reports whether the user can log in with the secret.
	Authenticates(username string, secret pat.Secret) bool

	// Now is the server's time.
	Now() time.Time
	// Advance sets the server's clock forward.
	Advance(d time.Duration)
	// Requests counts all requests so far, and those among them that would change something.
	Requests() (all, changes int)
	// Before runs a function before each further request or, with changes, before each further request
	// that would change something. The context ends when the client abandons the request.
	Before(changes bool, run func(ctx context.Context)) (remove func())
	// Break makes the server fail until Repair is called.
	Break(failure Failure)
	// Repair ends all failures.
	Repair()
}

// Failure is a way in which a [Server] fails.
type Failure int

// The failures of a server.
const (
	// Unreachable means that the server carries nothing out and does not respond.
	Unreachable Failure = iota
	// Unconfirmed means that the server carries out the next changing request, but does not respond to
	// it.
	Unconfirmed
	// Unreadable means that the server carries nothing out and responds with something that the
	// platform never sends.
	Unreadable
)

// Run tests the platform's driver. Each test starts a new server.
func Run(t *testing.T, platform Platform) {
	t.Helper()

	RunVariant(t, platform)
	runEach(t, platform, failureTests(), nameTests(), concurrencyTests())
	runCancellations(t, platform)

	if platform.HTTP != nil {
		runHTTP(t, platform)
	}
}

// RunVariant tests the driver with a server whose responses differ from those of the server in [Run].
// It leaves out the tests that do not depend on the server: odd names, failures, cancellation and
// concurrent use.
func RunVariant(t *testing.T, platform Platform) {
	t.Helper()
	runEach(t, platform, systemTests(), userTests(), tokenTests(), selectTests(), createTests(), revokeTests(), absenceTests())
}

func runEach(t *testing.T, platform Platform, groups ...map[string]func(*scene)) {
	t.Helper()

	for _, tests := range groups {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(newScene(t, platform))
			})
		}
	}
}

// scene is one server and a System of its administrator.
type scene struct {
	*testing.T
	Platform

	ctx    context.Context
	server Server
	admin  pat.System
	// secrets must not appear in any error or in the log.
	secrets []string
}

func newScene(t *testing.T, platform Platform) *scene {
	t.Helper()

	s := &scene{T: t, Platform: platform, server: platform.New(t)}

	var log bytes.Buffer

	s.ctx = tflogtest.RootLogger(t.Context(), &log)
	s.keepSecret(platform.Administrator)
	s.admin = s.server.Open(t, platform.Administrator)

	t.Cleanup(func() {
		if leaked := s.leaked(log.String()); leaked {
			t.Error("a secret is in the log")
		}
	})

	return s
}

// open returns a System of another user.
func (s *scene) open(username string) pat.System {
	s.Helper()

	account := Account{Username: username, Password: Password}
	s.keepSecret(account)

	return s.server.Open(s, account)
}

func (s *scene) keepSecret(account Account) {
	password := account.Password.Reveal()
	basic := base64.StdEncoding.EncodeToString([]byte(account.Username + ":" + password))
	s.secrets = append(s.secrets, password, basic)
}

func (s *scene) leaked(text string) bool {
	return slices.ContainsFunc(s.secrets, func(secret string) bool {
		// If the administrator's password equals the login, texts may contain it as the login.
		return secret != s.Administrator.Username && strings.Contains(text, secret)
	})
}

// succeeds fails the test if err is not nil.
func (s *scene) succeeds(what string, err error) {
	s.Helper()

	if err != nil {
		s.Fatalf("%s: %v", what, err)
	}
}

// fails checks that the error is of one of these kinds (named as by [verdict.Of]), that it says what
// was attempted, and that it contains no secret.
func (s *scene) fails(what string, err error, kinds ...string) {
	s.Helper()

	if got := verdict.Of(err); !slices.Contains(kinds, got) {
		s.Errorf("%s: the error is %q (%.3000v), want one of %q", what, got, err, kinds)

		return
	}

	if failure, ok := verdict.Failure(err); !ok || failure.Tried == "" {
		s.Errorf("%s: the error does not say what was attempted: %v", what, err)
	}

	text := fmt.Sprintf("%v\n%+v", err, err)
	if invalid, ok := errors.AsType[*pat.ValidationError](err); ok {
		text += fmt.Sprint(invalid.Fields)
	}

	if s.leaked(text) {
		s.Errorf("%s: a secret is in the error %v", what, err)
	}
}

// sendsNothing checks that a function sends no request.
func (s *scene) sendsNothing(what string, run func()) {
	s.Helper()

	before, _ := s.server.Requests()
	run()

	if after, _ := s.server.Requests(); after != before {
		s.Errorf("%s: %d requests were sent, want 0", what, after-before)
	}
}

// changes returns the number of changing requests that a function sends.
func (s *scene) changes(run func()) int {
	_, before := s.server.Requests()
	run()
	_, after := s.server.Requests()

	return after - before
}

// expiry returns a future expiry that every platform accepts.
func expiry() time.Time { return time.Date(2027, time.January, 20, 0, 0, 0, 0, time.UTC) }

// past returns an expiry that is in the past in every time zone.
func past() time.Time { return time.Date(2026, time.November, 10, 0, 0, 0, 0, time.UTC) }

// create issues a token with the name through the administrator's System.
func (s *scene) create(userID, name string) pat.Issued {
	s.Helper()

	issued, err := s.admin.Create(s.ctx, userID, pat.NewToken{Name: name, ExpiresAt: pat.Some(expiry())})
	s.succeeds("Create "+name, err)
	s.secrets = append(s.secrets, issued.Secret.Reveal())

	return issued
}

// tokens returns all tokens of a user.
func (s *scene) tokens(userID string) []pat.Token {
	s.Helper()

	tokens, err := s.admin.Tokens(s.ctx, userID, pat.TokenQuery{})
	s.succeeds("Tokens", err)

	return tokens
}

// token returns the only token with the name.
func (s *scene) token(userID, name string) pat.Token {
	s.Helper()

	tokens, err := s.admin.Tokens(s.ctx, userID, pat.TokenQuery{Name: pat.Some(name)})
	if err != nil || len(tokens) != 1 {
		s.Fatalf("tokens named %q: %v, %v; want one", name, tokens, err)
	}

	return tokens[0]
}

// live checks how many of the user's tokens the server accepts.
func (s *scene) live(what, username string, want int) {
	s.Helper()

	if got := s.server.LiveTokens(username); got != want {
		s.Errorf("%s: %s has %d live tokens, want %d", what, username, got, want)
	}
}

// equalTokens reports whether two tokens agree in everything that a server returns.
func equalTokens(a, b pat.Token) bool {
	return a.CreatedAt.Equal(b.CreatedAt) && a.ExpiresAt.Equal(b.ExpiresAt) && a.LastUsedAt.Equal(b.LastUsedAt) &&
		a.Key() == b.Key() && a.Name == b.Name && a.Status == b.Status && a.Used == b.Used
}

// names returns the names of the tokens, never nil.
func names(tokens []pat.Token) []string {
	all := []string{}
	for _, token := range tokens {
		all = append(all, token.Name)
	}

	return all
}

// usernames returns the logins of the users, never nil.
func usernames(users []pat.User) []string {
	all := []string{}
	for _, user := range users {
		all = append(all, user.Username)
	}

	return all
}
