package rest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestAGETFollowsRedirectsAtTheSameServer(t *testing.T) {
	t.Parallel()

	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()

			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				if _, password, _ := r.BasicAuth(); password != secret {
					t.Error("a hop without credentials")
				}

				if r.URL.Path != "/there" {
					http.Redirect(w, r, "/there", status)
				}
			})
			c := newTestClient(t, s.URL, withPassword)

			answer, err := c.Do(t.Context(), get)
			if err != nil || answer.Status != http.StatusOK || s.requests.Load() != 2 {
				t.Errorf("status %d after %d requests: %v", answer.Status, s.requests.Load(), err)
			}
		})
	}
}

func TestADELETEOrPOSTIsNeverRedirected(t *testing.T) {
	t.Parallel()

	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()

			s := newSite(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", status) })
			c := newTestClient(t, s.URL, nil)

			_, err := c.Do(t.Context(), Request{Method: http.MethodDelete, Segments: []string{"x"}})
			wantError[*pat.ProtocolError](t, err)

			_, err = c.Do(t.Context(), post)
			wantError[*pat.AmbiguousError](t, err)

			if got := s.requests.Load(); got != 2 {
				t.Errorf("%d requests, not 2", got)
			}
		})
	}
}

func TestRedirectsElsewhereAreRefused(t *testing.T) {
	t.Parallel()

	tests := map[string]struct{ location, said, remedy string }{
		"another host": {
			"https://Other.example.com/base/api/users/4?token=x",
			"redirected to https://other.example.com/base/api/users/4",
			"If that is the server, set `url` to https://other.example.com/base.",
		},
		"another host with a new base path": {
			"https://other.example.com/new/base/api/users/4",
			"redirected to https://other.example.com/new/base/api/users/4",
			"set `url` to https://other.example.com/new/base.",
		},
		"the default port is not named": {
			"https://other.example.com:443/base/api/users/4",
			"redirected to https://other.example.com/base/api/users/4",
			"set `url` to https://other.example.com/base.",
		},
		"a login page elsewhere": {
			"https://sso.example.com/login?return=https://x",
			"redirected to https://sso.example.com/login",
			"Set `url` to the address at which the API itself answers",
		},
		"user info is not shown": {
			"https://me:pw@other.example.com/login",
			"redirected to https://other.example.com/login",
			"Set `url`",
		},
		"another scheme": {"ftp://other.example.com/", "redirected to ftp://other.example.com/", "Set `url`"},
		"no address":     {"", "a redirect without an address", "Set `url`"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.location != "" {
					w.Header().Set("Location", test.location)
				}

				w.WriteHeader(http.StatusMovedPermanently)
			})
			c := newTestClient(t, s.URL+"/base", nil)

			_, err := c.Do(t.Context(), get)

			got := mustBe[*pat.ProtocolError](t, err)
			if !strings.Contains(got.Said, test.said) || !strings.Contains(got.Remedy, test.remedy) {
				t.Errorf("said %q, remedy %q", got.Said, got.Remedy)
			}

			for _, hidden := range []string{"token", "return", "pw"} {
				if strings.Contains(err.Error(), hidden) {
					t.Errorf("%q shows in %v", hidden, err)
				}
			}

			if s.requests.Load() != 1 {
				t.Errorf("%d requests, not 1", s.requests.Load())
			}
		})
	}
}

func TestTheSameHostWithAnotherSchemeIsElsewhere(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "https://"+r.Host+r.URL.Path)
		w.WriteHeader(http.StatusMovedPermanently)
	})
	c := newTestClient(t, s.URL, withPassword)

	_, err := c.Do(t.Context(), get)

	want := "If that is the server, set `url` to " + strings.Replace(s.URL, "http", "https", 1) + "."
	if got := mustBe[*pat.ProtocolError](t, err); got.Remedy != want {
		t.Errorf("the remedy is %q", got.Remedy)
	}
}

func TestAnAddressThatCannotBeReadIsNotQuoted(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[broken?token=x")
		w.WriteHeader(http.StatusFound)
	})
	c := newTestClient(t, s.URL, nil)

	_, err := c.Do(t.Context(), get)
	wantError[*pat.ProtocolError](t, err)

	if strings.Contains(err.Error(), "broken") {
		t.Errorf("a header shows in %v", err)
	}

	_, err = c.Do(t.Context(), post)
	wantError[*pat.AmbiguousError](t, err)

	if s.requests.Load() != 2 {
		t.Errorf("%d requests, not 2", s.requests.Load())
	}
}

func TestACircleEndsAfterTenRedirects(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	c := newTestClient(t, s.URL, nil)

	_, err := c.Do(t.Context(), get)
	if got := mustBe[*pat.ProtocolError](t, err); !strings.Contains(got.Remedy, "circles") {
		t.Errorf("the remedy is %q", got.Remedy)
	}

	if s.requests.Load() != 11 {
		t.Errorf("%d requests, not 11", s.requests.Load())
	}
}
