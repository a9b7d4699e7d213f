package sandbox_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// moment is the time that the clock of these tests shows.
var moment = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)

func TestJournalRecordsRequestsAndUsersWithoutCredentials(t *testing.T) {
	t.Parallel()
	console := sandbox.NewConsole(sandbox.Options{Now: func() time.Time { return moment }})
	url := listen(t, console.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); ok && password == "pw" {
			sandbox.Identify(r.Context(), user, sandbox.AuthPassword)
		}
		w.WriteHeader(http.StatusTeapot)
	})))

	request := newRequest(t, http.MethodPost, url+"/a%2Fb?x=1", "body")
	request.SetBasicAuth("alice", "pw")
	request.Header.Set("X-Request-Id", "r-1")
	request.Header.Set("User-Agent", "tests")
	do(t, request)
	do(t, newRequest(t, http.MethodGet, url+"/b", ""))

	want := []sandbox.Request{
		{
			Time: moment, Method: http.MethodPost, Path: "/a%2Fb", RawQuery: "x=1", Status: http.StatusTeapot,
			User: "alice", Auth: sandbox.AuthPassword, RequestID: "r-1", UserAgent: "tests",
		},
		{Time: moment, Method: http.MethodGet, Path: "/b", Status: http.StatusTeapot, Auth: sandbox.AuthNone, UserAgent: "Go-http-client/1.1"},
	}
	if diff := cmp.Diff(want, console.Requests()); diff != "" {
		t.Errorf("journal (-want +have):\n%s", diff)
	}
	if n := console.Count(sandbox.Matching(http.MethodPost, "^/a")); n != 1 {
		t.Errorf("%d requests match, want 1", n)
	}
	_, body := do(t, newRequest(t, http.MethodGet, url+"/_sandbox/journal", ""))
	var served []sandbox.Request
	if err := json.Unmarshal([]byte(body), &served); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, served); diff != "" {
		t.Errorf("journal over HTTP (-want +have):\n%s", diff)
	}
	if strings.Contains(body, "YWxpY2U") || strings.Contains(body, "pw\"") {
		t.Error("the journal contains credentials")
	}
	console.ResetRequests()
	if n := console.Count(nil); n != 0 {
		t.Errorf("%d requests after the reset, want 0", n)
	}
}

func TestControlPathsServeOnlyGETFromLoopback(t *testing.T) {
	t.Parallel()
	handler := sandbox.NewConsole(sandbox.Options{}).Wrap(http.NotFoundHandler())
	tests := map[string]struct {
		method, path, from string
		want               int
	}{
		"the journal from this machine":    {http.MethodGet, "/_sandbox/journal", "127.0.0.1:1", http.StatusOK},
		"the journal from another machine": {http.MethodGet, "/_sandbox/journal", "192.0.2.1:1", http.StatusForbidden},
		"an invalid client address":        {http.MethodGet, "/_sandbox/journal", "nowhere", http.StatusForbidden},
		"a POST":                           {http.MethodPost, "/_sandbox/journal", "127.0.0.1:1", http.StatusMethodNotAllowed},
		"an unknown control path":          {http.MethodGet, "/_sandbox/tea", "127.0.0.1:1", http.StatusNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequestWithContext(t.Context(), test.method, test.path, nil)
			request.RemoteAddr = test.from
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			if answer.Code != test.want {
				t.Errorf("status %d, want %d", answer.Code, test.want)
			}
		})
	}
}

func TestHookRunsBeforeSelectedRequests(t *testing.T) {
	t.Parallel()
	console := sandbox.NewConsole(sandbox.Options{})
	var mu sync.Mutex
	var events []string
	note := func(event string) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, event)
	}
	url := listen(t, console.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { note("served " + r.URL.Path) })))
	console.Before(sandbox.Match{Path: regexp.MustCompile("^/a"), Nth: 2}, func(r *http.Request) { note("hook " + r.URL.Path) })
	remove := console.Before(sandbox.Match{Count: sandbox.Always}, func(*http.Request) { note("always") })

	for _, path := range []string{"/a1", "/b", "/a2", "/a3"} {
		if path == "/a3" {
			remove()
		}
		do(t, newRequest(t, http.MethodGet, url+path, ""))
	}
	want := []string{"always", "served /a1", "always", "served /b", "hook /a2", "always", "served /a2", "served /a3"}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events (-want +have):\n%s", diff)
	}
}

func TestWorkIsLimitedToTheConfiguredCores(t *testing.T) {
	t.Parallel()
	const cores, clients = 2, 8
	var mu sync.Mutex
	busy, peak := 0, 0
	slept := map[time.Duration]int{}
	full := make(chan struct{})
	console := sandbox.NewConsole(sandbox.Options{
		Costs: sandbox.Costs{Login: 3 * time.Second, Session: 2 * time.Second, Request: time.Second, Cores: cores},
		Sleep: func(_ context.Context, d time.Duration) {
			mu.Lock()
			busy++
			peak = max(peak, busy)
			if busy == cores {
				select {
				case <-full:
				default:
					close(full)
				}
			}
			slept[d]++
			mu.Unlock()
			// Block everyone until all cores have been busy at the same time once.
			<-full
			mu.Lock()
			busy--
			mu.Unlock()
		},
	})
	url := listen(t, console.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		sandbox.Spend(r.Context(), sandbox.CostLogin)
		sandbox.Spend(r.Context(), sandbox.CostSession)
	})))
	var wait sync.WaitGroup
	for range clients {
		wait.Go(func() { do(t, newRequest(t, http.MethodGet, url, "")) })
	}
	wait.Wait()
	if peak != cores {
		t.Errorf("%d pieces of work ran at once, want %d", peak, cores)
	}
	if diff := cmp.Diff(map[time.Duration]int{time.Second: clients, 2 * time.Second: clients, 3 * time.Second: clients}, slept); diff != "" {
		t.Errorf("work by duration (-want +have):\n%s", diff)
	}
}

func TestWaitForACoreEndsWhenTheClientDisconnects(t *testing.T) {
	t.Parallel()
	block := make(chan struct{})
	entered := make(chan struct{}, 2)
	console := sandbox.NewConsole(sandbox.Options{
		Costs: sandbox.Costs{Request: time.Second, Cores: 1},
		Sleep: func(ctx context.Context, _ time.Duration) {
			entered <- struct{}{}
			select {
			case <-block:
			case <-ctx.Done():
			}
		},
	})
	handler := console.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	var wait sync.WaitGroup
	wait.Go(func() {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	})
	<-entered
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	// The only core is taken, so this returns only because the client has disconnected.
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/", nil))
	if len(entered) != 0 {
		t.Error("a request did its work although no core was free")
	}
	if n := console.PeakInFlight(); n != 2 {
		t.Errorf("%d requests at once, want 2", n)
	}
	close(block)
	wait.Wait()
}

func listen(t *testing.T, h http.Handler) string {
	t.Helper()
	running, err := sandbox.Start(h, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	})
	return running.URL()
}

func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return request
}

// do sends a request on a new connection, because net/http retries a request that fails on a reused
// one.
func do(t *testing.T, request *http.Request) (status int, body string) {
	t.Helper()
	response, err := fresh().Do(request)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return response.StatusCode, string(text)
}

func fresh() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func TestDateHeaderFollowsTheServersClock(t *testing.T) {
	t.Parallel()
	serves := map[string]http.HandlerFunc{
		"a body":           func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "body") },
		"a status only":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"an empty handler": func(http.ResponseWriter, *http.Request) {},
	}
	for name, serve := range serves {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for noDate, want := range map[bool][]string{false: {"Tue, 06 May 2031 07:08:09 GMT"}, true: nil} {
				console := sandbox.NewConsole(sandbox.Options{Now: func() time.Time { return moment }, NoDate: noDate})
				response, err := fresh().Do(newRequest(t, http.MethodGet, listen(t, console.Wrap(serve)), ""))
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				if diff := cmp.Diff(want, response.Header.Values("Date")); diff != "" {
					t.Errorf("NoDate %t, Date (-want +have):\n%s", noDate, diff)
				}
			}
		})
	}
}
