package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestAWrongPasswordCostsOneRequest(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusUnauthorized, `{"error":{"message":"Unable to authenticate user terraform"}}`))
	c := newTestClient(t, s.URL, withPassword)

	failures := doAll(t, c, 50, get)

	first := mustBe[*pat.AuthenticationError](t, failures[0])
	for _, err := range failures {
		if got := mustBe[*pat.AuthenticationError](t, err); got != first {
			t.Fatalf("two refusals: %v and %v", first, got)
		}
	}

	if _, err := c.Do(t.Context(), post); !errors.Is(err, error(first)) {
		t.Errorf("a later call fails with another error: %v", err)
	}

	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests reached the server, not 1", got)
	}
}

func TestOneRequestAtATimeTriesTheCredentials(t *testing.T) {
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

			// The bubble's clock advances when all other requests are waiting.
			time.Sleep(time.Second)
			loggedIn.Store(true)
		})
		c := newTestClient(t, s.URL, withPassword)

		for _, err := range doAll(t, c, 50, get) {
			if err != nil {
				t.Fatal(err)
			}
		}

		if early.Load() != 0 || s.requests.Load() != 50 {
			t.Errorf("%d of %d requests were sent during the first login", early.Load(), s.requests.Load())
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

			for _, err := range doAll(t, c, 20, get) {
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

func TestNoRequestFollowsARefusal(t *testing.T) {
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

func TestAnonymousRequestsAreNotPartOfTheLogin(t *testing.T) {
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

	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests, not 1", got)
	}

	_, err = c.Do(t.Context(), get)
	first := mustBe[*pat.AuthenticationError](t, err)

	if want := c.Tried(get.Method, get.Segments...); first.Tried != want {
		t.Errorf("an anonymous 401 was treated as a refusal of the credentials: %v", first)
	}

	if _, err := c.Do(t.Context(), ping); err != nil {
		t.Errorf("an anonymous request after a refusal: %v", err)
	}
}

func TestAPlatformCanTreatAnotherStatusAsARefusal(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusForbidden, `locked`))
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.Read = func(Response) Reading { return Reading{Kind: KindAuthentication, Message: "The account is locked."} }
	})

	for range 3 {
		_, err := c.Do(t.Context(), get)
		if got := mustBe[*pat.AuthenticationError](t, err); got.Said != "HTTP 403: The account is locked." {
			t.Errorf("Said is %q", got.Said)
		}
	}

	if got := s.requests.Load(); got != 1 {
		t.Errorf("%d requests, not 1", got)
	}
}

func TestA401IsAlwaysARefusal(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusUnauthorized, `Too many tries`))
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.Read = func(Response) Reading { return Reading{Kind: KindTransient} }
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
		t.Errorf("the error is not context.Canceled: %v", err)
	}
	// The request was never sent, so the error is not ambiguous.
	wantError[*pat.TransientError](t, err)
	close(release)

	if err := <-done; err != nil {
		t.Errorf("the running login: %v", err)
	}
}

// cookieSession keeps one cookie. It needs no lock, because the client never calls it concurrently.
type cookieSession struct{ cookie *http.Cookie }

func (s *cookieSession) Attach(r *http.Request) bool {
	if s.cookie == nil {
		return false
	}

	r.Header.Del("Authorization")
	r.AddCookie(s.cookie)

	return true
}

func (s *cookieSession) Save(response *http.Response) {
	for _, cookie := range response.Cookies() {
		s.cookie = cookie
	}
}

func (s *cookieSession) Forget() { s.cookie = nil }

// office is a server with logins and sessions that records how each request was authenticated.
type office struct {
	mu       sync.Mutex
	password string
	sessions int // The number of the only valid session.
	journal  []string
	bodies   []string
}

// newOffice returns an office, with a client that keeps its sessions.
func newOffice(t *testing.T) (*office, *Client) {
	t.Helper()

	server := &office{password: secret}
	s := newSite(t, server.ServeHTTP)

	return server, newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.Session = &cookieSession{}
	})
}

func (o *office) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()

	body, _ := io.ReadAll(r.Body)
	o.bodies = append(o.bodies, string(body))

	if cookie, err := r.Cookie("id"); err == nil {
		o.journal = append(o.journal, "session")

		if cookie.Value != fmt.Sprint(o.sessions) {
			w.WriteHeader(http.StatusUnauthorized)
		}

		return
	}

	o.journal = append(o.journal, "login")

	if _, password, _ := r.BasicAuth(); password != o.password {
		w.WriteHeader(http.StatusUnauthorized)

		return
	}

	o.sessions++
	http.SetCookie(w, &http.Cookie{Name: "id", Value: fmt.Sprint(o.sessions)}) //nolint:gosec // A test server.
}

func (o *office) expire() {
	o.mu.Lock()
	defer o.mu.Unlock()

	o.sessions++
}

func (o *office) came() []string {
	o.mu.Lock()
	defer o.mu.Unlock()

	return slices.Clone(o.journal)
}

func TestASessionReplacesTheNextLogin(t *testing.T) {
	t.Parallel()

	server, c := newOffice(t)

	for range 3 {
		if _, err := c.Do(t.Context(), get); err != nil {
			t.Fatal(err)
		}
	}

	if diff := cmp.Diff([]string{"login", "session", "session"}, server.came()); diff != "" {
		t.Error(diff)
	}
}

func TestAnExpiredSessionCostsOneMoreRequest(t *testing.T) {
	t.Parallel()

	server, c := newOffice(t)

	if _, err := c.Do(t.Context(), get); err != nil {
		t.Fatal(err)
	}

	server.expire()

	for range 2 {
		if _, err := c.Do(t.Context(), post); err != nil {
			t.Fatal(err)
		}
	}

	if diff := cmp.Diff([]string{"login", "session", "login", "session"}, server.came()); diff != "" {
		t.Error(diff)
	}

	body := string(post.Body)
	if diff := cmp.Diff([]string{"", body, body, body}, server.bodies); diff != "" {
		t.Error(diff)
	}
}

func TestAfterASessionTheCredentialsAreTriedOnce(t *testing.T) {
	t.Parallel()

	server, c := newOffice(t)

	if _, err := c.Do(t.Context(), get); err != nil {
		t.Fatal(err)
	}

	server.expire()

	server.mu.Lock()
	server.password = "another"
	server.mu.Unlock()

	for _, err := range doAll(t, c, 50, get) {
		wantError[*pat.AuthenticationError](t, err)
	}

	logins := 0

	for _, how := range server.came() {
		if how == "login" {
			logins++
		}
	}

	if logins != 2 {
		t.Errorf("%d logins, not the first and the refused one", logins)
	}
}

func TestALateResponseDoesNotChangeANewSession(t *testing.T) {
	t.Parallel()

	hook := &cookieSession{cookie: &http.Cookie{Name: "id", Value: "old"}} //nolint:gosec // Not sent to a browser.
	gate := &loginGate{session: hook, accepted: true}
	enter := func() loginSlot {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/", nil)

		slot, err := gate.enter(t.Context(), request, true)
		if err != nil {
			t.Fatal(err)
		}

		return slot
	}
	success := func(cookie string) loginResult {
		return loginResult{success: &http.Response{Header: http.Header{"Set-Cookie": {cookie}}}}
	}

	first, second, third := enter(), enter(), enter()
	if !first.carriesSession {
		t.Fatal("the old session was not attached")
	}

	gate.leave(first, loginResult{sessionExpired: true})

	if gate.accepted || hook.cookie != nil {
		t.Error("the credentials were accepted, or the session is still valid")
	}

	fresh := enter()
	if fresh.carriesSession || !fresh.triesCredentials {
		t.Errorf("the new login is %+v", fresh)
	}

	gate.leave(fresh, success("id=new"))
	gate.leave(second, loginResult{sessionExpired: true})

	if !gate.accepted || hook.cookie == nil {
		t.Error("a second 401 of the old session dropped the new one")
	}

	gate.leave(third, success("id=old"))

	if hook.cookie == nil || hook.cookie.Value != "new" {
		t.Errorf("the session is %v", hook.cookie)
	}
}

func TestASessionDoesNotProveTheCredentials(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusOK, "{}"))
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.Session = &cookieSession{cookie: &http.Cookie{Name: "id", Value: "old"}} //nolint:gosec // Not sent to a browser.
	})

	if _, err := c.Do(t.Context(), get); err != nil {
		t.Fatal(err)
	}

	// A late success of an old session must not let all requests try the credentials at once.
	if authenticatorOf(t, c).gate.accepted {
		t.Error("the password was accepted")
	}
}
