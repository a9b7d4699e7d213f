package rest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestBaseURL(t *testing.T) {
	t.Parallel()

	tests := map[string]struct{ raw, want string }{
		"valid":                              {"https://h.example.com", "https://h.example.com"},
		"a trailing slash is removed":        {"https://h.example.com/", "https://h.example.com"},
		"trailing slashes are removed":       {"https://h.example.com/uc//", "https://h.example.com/uc"},
		"lower case, except in the path":     {"HTTPS://H.Example.COM/UC", "https://h.example.com/UC"},
		"the default port of https":          {"https://h.example.com:443/uc", "https://h.example.com/uc"},
		"the default port of http":           {"http://h.example.com:80", "http://h.example.com"},
		"an empty port":                      {"https://h.example.com:", "https://h.example.com"},
		"the default port of http for https": {"https://h.example.com:80", "https://h.example.com:80"},
		"IPv6":                               {"https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x"},
		"IPv6 with a zone":                   {"http://[fe80::1%25eth0]", "http://[fe80::1%25eth0]"},
		"an escaped path is kept":            {"https://h/a%2Fb/c%20d", "https://h/a%2Fb/c%20d"},
		"user info":                          {"https://me:" + secret + "@h", ""},
		"a password with a slash":            {"https://me:pa/" + secret + "@h", ""},
		"a query":                            {"https://h?x=" + secret, ""},
		"an empty query":                     {"https://h?", ""},
		"a fragment":                         {"https://h#" + secret, ""},
		"no scheme":                          {"h.example.com", ""},
		"no scheme with a port":              {"h.example.com:443", ""},
		"another scheme":                     {"ftp://h.example.com", ""},
		"no host":                            {"https://", ""},
		"a path but no host":                 {"https:///uc", ""},
		"nothing":                            {"", ""},
		"a leading blank":                    {" https://h", ""},
		"a port that is too high":            {"https://h:99999", ""},
		"port 0":                             {"https://h:0", ""},
		"a port in words":                    {"https://h:" + secret, ""},
		"dots in the path":                   {"https://h/a/../b", ""},
		"escaped dots in the path":           {"https://h/a/%2e%2e/b", ""},
		"two slashes in the path":            {"https://h/a//b", ""},
		"a line break":                       {"https://h/a\n", ""},
		"an escaped control character":       {"https://h/a%0A", ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c, err := New(Options{BaseURL: test.raw})
			if test.want == "" {
				if err == nil {
					t.Fatalf("%q is accepted", test.raw)
				}

				if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "s3cr3t") {
					t.Errorf("the error contains a secret: %v", err)
				}

				return
			}

			if err != nil || c.BaseURL() != test.want {
				t.Errorf("%v: %v", c, err)
			}
		})
	}
}

func TestABaseURLMustNotEndInThePathOfTheAPI(t *testing.T) {
	t.Parallel()

	for url, refused := range map[string]bool{
		"https://h.example.com":                   false,
		"https://h.example.com/foreman":           false,
		"https://api":                             false,
		"https://h.example.com/my-api":            false,
		"https://h.example.com/api/foreman":       false,
		"https://h.example.com/api":               true,
		"https://h.example.com/API":               false, // Paths are case-sensitive.
		"https://h.example.com/api/":              true,
		"https://h.example.com/foreman/api/v2///": true,
	} {
		_, err := New(Options{BaseURL: url, APIPaths: []string{"/api", "/api/v2"}})
		if (err != nil) != refused {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestPathsAreBuiltFromData(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		segments []string
		want     string // The target that the server gets; empty means that the path is refused.
	}{
		"none":                    {nil, "/base"},
		"plain ones":              {[]string{"api", "users", "4"}, "/base/api/users/4"},
		"a slash is data":         {[]string{"a/b"}, "/base/a%2Fb"},
		"a question mark is data": {[]string{"a?b=c#d"}, "/base/a%3Fb=c%23d"},
		"a percent sign is data":  {[]string{"100%", "%41"}, "/base/100%25/%2541"},
		"dots within a name":      {[]string{"a..b", "...", ".x"}, "/base/a..b/.../.x"},
		"other scripts":           {[]string{"münchen"}, "/base/m%C3%BCnchen"},
		"an empty id":             {[]string{"users", "", "tokens"}, ""},
		"a dot":                   {[]string{"."}, ""},
		"two dots":                {[]string{"users", ".."}, ""},
		"escaped dots":            {[]string{"%2e%2E"}, ""},
		"twice escaped dots":      {[]string{"%252e."}, ""},
		"a line break":            {[]string{"a\r\nb"}, ""},
		"NUL":                     {[]string{"a\x00"}, ""},
		"not UTF-8":               {[]string{"\xff"}, ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var seen string

			s := newSite(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.RequestURI })
			c := newTestClient(t, s.URL+"/base/", nil)

			_, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: test.segments})
			if (err != nil) != (test.want == "") || seen != test.want {
				t.Errorf("the server got %q: %v", seen, err)
			}
		})
	}
}

// FuzzPath checks that a path can be split into exactly its segments, below the base.
func FuzzPath(f *testing.F) {
	for _, seed := range [][3]string{
		{"users", "4", "personal_access_tokens"},
		{"a/b", "..", "."},
		{"%2e%2e", "%252e", "%2f.."},
		{"", "?x=1", "#y"},
		{"a;b", `\..\`, "ü\u202e"},
		{"\xff", "\x00", "100%"},
		{"//host", "http://x", "@"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}

	c, err := New(Options{BaseURL: "https://h.example.com:8443/a%2Fb/uc"})
	if err != nil {
		f.Fatal(err)
	}

	f.Fuzz(func(t *testing.T, one, two, three string) {
		segments := []string{one, two, three}

		target, err := c.target(Request{Method: http.MethodGet, Segments: segments, Query: url.Values{"q": {one}}})
		if err != nil {
			return
		}

		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		if err != nil {
			t.Fatalf("%q cannot be sent: %v", target, err)
		}

		if request.URL.Host != "h.example.com:8443" || request.URL.User != nil || request.URL.Fragment != "" {
			t.Fatalf("%q is sent to %q", target, request.URL.Host)
		}

		path, ok := strings.CutPrefix(request.URL.EscapedPath(), "/a%2Fb/uc/")
		if !ok {
			t.Fatalf("%q is outside the base path", target)
		}

		var parsed []string

		for part := range strings.SplitSeq(path, "/") {
			data, err := url.PathUnescape(part)
			if err != nil {
				t.Fatal(err)
			}

			if data == "" || data == "." || data == ".." {
				t.Fatalf("%q contains %q", target, data)
			}

			parsed = append(parsed, data)
		}

		if diff := cmp.Diff(segments, parsed); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAGETFollowsRedirectsToTheSameServer(t *testing.T) {
	t.Parallel()

	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()

			s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
				if _, password, _ := r.BasicAuth(); password != secret {
					t.Error("a redirected request without credentials")
				}

				if r.URL.Path != "/there" {
					http.Redirect(w, r, "/there", status)
				}
			})
			c := newTestClient(t, s.URL, withPassword)

			result, err := c.Do(t.Context(), get)
			if err != nil || result.Status != http.StatusOK || s.requests.Load() != 2 {
				t.Errorf("status %d after %d requests: %v", result.Status, s.requests.Load(), err)
			}
		})
	}
}

func TestADELETEOrPOSTFollowsNoRedirect(t *testing.T) {
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

func TestRedirectsToOtherServersAreRefused(t *testing.T) {
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
			"Set `url` to the address at which the API responds",
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
				t.Errorf("Said is %q, remedy %q", got.Said, got.Remedy)
			}

			for _, hidden := range []string{"token", "return", "pw"} {
				if strings.Contains(err.Error(), hidden) {
					t.Errorf("%q is contained in %v", hidden, err)
				}
			}

			if s.requests.Load() != 1 {
				t.Errorf("%d requests, not 1", s.requests.Load())
			}
		})
	}
}

func TestTheSameHostWithAnotherSchemeIsAnotherServer(t *testing.T) {
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

func TestAnAddressThatCannotBeParsedIsNotQuoted(t *testing.T) {
	t.Parallel()

	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[broken?token=x")
		w.WriteHeader(http.StatusFound)
	})
	c := newTestClient(t, s.URL, nil)

	_, err := c.Do(t.Context(), get)
	wantError[*pat.ProtocolError](t, err)

	if strings.Contains(err.Error(), "broken") {
		t.Errorf("the error contains a header: %v", err)
	}

	_, err = c.Do(t.Context(), post)
	wantError[*pat.AmbiguousError](t, err)

	if s.requests.Load() != 2 {
		t.Errorf("%d requests, not 2", s.requests.Load())
	}
}

func TestARedirectLoopEndsAfterTenRedirects(t *testing.T) {
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
