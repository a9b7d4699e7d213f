package coalesce

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestCancellingOneCallerDoesNotAffectOthers(t *testing.T) {
	t.Parallel()

	eachAsk(t, func(t *testing.T, f *fake, system pat.System, ask func(context.Context, pat.System) error) {
		impatient, giveUp := context.WithCancel(t.Context())

		var group sync.WaitGroup

		group.Go(func() {
			if err := ask(impatient, system); !errors.Is(err, context.Canceled) {
				t.Errorf("the cancelled caller got %v", err)
			}
		})
		synctest.Wait() // The cancelled caller started the request.

		for range 3 {
			group.Go(func() {
				if err := ask(t.Context(), system); err != nil {
					t.Error(err)
				}
			})
		}

		synctest.Wait()
		giveUp()
		group.Wait()

		if sent := f.sent(); len(sent) != 1 || f.ended != 0 {
			t.Errorf("sent %q, of which %d were cancelled", sent, f.ended)
		}
	})
}

func TestARequestIsCancelledWithItsLastCaller(t *testing.T) {
	t.Parallel()

	eachAsk(t, func(t *testing.T, f *fake, system pat.System, ask func(context.Context, pat.System) error) {
		impatient, giveUp := context.WithCancel(t.Context())

		var group sync.WaitGroup

		for range 3 {
			group.Go(func() { _ = ask(impatient, system) })
		}

		synctest.Wait()
		giveUp()
		group.Wait()

		// A caller that comes now must not get the cancellation of the others.
		if err := ask(t.Context(), system); err != nil {
			t.Error(err)
		}

		if sent := f.sent(); len(sent) != 2 || f.ended != 1 {
			t.Errorf("sent %q, of which %d were cancelled; want two and one", sent, f.ended)
		}

		if err := ask(impatient, system); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that was already cancelled got %v", err)
		}

		if sent := f.sent(); len(sent) != 2 {
			t.Errorf("sent %q for a caller that was already cancelled", sent)
		}
	})
}

func TestABatchOmitsCancelledCallers(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		stay []string
		all  bool // Whether one of the cancelled callers wants the complete list.
		want []string
	}{
		"some":                          {stay: []string{"t1", "t2"}, want: []string{"select t0", "select t1,t2"}},
		"all":                           {want: []string{"select t0"}},
		"one that wanted a list":        {stay: []string{"t1"}, all: true, want: []string{"select t0", "select t1"}},
		"one of two that want the same": {stay: []string{"t3"}, want: []string{"select t0", "select t3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.add("5", "t", 1000)
				system := New(selecting{f})

				var group sync.WaitGroup

				read := func(ctx context.Context, id string) {
					group.Go(func() { _, _ = system.Token(ctx, pat.Key{UserID: "5", TokenID: id}) })
					synctest.Wait()
				}

				read(t.Context(), "t0") // The others wait for this request.

				impatient, giveUp := context.WithCancel(t.Context())

				if test.all {
					group.Go(func() { _, _ = system.Tokens(impatient, "5", pat.TokenQuery{}) })
				}

				read(impatient, "t3")
				read(impatient, "t4")

				for _, id := range test.stay {
					read(t.Context(), id)
				}

				giveUp()
				group.Wait()
				synctest.Wait()
				f.wantSent(t, test.want...)
			})
		})
	}
}

func TestACallerAfterAllOthersWereCancelledGetsARequest(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		keys := f.add("5", "t", 1000)
		system := New(selecting{f})

		giveUp := func() {
			impatient, giveUp := context.WithCancel(t.Context())

			go func() { _, _ = system.Token(impatient, keys[1]) }()

			synctest.Wait()
			giveUp()
			synctest.Wait()
		}

		go token(t, system, keys[0])

		synctest.Wait()
		giveUp() // While it waits for the request to end.
		token(t, system, keys[2])
		giveUp() // While it waits for further reads.
		rest(t.Context(), 2*gatherFor)
		token(t, system, keys[3])
		f.wantSent(t, "select t0", "select t2", "select t3")
	})
}
