package coalesce

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestNativeQueriesPassThrough(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.add("5", "t", 1)
		system := New(selecting{f})

		var group sync.WaitGroup

		for range 3 {
			group.Go(func() {
				tokens, err := system.Tokens(t.Context(), "5", pat.TokenQuery{Native: "search"})
				if err != nil || len(tokens) != 1 {
					t.Errorf("%v, %v", tokens, err)
				}
			})
		}

		group.Wait()

		if sent := f.sent(); len(sent) != 3 || !slices.Contains(sent, "tokens of 5 named  search") {
			t.Errorf("sent %q", sent)
		}
	})
}

func TestTraitsAndServerSendNothing(t *testing.T) {
	t.Parallel()

	f := newFake()
	system := New(f)

	if got := fmt.Sprint(system.Traits().DisplayName, " ", system.Server()); got != "Fakeman https://fake.example.com" {
		t.Error(got)
	}

	f.wantSent(t)
}

// contextKey is the key of a value in the caller's context, such as the logger.
type contextKey struct{}

func TestARequestHasTheValuesOfTheFirstCallersContext(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.add("5", "t", 1)

		c := &carrying{fake: f}
		system := New(c)
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), contextKey{}, "log"), 10*roundTrip)
		defer cancel()

		if _, err := system.Token(ctx, pat.Key{UserID: "5", TokenID: "t0"}); err != nil {
			t.Fatal(err)
		}

		if c.value != "log" || c.deadline {
			t.Errorf("the context has %v, and a deadline: %t", c.value, c.deadline)
		}
	})
}

// carrying records the values of the context.
type carrying struct {
	*fake

	value    any
	deadline bool
}

func (c *carrying) Tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	c.value = ctx.Value(contextKey{})
	_, c.deadline = ctx.Deadline()

	return c.fake.Tokens(ctx, userID, query)
}
