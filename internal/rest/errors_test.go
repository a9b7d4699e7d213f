package rest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// clientOf returns a client whose server answers each request with the same answer.
func clientOf(t testing.TB, code int, contentType, body string, change func(*Options)) *Client {
	t.Helper()

	options := Options{BaseURL: "https://h.example.com/base", Secrets: []pat.Secret{secret}, Account: "user terraform"}
	if change != nil {
		change(&options)
	}

	c, err := New(options)
	if err != nil {
		t.Fatal(err)
	}

	transportOf(t, c).wire = roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: code,
			Header:     http.Header{"Content-Type": {contentType}, "Set-Cookie": {"id=" + secret}, "Server": {"Apache"}},
			Body:       io.NopCloser(strings.NewReader(body)),
			Request:    r,
		}, nil
	})

	return c
}

const page = `<!DOCTYPE html>
<html><head><title>Not here (404)</title><style>p { color: red }</style>
<script>if (a < b) alert("x")</script></head><!-- hidden --><body><h1>The page you were looking for doesn&#39;t exist.</h1></body></html>`

func TestErrorsOfAnswers(t *testing.T) {
	t.Parallel()

	const json, html, plain = "application/json; charset=utf-8", "text/html; charset=utf-8", "text/plain"

	tests := map[string]struct {
		status            int
		contentType, body string
		kind, said        string
		remedy            string // Contained.
	}{
		"a text is shown as it is":     {403, plain, "Operation prohibited.", "*pat.PermissionError", "HTTP 403: Operation prohibited.", "user terraform"},
		"JSON is shown as it is":       {422, json, `{"message":"Näme"}`, "*pat.ValidationError", `HTTP 422: {"message":"Näme"}`, ""},
		"lines become one":             {400, plain, "\r\n a\n\tb \n", "*pat.ValidationError", "HTTP 400:    a  b", ""},
		"no text is named":             {503, "", "", "*pat.TransientError", "HTTP 503 Service Unavailable", "in one attempt"},
		"an unknown status without":    {499, "", "", "*pat.ProtocolError", "HTTP 499", "not what the API"},
		"a 404 proves nothing":         {404, json, `{}`, "*pat.NotFoundError", "HTTP 404: {}", "may not see it"},
		"a page is not a not found":    {404, html, page, "*pat.ProtocolError", "HTTP 404: a web page: Not here (404) The page you were looking for doesn't exist.", "`url`"},
		"nor where it is mislabelled":  {404, plain, page, "*pat.ProtocolError", "HTTP 404: a web page: Not here (404) The page you were looking for doesn't exist.", "`url`"},
		"nor where it is XHTML":        {404, "application/xhtml+xml", "<p>x</p>", "*pat.ProtocolError", "HTTP 404: a web page: x", "`url`"},
		"an empty page":                {404, html, "", "*pat.ProtocolError", "HTTP 404 Not Found: a web page", "`url`"},
		"a page is not a validation":   {400, html, "<html>no</html>", "*pat.ProtocolError", "HTTP 400: a web page: no", "`url`"},
		"a page may refuse":            {403, html, "<html>no</html>", "*pat.PermissionError", "HTTP 403: a web page: no", "proxy"},
		"a page of a proxy":            {502, html, "<html>Bad Gateway</html>", "*pat.TransientError", "HTTP 502: a web page: Bad Gateway", "Try again later"},
		"a 500 may be either":          {500, json, `x`, "*pat.ProtocolError", "HTTP 500: x", "database or another service was down, try again; otherwise"},
		"a proxy wants credentials":    {407, plain, "x", "*pat.ProtocolError", "HTTP 407: x", "HTTPS_PROXY"},
		"an anonymous 401":             {401, plain, "", "*pat.AuthenticationError", "HTTP 401 Unauthorized", "wants credentials"},
		"escape sequences are removed": {403, plain, "a\x1b[31mb\x00\u0085", "*pat.PermissionError", "HTTP 403: a[31mb", ""},
		"bytes that are no UTF-8":      {403, plain, "a\xffb", "*pat.PermissionError", "HTTP 403: a\ufffdb", ""},
		"secrets are masked":           {403, plain, "the password " + secret + " is weak", "*pat.PermissionError", "HTTP 403: the password *** is weak", ""},
		"secrets in JSON":              {403, json, `"s3cr3t\u0026Pass/word"`, "*pat.PermissionError", `HTTP 403: "***"`, ""},
		"secrets in a URL":             {403, plain, "?p=s3cr3t%26Pass%2Fword", "*pat.PermissionError", "HTTP 403: ?p=***", ""},
		"secrets in a page":            {403, html, "<p>s3cr3t&#x26;Pass&#47;word</p>", "*pat.PermissionError", "HTTP 403: a web page: ***", ""},
		"secrets with control bytes":   {403, plain, "s3cr3t&\x00Pass/word", "*pat.PermissionError", "HTTP 403: ***", ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c := clientOf(t, test.status, test.contentType, test.body, nil)

			answer, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{"users", "4"}, Query: map[string][]string{"q": {"hidden"}}})
			if answer.Status != test.status || string(answer.Body) != test.body {
				t.Errorf("the answer is not returned: %+v", answer)
			}

			var failure *pat.Failure

			switch err := err.(type) { //nolint:errorlint // The error itself is tested, not its causes.
			case *pat.NotFoundError:
				failure = &err.Failure
			case *pat.ValidationError:
				failure = &err.Failure
			case *pat.PermissionError:
				failure = &err.Failure
			case *pat.AuthenticationError:
				failure = &err.Failure
			case *pat.TransientError:
				failure = &err.Failure
			case *pat.ProtocolError:
				failure = &err.Failure
			default:
				t.Fatalf("%T: %v", err, err)
			}

			if got := fmt.Sprintf("%T", err); got != test.kind || failure.Said != test.said || !strings.Contains(failure.Remedy, test.remedy) {
				t.Errorf("a %s says %q, remedy %q", got, failure.Said, failure.Remedy)
			}

			if want := "GET https://h.example.com/base/users/4"; failure.Tried != want || c.Tried("GET", "users", "4") != want {
				t.Errorf("tried %q", failure.Tried)
			}
		})
	}
}

func TestThePlatformReadsItsAnswers(t *testing.T) {
	t.Parallel()

	reading := Reading{
		Message: "The name " + secret + " is taken.",
		Fields:  map[string][]string{"name": {"is taken\n", secret}, "base": nil},
		Missing: []string{"view_\x1busers", secret},
		Remedy:  "Do not use " + secret + ".",
	}

	tests := map[string]struct {
		kind   Kind
		method string
		status int
		want   string
		own    bool
	}{
		"by status":                               {KindByStatus, "GET", 404, "*pat.NotFoundError", false},
		"as not found":                            {KindNotFound, "GET", 422, "*pat.NotFoundError", false},
		"as validation":                           {KindValidation, "DELETE", 500, "*pat.ValidationError", false},
		"as permission":                           {KindPermission, "GET", 404, "*pat.PermissionError", false},
		"as authentication":                       {KindAuthentication, "GET", 403, "*pat.AuthenticationError", false},
		"as transient":                            {KindTransient, "GET", 500, "*pat.TransientError", false},
		"as protocol":                             {KindProtocol, "GET", 404, "*pat.ProtocolError", false},
		"a 4xx to a POST":                         {KindValidation, "POST", 404, "*pat.ValidationError", true},
		"a refusal of a POST by status":           {KindByStatus, "POST", 403, "*pat.PermissionError", true},
		"a 5xx to a POST stays ambiguous":         {KindValidation, "POST", 500, "*pat.AmbiguousError", true},
		"a 503 to a POST stays ambiguous":         {KindTransient, "POST", 503, "*pat.AmbiguousError", true},
		"a 503 that refuses in a POST stays, too": {KindAuthentication, "POST", 503, "*pat.AmbiguousError", true},
		// In the form of somebody else.
		"a 400 to a POST": {KindByStatus, "POST", 400, "*pat.AmbiguousError", false},
		"a 403 to a POST": {KindPermission, "POST", 403, "*pat.AmbiguousError", false},
		"a 404 to a POST": {KindNotFound, "POST", 404, "*pat.AmbiguousError", false},
		"a 405 to a POST": {KindByStatus, "POST", 405, "*pat.AmbiguousError", false},
		"a 408 to a POST": {KindByStatus, "POST", 408, "*pat.AmbiguousError", false},
		"a 413 to a POST": {KindByStatus, "POST", 413, "*pat.AmbiguousError", false},
		"a 422 to a POST": {KindValidation, "POST", 422, "*pat.AmbiguousError", false},
		// Nobody sends these after the work.
		"a 401 to a POST": {KindByStatus, "POST", 401, "*pat.AuthenticationError", false},
		"a 407 to a POST": {KindByStatus, "POST", 407, "*pat.ProtocolError", false},
		"a 429 to a POST": {KindByStatus, "POST", 429, "*pat.TransientError", false},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			reading := reading
			reading.Kind, reading.Own = test.kind, test.own
			c := clientOf(t, test.status, "application/json", "{}", func(o *Options) {
				o.Read = func(Answer) Reading { return reading }
				o.Authorize = func(*http.Request) {}
			})

			_, err := c.Do(t.Context(), Request{Method: test.method})
			if got := fmt.Sprintf("%T", err); got != test.want {
				t.Errorf("%s: %v", got, err)
			}

			want := fmt.Sprintf("%s https://h.example.com/base: HTTP %d: The name *** is taken. Do not use ***.", test.method, test.status)
			if test.want == "*pat.AmbiguousError" {
				want = fmt.Sprintf("POST https://h.example.com/base: HTTP %d: its text is left out, for a new secret may be in it.", test.status)
			}

			if !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%v", err)
			}

			if invalid, ok := errors.AsType[*pat.ValidationError](err); ok {
				if diff := cmp.Diff(map[string][]string{"name": {"is taken", "***"}, "base": nil}, invalid.Fields); diff != "" {
					t.Error(diff)
				}
			}

			if refused, ok := errors.AsType[*pat.PermissionError](err); ok {
				if diff := cmp.Diff([]string{"view_users", "***"}, refused.Missing); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestUnexpectedAnswers(t *testing.T) {
	t.Parallel()

	c := clientOf(t, 200, "", "", nil)
	cause := errors.New("the list has no results")

	err := c.UnexpectedAnswer(get, Answer{Status: 200, MediaType: "application/json", Body: []byte(`{"a":"` + secret + `"}`)}, cause)

	protocol := mustBe[*pat.ProtocolError](t, err)
	if protocol.Said != `HTTP 200, application/json, the list has no results: {"a":"***"}` || !errors.Is(err, cause) {
		t.Errorf("said %q", protocol.Said)
	}

	if want := "GET https://h.example.com/base/api/users/4"; protocol.Tried != want {
		t.Errorf("tried %q", protocol.Tried)
	}

	err = c.UnexpectedAnswer(get, Answer{Status: 200, MediaType: "text/html", Body: []byte(page)}, nil)
	if got := mustBe[*pat.ProtocolError](t, err); !strings.Contains(got.Said, "HTTP 200, text/html: a web page: Not here") || got.Remedy != pageRemedy {
		t.Errorf("said %q, remedy %q", got.Said, got.Remedy)
	}

	// What a POST issued is known to nobody yet, so nothing could mask it.
	err = c.UnexpectedAnswer(post, Answer{Status: 201, MediaType: "application/json", Body: []byte(`{"token":"fresh"}`)}, cause)
	if got := mustBe[*pat.AmbiguousError](t, err); got.Said != "HTTP 201, application/json, the list has no results" {
		t.Errorf("said %q", got.Said)
	}

	if strings.Contains(err.Error(), "fresh") {
		t.Errorf("a fresh secret shows in %v", err)
	}
}
