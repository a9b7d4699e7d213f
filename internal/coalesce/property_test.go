package coalesce

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// operation is what one caller does.
type operation struct {
	After   int // Milliseconds after the previous operation.
	Kind    string
	User    string
	Token   string
	GivesUp int // The caller cancels after this many milliseconds; 0 means never.
}

// scene is a history and the operations on it.
type scene struct {
	history *history
	system  pat.System

	mu       sync.Mutex
	finished map[string]int // The version when the last write to a user had finished.
	faults   []string
}

// TestReadsAreNeverOlderThanTheLastWrite interleaves reads and writes in any way.
func TestReadsAreNeverOlderThanTheLastWrite(t *testing.T) {
	t.Parallel()

	kinds := []string{"token", "token", "token", "list", "named", "users", "write", "write", "late write"}
	operations := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) operation {
		return operation{
			After:   rapid.SampledFrom([]int{0, 0, 1, 3, 7, 20, 50, 130}).Draw(t, "after"),
			Kind:    rapid.SampledFrom(kinds).Draw(t, "kind"),
			User:    rapid.SampledFrom([]string{"a", "b"}).Draw(t, "user"),
			Token:   rapid.SampledFrom([]string{"0", "1", "2", "3", "absent"}).Draw(t, "token"),
			GivesUp: rapid.SampledFrom([]int{0, 0, 0, 1, 10, 30}).Draw(t, "gives up"),
		}
	}), 1, 40)
	milliseconds := rapid.Map(rapid.IntRange(1, 60), func(n int) time.Duration { return time.Duration(n) * time.Millisecond })

	rapid.Check(t, func(rt *rapid.T) {
		h := &history{
			latencies: rapid.SliceOfN(milliseconds, 1, 8).Draw(rt, "latencies"),
			failures:  rapid.SliceOfN(rapid.Bool(), 1, 8).Draw(rt, "failures"),
			versions:  map[string]int{},
			batches:   map[string]int{},
		}
		todo := operations.Draw(rt, "operations")
		selects := rapid.Bool().Draw(rt, "selects")

		var faults []string

		// Functions of rapid must not be called inside.
		synctest.Test(t, func(t *testing.T) {
			s := &scene{history: h, system: New(h), finished: map[string]int{}}
			if selects {
				s.system = New(choosing{h})
			}

			faults = s.play(t.Context(), todo)
		})

		if len(faults) > 0 {
			rt.Fatal(faults)
		}
	})
}

// play carries out the operations, and returns what was wrong.
func (s *scene) play(ctx context.Context, todo []operation) []string {
	var group sync.WaitGroup

	for _, o := range todo {
		rest(ctx, time.Duration(o.After)*time.Millisecond)

		group.Go(func() {
			ctx := ctx
			if o.GivesUp > 0 {
				impatient, cancel := context.WithTimeout(ctx, time.Duration(o.GivesUp)*time.Millisecond)
				defer cancel()

				ctx = impatient
			}

			s.do(ctx, o)
		})
	}

	group.Wait()

	// A token that is in no result is requested once more.
	most := len(todo)
	for _, o := range todo {
		if o.Token == "absent" {
			most++
		}
	}

	if s.history.requests > most {
		s.fault("%d requests for %d operations", s.history.requests, len(todo))
	}

	if s.history.most > 1 {
		s.fault("%d requests for the tokens of one user were under way at once", s.history.most)
	}

	s.history.quiet = true

	for _, user := range []string{"a", "b"} {
		if _, err := s.read(ctx, operation{Kind: "token", User: user, Token: "1"}); err != nil {
			s.fault("an error was remembered: %v", err)
		}
	}

	return s.faults
}

// do carries out one operation.
func (s *scene) do(ctx context.Context, o operation) {
	s.mu.Lock()
	least := s.finished[o.User]
	s.mu.Unlock()

	if o.Kind == "write" || o.Kind == "late write" {
		s.write(ctx, o)

		return
	}

	versions, err := s.read(ctx, o)
	most := s.history.version(o.User)

	switch {
	case err != nil && !errors.Is(err, errInjected) && (o.GivesUp == 0 || !errors.Is(err, context.DeadlineExceeded)):
		s.fault("%+v: %v", o, err)
	case err != nil:
	case len(versions) == 0:
		s.fault("%+v: nothing was found", o)
	case slices.Min(versions) != slices.Max(versions):
		s.fault("%+v: rows of several times: %v", o, versions)
	case versions[0] < least || versions[0] > most:
		s.fault("%+v: version %d, want %d to %d", o, versions[0], least, most)
	}
}

// write carries out a write. One that fails may have taken effect: no read after it may be older than
// its effect.
func (s *scene) write(ctx context.Context, o operation) {
	token := pat.Token{UserID: o.User}
	if o.Kind == "late write" {
		token.Name = "late"
	}

	_ = s.system.Revoke(ctx, token)
	version := s.history.version(o.User)

	s.mu.Lock()
	defer s.mu.Unlock()

	s.finished[o.User] = max(s.finished[o.User], version)
}

// read returns the versions of the user's rows.
func (s *scene) read(ctx context.Context, o operation) ([]int, error) {
	var (
		tokens []pat.Token
		err    error
	)

	switch o.Kind {
	case "token":
		tokens = make([]pat.Token, 1)
		tokens[0], err = s.system.Token(ctx, pat.Key{UserID: o.User, TokenID: o.Token})
	case "list":
		tokens, err = s.system.Tokens(ctx, o.User, pat.TokenQuery{})
	case "named":
		tokens, err = s.system.Tokens(ctx, o.User, pat.TokenQuery{Name: pat.Some(o.Token)})
	case "users":
		var users []pat.User

		users, err = s.system.Users(ctx, pat.UserQuery{WithTokens: true})
		for _, user := range users {
			if user.ID == o.User {
				tokens = append(tokens, user.Tokens...)
			}
		}
	}

	if err != nil {
		return nil, err
	}

	var versions []int

	for _, token := range tokens {
		version, err := strconv.Atoi(token.Name)
		if err != nil {
			return nil, err
		}

		versions = append(versions, version)
	}

	return versions, nil
}

func (s *scene) fault(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()

	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}
