package rest

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// cookieSession keeps one cookie. It has no lock: the client promises that it needs none.
type cookieSession struct{ cookie *http.Cookie }

func (s *cookieSession) Attach(r *http.Request) bool {
	if s.cookie == nil {
		return false
	}

	r.Header.Del("Authorization")
	r.AddCookie(s.cookie)

	return true
}

func (s *cookieSession) Learn(response *http.Response) {
	for _, cookie := range response.Cookies() {
		s.cookie = cookie
	}
}

func (s *cookieSession) Forget() { s.cookie = nil }

// office is a server with logins and sessions, and a journal of how each request came.
type office struct {
	mu       sync.Mutex
	password string
	sessions int // The number of the only session that is valid.
	journal  []string
	bodies   []string
}

// newOffice opens an office, with a client that keeps its sessions.
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

func TestASessionSparesTheNextLogin(t *testing.T) {
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

	for _, err := range together(50, func() error {
		_, err := c.Do(t.Context(), get)

		return err
	}) {
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

func TestALateAnswerDoesNotTouchANewSession(t *testing.T) {
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
		t.Error("the credentials count as proven, or the session as valid")
	}

	fresh := enter()
	if fresh.carriesSession || !fresh.triesCredentials {
		t.Errorf("the new login is %+v", fresh)
	}

	gate.leave(fresh, success("id=new"))
	gate.leave(second, loginResult{sessionExpired: true})

	if !gate.accepted || hook.cookie == nil {
		t.Error("a second 401 of the old session forgot the new one")
	}

	gate.leave(third, success("id=old"))

	if hook.cookie == nil || hook.cookie.Value != "new" {
		t.Errorf("the session is %v", hook.cookie)
	}
}

func TestASessionProvesNoCredentials(t *testing.T) {
	t.Parallel()

	s := newSite(t, answers(http.StatusOK, "{}"))
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.Session = &cookieSession{cookie: &http.Cookie{Name: "id", Value: "old"}} //nolint:gosec // Not sent to a browser.
	})

	if _, err := c.Do(t.Context(), get); err != nil {
		t.Fatal(err)
	}

	// A late success of an old session must not let everybody log in at once.
	if authenticatorOf(t, c).gate.accepted {
		t.Error("the password counts as proven")
	}
}
