package coalesce

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// parallelism is how many resources Terraform refreshes concurrently.
const parallelism = 10

// walk calls read for each item as Terraform walks its graph.
func walk[Item any](items []Item, read func(Item)) {
	var (
		group sync.WaitGroup
		slots = make(chan struct{}, parallelism)
	)

	for _, item := range items {
		slots <- struct{}{}

		group.Go(func() {
			read(item)
			<-slots
		})
	}

	group.Wait()
}

// An order returns which of users*each tokens is read as the nth.
type order func(n, users, each int) int

// byUser reads one user after the other.
func byUser(n, _, _ int) int { return n }

// inTurn reads one token of each user, then another.
func inTurn(n, users, each int) int { return n%users*each + n/users }

// mixed is like the order of a graph: 7919 is a prime.
func mixed(n, users, each int) int { return n * 7919 % (users * each) }

func TestRefreshCostsWhatListingCosts(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		selecting       bool
		users, each     int // The number of managed tokens of each user.
		revoked         int // The number of further rows of each user.
		order           order
		requests, rowsX int // Limits; rowsX is the number of rows for each managed token.
	}{
		"a thousand of ten users, user by user":        {selecting: true, users: 10, each: 100, order: byUser, requests: 25, rowsX: 2},
		"a thousand of ten users, in turn":             {selecting: true, users: 10, each: 100, order: inTurn, requests: 25, rowsX: 2},
		"a thousand of ten users, in any order":        {selecting: true, users: 10, each: 100, order: mixed, requests: 25, rowsX: 2},
		"a thousand of one user":                       {selecting: true, users: 1, each: 1000, order: mixed, requests: 6, rowsX: 2},
		"a thousand of a thousand users":               {selecting: true, users: 1000, each: 1, order: mixed, requests: 1000, rowsX: 1},
		"ten of one user":                              {selecting: true, users: 1, each: 10, order: mixed, requests: 2, rowsX: 2},
		"one":                                          {selecting: true, users: 1, each: 1, order: mixed, requests: 1, rowsX: 1},
		"three among 50,000 revoked ones":              {selecting: true, users: 1, each: 3, revoked: 50_000, order: mixed, requests: 2, rowsX: 1},
		"a thousand among 50,000 revoked ones":         {selecting: true, users: 1, each: 1000, revoked: 50_000, order: mixed, requests: 110, rowsX: 1},
		"three hundred among ten times as many":        {selecting: true, users: 1, each: 300, revoked: 3000, order: mixed, requests: 20, rowsX: 12},
		"a thousand of ten users, lists only":          {users: 10, each: 100, order: mixed, requests: 10, rowsX: 1},
		"a thousand of ten users, lists only, in turn": {users: 10, each: 100, order: inTurn, requests: 10, rowsX: 1},
		"a thousand of one user, lists only":           {users: 1, each: 1000, order: mixed, requests: 1, rowsX: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				f := newFake()

				var keys []pat.Key

				for user := range test.users {
					id := fmt.Sprint(user)
					keys = append(keys, f.add(id, "managed", test.each)...)
					f.add(id, "revoked", test.revoked)
				}

				ordered := make([]pat.Key, len(keys))
				for n := range keys {
					ordered[n] = keys[test.order(n, test.users, test.each)]
				}

				var inner pat.System = f
				if test.selecting {
					inner = selecting{f}
				}

				system := New(inner)

				walk(ordered, func(key pat.Key) { token(t, system, key) })

				if sent := len(f.sent()); sent > test.requests {
					t.Errorf("%d requests, want at most %d", sent, test.requests)
				}

				if most := test.rowsX * len(keys); f.rows > most {
					t.Errorf("%d rows, want at most %d", f.rows, most)
				}
			})
		})
	}
}

func TestRefreshWithPredecessorsAmongManyRows(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		keys := f.add("5", "managed", 3)
		previous := f.add("5", "previous", 3)
		f.add("5", "revoked", 50_000)

		system := New(selecting{f})

		walk([]int{0, 1, 2}, func(i int) {
			token(t, system, keys[i])
			var both sync.WaitGroup

			both.Go(func() { wantNone(t, system, pat.TokenQuery{NamePrefix: pat.Some("next"), AfterID: keys[i].TokenID}) })
			token(t, system, keys[i])
			both.Wait()
			token(t, system, previous[i])
		})

		if sent := f.sent(); len(sent) > 5 || f.rows != 6 {
			t.Errorf("%d rows with %q, want 6 with at most five requests", f.rows, sent)
		}
	})
}

// wantNone checks that a query selects no tokens of a user.
func wantNone(t *testing.T, system pat.System, query pat.TokenQuery) {
	t.Helper()

	if tokens, err := system.Tokens(t.Context(), "5", query); err != nil || len(tokens) > 0 {
		t.Errorf("%v, %v; want none", tokens, err)
	}
}

func TestApplyCostsARequestForEachToken(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()

		var names []string

		for i := range 1000 {
			names = append(names, fmt.Sprintf("t%d", i))
		}

		for user := range 10 {
			f.users = append(f.users, pat.User{ID: fmt.Sprint(user), Username: fmt.Sprintf("svc-%d", user)})
		}

		system := New(selecting{f})

		walk(names, func(name string) {
			user, err := system.User(t.Context(), pat.UserRef{Username: "svc-" + name[len(name)-1:]})
			if err != nil {
				t.Error(err)
			}

			if _, err := system.Create(t.Context(), user.ID, pat.NewToken{Name: name}); err != nil {
				t.Error(err)
			}
		})

		if sent := len(f.sent()); sent != 1010 {
			t.Errorf("%d requests, want a thousand and one for each user", sent)
		}
	})
}
