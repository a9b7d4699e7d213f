package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestTheRequestThatTheServerGets(t *testing.T) {
	t.Parallel()

	var seen http.Header

	s := newSite(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header })
	c := newTestClient(t, s.URL, func(o *Options) {
		withPassword(o)
		o.UserAgent = "terraform-provider-opsaccess/1.0"
	})

	r := post
	r.Accept = "application/json"

	if _, err := c.Do(t.Context(), r); err != nil {
		t.Fatal(err)
	}

	want := http.Header{
		"Accept":          {"application/json"},
		"Accept-Encoding": {"gzip"},
		"Authorization":   seen["Authorization"],
		"Connection":      {"close"},
		"Content-Length":  {fmt.Sprint(len(post.Body))},
		"Content-Type":    {"application/json"},
		"User-Agent":      {"terraform-provider-opsaccess/1.0"},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Error(diff)
	}

	if seen.Get("Authorization") == "" {
		t.Error("no credentials")
	}
}

func TestTheResponseThatTheDriverGets(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "Application/JSON; charset=utf-8")
		w.Header().Set("Set-Cookie", "id=1")
		w.Header().Set("Foreman_version", "3.13.0")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{}`))
	})

	result, err := newTestClient(t, s.URL, nil).Do(t.Context(), get)
	if err != nil {
		t.Fatal(err)
	}

	result.Header = http.Header{"Foreman_version": result.Header["Foreman_version"], "Set-Cookie": result.Header["Set-Cookie"]}
	want := Response{
		Status:    http.StatusCreated,
		Header:    http.Header{"Foreman_version": {"3.13.0"}, "Set-Cookie": nil},
		MediaType: "application/json",
		Body:      []byte(`{}`),
		EndProven: true,
	}

	if diff := cmp.Diff(want, result); diff != "" {
		t.Error(diff)
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusOK, ""))
	c := newTestClient(t, s.URL, nil)

	for _, method := range []string{"", "PATCH", "put", "HEAD", "get", "GET X"} {
		if _, err := c.Do(t.Context(), Request{Method: method}); err == nil {
			t.Errorf("a %q request was sent", method)
		}
	}

	if s.requests.Load() != 0 {
		t.Errorf("%d requests", s.requests.Load())
	}
}

func TestQueriesAreEncoded(t *testing.T) {
	t.Parallel()

	query := url.Values{"search": {`name = "a&b" and x`, "2"}, "página": {"1"}}

	var seen url.Values

	s := newSite(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.URL.Query() })

	if _, err := newTestClient(t, s.URL, nil).Do(t.Context(), Request{Method: http.MethodGet, Query: query}); err != nil {
		t.Fatal(err)
	}

	if diff := cmp.Diff(query, seen); diff != "" {
		t.Error(diff)
	}

	// Only forms read a plus sign as a blank.
	target, err := newTestClient(t, s.URL, nil).target(Request{Method: http.MethodGet, Query: url.Values{"tokenname": {"a b+c&d"}}})
	if err != nil || !strings.HasSuffix(target, "?tokenname=a%20b%2Bc%26d") {
		t.Errorf("%q, %v", target, err)
	}
}

func TestNoCookieIsReturned(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Errorf("cookies: %v", r.Cookies())
		}

		w.Header().Set("Set-Cookie", "id=1; Path=/")

		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, "/", http.StatusFound)
		}
	})
	c := newTestClient(t, s.URL, withPassword)

	for _, path := range []string{"a", "redirect", "b"} {
		if _, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{path}}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCredentialsThatCannotBeSentAreNotShown(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusOK, "{}"))
	c := newTestClient(t, s.URL, func(o *Options) {
		o.Authorize = func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret+"\n") }
	})
	attempts := countWire(t, c)

	_, err := c.Do(t.Context(), post)
	if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "line break") {
		t.Errorf("%v", err)
	}

	if attempts.Load() != 1 || s.requests.Load() != 0 {
		t.Errorf("%d attempts, %d requests", attempts.Load(), s.requests.Load())
	}
}

func TestACancelledContextEndsACall(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		method    string
		handler   func(cancel func()) http.HandlerFunc
		ambiguous bool
	}{
		"before the response to a GET": {"GET", func(cancel func()) http.HandlerFunc {
			return func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }
		}, false},
		"before the response to a POST": {"POST", func(cancel func()) http.HandlerFunc {
			return func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }
		}, true},
		"within the body of a GET": {"GET", func(cancel func()) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				sendPart(w, "{")

				cancel()
				<-r.Context().Done()
			}
		}, false},
		"within the body of a POST": {"POST", func(cancel func()) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				sendPart(w, "{")

				cancel()
				<-r.Context().Done()
			}
		}, true},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			ctx, cancel := context.WithCancel(t.Context())
			s := newSite(t, test.handler(cancel))

			_, err := newTestClient(t, s.URL, nil).Do(ctx, Request{Method: test.method})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("the error is not context.Canceled: %v", err)
			}

			if _, ok := errors.AsType[*pat.AmbiguousError](err); ok != test.ambiguous {
				t.Errorf("ambiguous is %t: %v", ok, err)
			}

			if s.requests.Load() != 1 {
				t.Errorf("%d requests, not 1", s.requests.Load())
			}
		})
	}
}

func TestACancelledContextSendsNoRequest(t *testing.T) {
	t.Parallel()

	s := newSite(t, respondsWith(http.StatusOK, "{}"))
	c := newTestClient(t, s.URL, withPassword)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	for range 20 {
		_, err := c.Do(ctx, post)
		wantError[*pat.TransientError](t, err)

		if !errors.Is(err, context.Canceled) {
			t.Errorf("the error is not context.Canceled: %v", err)
		}
	}

	if s.requests.Load() != 0 {
		t.Errorf("%d requests", s.requests.Load())
	}
}
