package coalesce

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatIsForgottenIsAskedForAgain(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		m := newMemo[string, int](forGood)
		asked := 0

		// Each takes longer than the next, so that the answers come in the wrong order.
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
				t.Errorf("the answer is %d, want the second", got)
			}
		}

		time.Sleep(time.Minute)

		if got := ask(); got != 2 {
			t.Errorf("the answer is %d, want the second", got)
		}

		m.forget()

		if got := ask(); got != 3 {
			t.Errorf("the answer is %d, want a third", got)
		}
	})
}
