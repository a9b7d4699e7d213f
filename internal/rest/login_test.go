package rest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// together runs n calls at once and returns their errors.
func together(n int, do func() error) []error {
	var (
		group sync.WaitGroup
		found = make([]error, n)
		start = make(chan struct{})
	)

	for i := range n {
		group.Go(func() {
			<-start

			found[i] = do()
		})
	}

	close(start)
	group.Wait()

	return found
}

func TestAWrongPasswordCostsOneRequest(t *testing.T) {
	t.Parallel()

	s := newSite(t, answers(http.StatusUnauthorized, `{"error":{"message":"Unable to authenticate user terraform"}}`))
	c := newTestClient(t, s.URL, withPassword)

	failures := together(50, func() error {
		_, err := c.Do(t.Context(), get)

		return err
	})

	first := mustBe[*pat.AuthenticationError](t, failures[0])
	for _, err := range failures {
		if got := mustBe[*pat.AuthenticationError](t, err); got != first {
			t.Fatalf("two refusals: %v and %v", first, got)
		}
	}

	if _, err := c.Do(t.Context(), post); !errors.Is(err, error(first)) {
		t.Errorf("a later call fails otherwise: %v", err)
	}

	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests reached the server, not 1", got)
	}
}

func TestTheFirstLoginIsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var (
			loggedIn atomic.Bool
			early    atomic.Int64
			arrived  atomic.Int64
		)

		s := newBubbleSite(t, func(http.ResponseWriter, *http.Request) {
			if arrived.Add(1) > 1 {
				if !loggedIn.Load() {
					early.Add(1)
				}

				return
			}

			// The bubble's clock moves when all the others have come as far as they can.
			time.Sleep(time.Second)
			loggedIn.Store(true)
		})
		c := newTestClient(t, s.URL, withPassword)

		for _, err := range together(50, func() error {
			_, err := c.Do(t.Context(), get)

			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}

		if early.Load() != 0 || s.requests.Load() != 50 {
			t.Errorf("%d of %d requests came during the first login", early.Load(), s.requests.Load())
		}
	})
}

func TestOnlySuccessProvesTheCredentials(t *testing.T) {
	t.Parallel()

	for _, status := range []int{400, 403, 404, 422, 429, 500, 503, 302} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()

			var arrived atomic.Int64

			s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
				if arrived.Add(1) == 1 {
					w.WriteHeader(status)

					return
				}

				w.WriteHeader(http.StatusUnauthorized)
			})
			c := newTestClient(t, s.URL, func(o *Options) {
				withPassword(o)
				o.MaxRetries = 0
			})

			refused := 0

			for _, err := range together(20, func() error {
				_, err := c.Do(t.Context(), get)

				return err
			}) {
				if _, ok := errors.AsType[*pat.AuthenticationError](err); ok {
					refused++
				}
			}

			if refused != 19 || s.requests.Load() != 2 {
				t.Errorf("%d calls refused with %d requests, not 19 with 2", refused, s.requests.Load())
			}
		})
	}
}

func TestARefusalInTheMiddleOfARunEndsIt(t *testing.T) {
	t.Parallel()

	var revoked atomic.Bool

	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		if revoked.Load() {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	c := newTestClient(t, s.URL, withPassword)

	if _, err := c.Do(t.Context(), get); err != nil {
		t.Fatal(err)
	}

	revoked.Store(true)

	for range 3 {
		_, err := c.Do(t.Context(), get)
		wantError[*pat.AuthenticationError](t, err)
	}

	if got := s.requests.Load(); got != 2 {
		t.Errorf("%d requests, not 2", got)
	}
}

func TestAnonymousRequestsTakeNoPartInTheLogin(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ping" {
			if r.Header.Get("Authorization") != "" {
				t.Error("credentials in an anonymous request")
			}

			return
		}

		w.WriteHeader(http.StatusUnauthorized)
	})
	c := newTestClient(t, s.URL, withPassword)

	ping := Request{Method: http.MethodGet, Segments: []string{"ping"}, Anonymous: true}
	private := Request{Method: http.MethodGet, Segments: []string{"private"}, Anonymous: true}

	_, err := c.Do(t.Context(), private)
	wantError[*pat.AuthenticationError](t, err)

	_, err = c.Do(t.Context(), get)
	first := mustBe[*pat.AuthenticationError](t, err)

	if want := c.Tried(get.Method, get.Segments...); first.Tried != want {
		t.Errorf("an anonymous 401 counted as the refusal: %v", first)
	}

	if _, err := c.Do(t.Context(), ping); err != nil {
		t.Errorf("an anonymous request after a refusal: %v", err)
	}
}

func TestAPlatformCanCallAnotherStatusARefusal(t *testing.T) {
	t.Parallel()

	s := newSite(t, answers(http.StatusForbidden, `locked`))
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.Read = func(Answer) Reading { return Reading{Kind: KindAuthentication, Message: "The account is locked."} }
	})

	for range 3 {
		_, err := c.Do(t.Context(), get)
		if got := mustBe[*pat.AuthenticationError](t, err); got.Said != "HTTP 403: The account is locked." {
			t.Errorf("said %q", got.Said)
		}
	}

	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests, not 1", got)
	}
}

func TestA401IsARefusalWhateverThePlatformReads(t *testing.T) {
	t.Parallel()

	s := newSite(t, answers(http.StatusUnauthorized, `Too many tries`))
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.Read = func(Answer) Reading { return Reading{Kind: KindTransient} }
	})

	for range 2 {
		_, err := c.Do(t.Context(), get)
		wantError[*pat.AuthenticationError](t, err)
	}

	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests, not 1", got)
	}
}

func TestWaitingForALoginEndsWithTheContext(t *testing.T) {
	t.Parallel()

	trying := make(chan struct{})
	release := make(chan struct{})

	s := newSite(t, func(http.ResponseWriter, *http.Request) {
		close(trying)
		<-release
	})
	c := newTestClient(t, s.URL, withPassword)

	done := make(chan error, 1)

	go func() {
		_, err := c.Do(t.Context(), get)
		done <- err
	}()

	<-trying

	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, 1)

	go func() {
		_, err := c.Do(ctx, post)
		waiting <- err
	}()

	cancel()

	err := <-waiting
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cancellation is not visible: %v", err)
	}
	// It never went out, so it is not ambiguous.
	wantError[*pat.TransientError](t, err)
	close(release)

	if err := <-done; err != nil {
		t.Errorf("the login that was under way: %v", err)
	}
}
