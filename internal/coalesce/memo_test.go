package coalesce

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatWasDroppedIsRequestedAgain(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		m := newMemo[string, int](forGood)
		asked := 0

		// Each request takes longer than the next one, so that the results arrive in the wrong order.
		ask := func() int {
			value, err := m.do(t.Context(), "key", func(context.Context) (int, error) {
				asked++
				number := asked
				time.Sleep(time.Minute / time.Duration(number))

				return number, nil
			})
			if err != nil {
				t.Error(err)
			}

			return value
		}

		go ask()
		synctest.Wait()
		m.forget()

		for range 2 {
			if got := ask(); got != 2 {
				t.Errorf("the result is %d, want the second", got)
			}
		}

		time.Sleep(time.Minute)

		if got := ask(); got != 2 {
			t.Errorf("the result is %d, want the second", got)
		}

		m.forget()

		if got := ask(); got != 3 {
			t.Errorf("the result is %d, want a third", got)
		}
	})
}
