package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const page = `<!DOCTYPE html>
<html><head><title>Not here (404)</title><style>p { color: red }</style>
<script>if (a < b) alert("x")</script></head><!-- hidden --><body><h1>The page you were looking for doesn&#39;t exist.</h1></body></html>`

func TestErrorsOfResponses(t *testing.T) {
	t.Parallel()

	const json, html, plain = "application/json; charset=utf-8", "text/html; charset=utf-8", "text/plain"

	tests := map[string]struct {
		status            int
		contentType, body string
		kind, said        string
		remedy            string // A part of the remedy.
	}{
		"a text is shown unchanged":           {403, plain, "Operation prohibited.", "*pat.PermissionError", "HTTP 403: Operation prohibited.", "user terraform"},
		"JSON is shown unchanged":             {422, json, `{"message":"Näme"}`, "*pat.ValidationError", `HTTP 422: {"message":"Näme"}`, ""},
		"lines become one":                    {400, plain, "\r\n a\n\tb \n", "*pat.ValidationError", "HTTP 400:    a  b", ""},
		"without a text the status is named":  {503, "", "", "*pat.TransientError", "HTTP 503 Service Unavailable", "in one attempt"},
		"an unknown status without a text":    {499, "", "", "*pat.ProtocolError", "HTTP 499", "No supported version"},
		"a 404 proves nothing":                {404, json, `{}`, "*pat.NotFoundError", "HTTP 404: {}", "may lack the permission to see it"},
		"a page with a 404":                   {404, html, page, "*pat.ProtocolError", "HTTP 404: a web page: Not here (404) The page you were looking for doesn't exist.", "`url`"},
		"a page with a 404, labelled as text": {404, plain, page, "*pat.ProtocolError", "HTTP 404: a web page: Not here (404) The page you were looking for doesn't exist.", "`url`"},
		"a page with a 404, in XHTML":         {404, "application/xhtml+xml", "<p>x</p>", "*pat.ProtocolError", "HTTP 404: a web page: x", "`url`"},
		"an empty page":                       {404, html, "", "*pat.ProtocolError", "HTTP 404 Not Found: a web page", "`url`"},
		"a page with a 400":                   {400, html, "<html>no</html>", "*pat.ProtocolError", "HTTP 400: a web page: no", "`url`"},
		"a page with a 403":                   {403, html, "<html>no</html>", "*pat.PermissionError", "HTTP 403: a web page: no", "proxy"},
		"a title that is also a heading":      {502, html, "<title>Bad\nGateway</title><h1>Bad Gateway</h1><p>nginx", "*pat.TransientError", "HTTP 502: a web page: Bad Gateway nginx", ""},
		"a title that is not a heading":       {502, html, "<title>Bad Gateway</title><p>nginx", "*pat.TransientError", "HTTP 502: a web page: Bad Gateway nginx", ""},
		"a page of a proxy":                   {502, html, "<html>Bad Gateway</html>", "*pat.TransientError", "HTTP 502: a web page: Bad Gateway", "Try again later"},
		"a 500 has two possible causes":       {500, json, `x`, "*pat.ProtocolError", "HTTP 500: x", "database or another service was down, try again; otherwise"},
		"a proxy requires credentials":        {407, plain, "x", "*pat.ProtocolError", "HTTP 407: x", "HTTPS_PROXY"},
		"an anonymous 401":                    {401, plain, "", "*pat.AuthenticationError", "HTTP 401 Unauthorized", "requires credentials"},
		"escape sequences are removed":        {403, plain, "a\x1b[31mb\x00\u0085", "*pat.PermissionError", "HTTP 403: a[31mb", ""},
		"bytes that are not UTF-8":            {403, plain, "a\xffb", "*pat.PermissionError", "HTTP 403: a\ufffdb", ""},
		"secrets are masked":                  {403, plain, "the password " + secret + " is weak", "*pat.PermissionError", "HTTP 403: the password *** is weak", ""},
		"secrets in JSON":                     {403, json, `"s3cr3t\u0026Pass/word"`, "*pat.PermissionError", `HTTP 403: "***"`, ""},
		"secrets in a URL":                    {403, plain, "?p=s3cr3t%26Pass%2Fword", "*pat.PermissionError", "HTTP 403: ?p=***", ""},
		"secrets in a page":                   {403, html, "<p>s3cr3t&#x26;Pass&#47;word</p>", "*pat.PermissionError", "HTTP 403: a web page: ***", ""},
		"secrets with control bytes":          {403, plain, "s3cr3t&\x00Pass/word", "*pat.PermissionError", "HTTP 403: ***", ""},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c := clientOf(t, test.status, test.contentType, test.body, nil)

			result, err := c.Do(t.Context(), Request{Method: http.MethodGet, Segments: []string{"users", "4"}, Query: map[string][]string{"q": {"hidden"}}})
			if result.Status != test.status || string(result.Body) != test.body {
				t.Errorf("the response is not returned: %+v", result)
			}

			failure := failureOf(t, err)
			if got := fmt.Sprintf("%T", err); got != test.kind || failure.Said != test.said || !strings.Contains(failure.Remedy, test.remedy) {
				t.Errorf("a %s: Said is %q, remedy %q", got, failure.Said, failure.Remedy)
			}

			if want := "GET https://h.example.com/base/users/4"; failure.Tried != want || c.Tried("GET", "users", "4") != want {
				t.Errorf("Tried is %q", failure.Tried)
			}
		})
	}
}

func TestThePlatformInterpretsItsResponses(t *testing.T) {
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
		"by status":                       {KindByStatus, "GET", 404, "*pat.NotFoundError", false},
		"as not found":                    {KindNotFound, "GET", 422, "*pat.NotFoundError", false},
		"as validation":                   {KindValidation, "DELETE", 500, "*pat.ValidationError", false},
		"as permission":                   {KindPermission, "GET", 404, "*pat.PermissionError", false},
		"as authentication":               {KindAuthentication, "GET", 403, "*pat.AuthenticationError", false},
		"as transient":                    {KindTransient, "GET", 500, "*pat.TransientError", false},
		"as protocol":                     {KindProtocol, "GET", 404, "*pat.ProtocolError", false},
		"a 4xx to a POST":                 {KindValidation, "POST", 404, "*pat.ValidationError", true},
		"a refusal of a POST by status":   {KindByStatus, "POST", 403, "*pat.PermissionError", true},
		"a 5xx to a POST stays ambiguous": {KindValidation, "POST", 500, "*pat.AmbiguousError", true},
		"a 503 to a POST stays ambiguous": {KindTransient, "POST", 503, "*pat.AmbiguousError", true},
		"a 503 to a POST that refuses stays ambiguous": {KindAuthentication, "POST", 503, "*pat.AmbiguousError", true},
		// Not in the platform's own form.
		"a 400 to a POST": {KindByStatus, "POST", 400, "*pat.AmbiguousError", false},
		"a 403 to a POST": {KindPermission, "POST", 403, "*pat.AmbiguousError", false},
		"a 404 to a POST": {KindNotFound, "POST", 404, "*pat.AmbiguousError", false},
		"a 405 to a POST": {KindByStatus, "POST", 405, "*pat.AmbiguousError", false},
		"a 408 to a POST": {KindByStatus, "POST", 408, "*pat.AmbiguousError", false},
		"a 413 to a POST": {KindByStatus, "POST", 413, "*pat.AmbiguousError", false},
		"a 422 to a POST": {KindValidation, "POST", 422, "*pat.AmbiguousError", false},
		// No server or proxy sends these after it has processed a request.
		"a 4xx to a PUT":  {KindValidation, "PUT", 400, "*pat.ValidationError", true},
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
				o.Read = func(Response) Reading { return reading }
				o.Authorize = func(*http.Request) {}
			})

			_, err := c.Do(t.Context(), Request{Method: test.method})
			if got := fmt.Sprintf("%T", err); got != test.want {
				t.Errorf("%s: %v", got, err)
			}

			want := fmt.Sprintf("%s https://h.example.com/base: HTTP %d: The name *** is taken. Do not use ***.", test.method, test.status)
			if test.want == "*pat.AmbiguousError" {
				want = fmt.Sprintf("POST https://h.example.com/base: HTTP %d: the response is not shown, because it may contain a new secret.", test.status)
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

func TestUnexpectedResponses(t *testing.T) {
	t.Parallel()

	c := clientOf(t, 200, "", "", nil)
	cause := errors.New("the list has no results")

	err := c.UnexpectedResponse(get, Response{Status: 200, MediaType: "application/json", Body: []byte(`{"a":"` + secret + `"}`)}, cause)

	protocol := mustBe[*pat.ProtocolError](t, err)
	if protocol.Said != `HTTP 200, application/json, the list has no results: {"a":"***"}` || !errors.Is(err, cause) {
		t.Errorf("Said is %q", protocol.Said)
	}

	if want := "GET https://h.example.com/base/api/users/4"; protocol.Tried != want {
		t.Errorf("Tried is %q", protocol.Tried)
	}

	err = c.UnexpectedResponse(get, Response{Status: 200, MediaType: "text/html", Body: []byte(page)}, nil)
	if got := mustBe[*pat.ProtocolError](t, err); !strings.Contains(got.Said, "HTTP 200, text/html: a web page: Not here") || got.Remedy != pageRemedy {
		t.Errorf("Said is %q, remedy %q", got.Said, got.Remedy)
	}

	// A secret that a POST issued is not known yet, so it cannot be masked.
	err = c.UnexpectedResponse(post, Response{Status: 201, MediaType: "application/json", Body: []byte(`{"token":"fresh"}`)}, cause)
	if got := mustBe[*pat.AmbiguousError](t, err); got.Said != "HTTP 201, application/json, the list has no results" {
		t.Errorf("Said is %q", got.Said)
	}

	if strings.Contains(err.Error(), "fresh") {
		t.Errorf("the error quotes a new secret: %v", err)
	}
}

func TestTheRemedyForADocumentThatIsTooLarge(t *testing.T) {
	t.Parallel()

	cause := fmt.Errorf("not read: %w", DecodeJSON([]byte(strings.Repeat("[", 100)), new(any)))
	err := clientOf(t, 200, "", "", nil).UnexpectedResponse(get, Response{Status: 200}, cause)

	if got := mustBe[*pat.ProtocolError](t, err); got.Remedy != narrowRemedy {
		t.Errorf("the remedy is %q", got.Remedy)
	}
}

func TestAnIncompleteResponseIsDescribed(t *testing.T) {
	t.Parallel()

	const begin = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"

	tests := map[string]struct {
		handler http.HandlerFunc
		said    string
	}{
		"its text is shown":                 {raw(begin + `{"a":1`), `HTTP 200, application/json, unexpected EOF: {"a":1`},
		"a secret in it is masked":          {raw(begin + `{"a":"` + secret + `",`), `HTTP 200, application/json, unexpected EOF: {"a":"***",`},
		"half a secret in it is masked":     {raw(begin + `{"a":"` + secret[:9]), `HTTP 200, application/json, unexpected EOF: {"a":"***`},
		"half a secret in pieces is masked": {raw(begin + "{\"a\":\"" + secret[:4] + "\x00" + secret[4:9]), `HTTP 200, application/json, unexpected EOF: {"a":"***`},
		"it may hold a secret":              {raw(begin + `{"a":"conceal`), `HTTP 200, application/json, unexpected EOF`},
		"it takes too long": {func(w http.ResponseWriter, r *http.Request) {
			sendPart(w, "so far")
			<-r.Context().Done()
		}, "HTTP 200, text/plain, no complete response within 1m0s: so far"},
		"it is not HTTP":             {raw("SSH-2.0-OpenSSH\r\n\r\n"), "malformed HTTP response"},
		"its status is not a number": {raw("HTTP/1.1 abc\r\n\r\n"), "malformed HTTP status code"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				c := newTestClient(t, newBubbleSite(t, test.handler).URL, func(o *Options) {
					withPassword(o)
					o.MayHoldSecret = func(a Response) bool { return bytes.Contains(a.Body, []byte("conceal")) }
				})

				_, err := c.Do(t.Context(), get)
				if got := mustBe[*pat.TransientError](t, err); got.Said != test.said && !strings.HasSuffix(got.Said, test.said) {
					t.Errorf("Said is %q, want %q", got.Said, test.said)
				}
			})
		})
	}
}

// The response to a POST may contain a secret that is not known here yet.
func TestAResponseToAPOSTIsNotQuoted(t *testing.T) {
	t.Parallel()

	const fresh = "fr3sh-s3cr3t"

	response := func(status int, header, value, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, value)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}

	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string // A part of the error.
	}{
		"a failure":                     {response(500, "Content-Type", "text/plain", fresh), "HTTP 500: the response is not shown"},
		"a page with a 403":             {response(403, "Content-Type", "text/html", "<html>"+fresh), "HTTP 403: a web page."},
		"a page with a 502":             {response(502, "Content-Type", "text/html", "<html>"+fresh), "HTTP 502: a web page."},
		"JSON with a 500":               {response(500, "Content-Type", "application/json", `{"message":"`+fresh+`"}`), "HTTP 500: the response is not shown"},
		"a redirect":                    {response(302, "Location", "https://other.example.com/"+fresh, ""), "redirected to https://other.example.com. Set `url`"},
		"a redirect to the same server": {response(302, "Location", "/"+fresh, ""), "redirected to http://127.0.0.1"},
		"not HTTP":                      {raw(fresh + "\r\n\r\n"), "malformed HTTP response"},
		"no status":                     {raw("HTTP/1.1 " + fresh + "\r\n\r\n"), ""},
		"no version":                    {raw(fresh + "/1.1 200 OK\r\n\r\n"), ""},
		"no header":                     {raw("HTTP/1.1 201 Created\r\n" + fresh + "\r\n\r\n"), "the response headers are malformed"},
		"no length":                     {raw("HTTP/1.1 201 Created\r\nContent-Length: " + fresh + "\r\n\r\n"), "bad Content-Length"},
		"no coding":                     {raw("HTTP/1.1 201 Created\r\nTransfer-Encoding: " + fresh + "\r\n\r\n"), "unsupported transfer encoding"},
		"half a response":               {raw("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n" + fresh), "HTTP 201"},
		"a chunk without a size":        {raw("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n" + fresh + "\r\n"), "HTTP 201"},
		"no gzip":                       {raw("HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\n" + fresh), "HTTP 201"},
		"half a failure":                {raw("HTTP/1.1 503 No\r\nContent-Length: 100\r\n\r\n" + fresh), "HTTP 503"},
		"too large":                     {raw("HTTP/1.1 201 Created\r\nContent-Length: 99999999\r\n\r\n" + fresh), "larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var log bytes.Buffer

			s := newSite(t, test.handler)

			_, err := newTestClient(t, s.URL, withPassword).Do(tflogtest.RootLogger(t.Context(), &log), post)
			wantError[*pat.AmbiguousError](t, err)

			if !strings.Contains(err.Error(), test.want) || s.requests.Load() != 1 {
				t.Errorf("after %d requests the error is %v, want %q in it", s.requests.Load(), err, test.want)
			}

			if log.Len() == 0 || strings.Contains(log.String(), "fr3sh") {
				t.Errorf("the log is %s", log.String())
			}

			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(err.Error(), "fr3sh") {
					t.Error("the error quotes the response")
				}
			}
		})
	}
}

func TestAFailureQuotesTheResponseOnlyIfItMay(t *testing.T) {
	t.Parallel()

	concealing := func(o *Options) {
		o.MayHoldSecret = func(Response) bool { return true }
		o.Read = func(Response) Reading {
			return Reading{Kind: KindPermission, Message: "hidden", Fields: map[string][]string{"a": {"hidden"}}, Missing: []string{"hidden"}}
		}
	}

	for _, code := range []int{200, 403, 500} {
		c := clientOf(t, code, "text/plain", "hidden", concealing)

		result, err := c.Do(t.Context(), get)
		if err == nil {
			err = c.UnexpectedResponse(get, result, errors.New("cause"))
		}

		if strings.Contains(fmt.Sprintf("%v %#v", err, err), "hidden") {
			t.Errorf("%d: %v", code, err)
		}
	}
}

// FuzzErrorBody checks that no response leads to an error that is long, unreadable or contains a
// secret.
func FuzzErrorBody(f *testing.F) {
	f.Add(uint16(404), byte(0), "text/html", []byte(page))
	f.Add(uint16(403), byte(1), "application/json", []byte(`{"error":{"message":"`+secret+`"}}`))
	f.Add(uint16(500), byte(2), "text/plain; charset=utf-8", []byte("\xff\xfe\x00\x1b[2J"+secret))
	f.Add(uint16(200), byte(0), "application/json", []byte("{"+secret))
	f.Add(uint16(201), byte(1), "", []byte(secret))
	f.Add(uint16(401), byte(2), ";;;", []byte("s3cr3t&amp;Pass/word"))
	f.Add(uint16(302), byte(0), "TEXT/HTML; x", []byte("<html><s3cr3t&<b>Pass/word"))
	f.Add(uint16(422), byte(2), "a/b", []byte(strings.Repeat("<p>ü", maxExamined/5)+secret))
	f.Add(uint16(999), byte(1), "\x00", []byte("<!--<script>s3cr3t&#0;&#38;Pass/word"))
	f.Add(uint16(429), byte(0), "x", []byte(strings.Repeat(" ", maxExamined-3)+secret))

	f.Fuzz(func(t *testing.T, code uint16, method byte, contentType string, body []byte) {
		methods := []string{http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodPut}
		r := Request{Method: methods[int(method)%len(methods)], Segments: []string{"x"}}

		c := clientOf(t, int(code), contentType, string(body), func(o *Options) {
			o.Read = func(a Response) Reading {
				text := string(a.Body)

				return Reading{
					Kind: Kind(method % 7), Message: text[:len(text)/2], Remedy: text, Missing: []string{text},
					Fields: map[string][]string{text: {text, text}},
				}
			}
		})

		result, err := c.Do(t.Context(), r)
		if err == nil {
			err = c.UnexpectedResponse(r, result, json.Unmarshal(body, new(int)))
		}

		texts := []string{c.Tried(r.Method, string(body))}

		failure := failureOf(t, err)

		switch err := err.(type) { //nolint:errorlint // The error itself is tested, not its causes.
		case *pat.ValidationError:
			for name, messages := range err.Fields {
				texts = append(texts, name, strings.Join(messages, ""))
			}
		case *pat.PermissionError:
			texts = append(texts, err.Missing...)
		}

		for _, text := range append(texts, failure.Tried, failure.Said, failure.Remedy) {
			if len(text) > maxText {
				t.Errorf("%d bytes: %q", len(text), text)
			}

			if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("not safe to show: %q", text)
			}

			if strings.Contains(text, secret) {
				t.Errorf("the text contains a secret: %q", text)
			}
		}
	})
}

// A PUT creates no secret, so the text of a failing server is shown.
func TestTheTextOfAFailedPutIsShown(t *testing.T) {
	t.Parallel()

	_, err := clientOf(t, http.StatusInternalServerError, "text/plain", "Unexpected request failure.", nil).
		Do(t.Context(), Request{Method: http.MethodPut, Segments: []string{"user"}})

	failure := mustBe[*pat.AmbiguousError](t, err)
	if !strings.Contains(failure.Said, "HTTP 500: Unexpected request failure.") {
		t.Errorf("%s", failure.Said)
	}
}
