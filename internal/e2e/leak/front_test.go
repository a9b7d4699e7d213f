package leak

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// leakMoved is part of the addresses that hostile redirects lead to.
const leakMoved = "/moved"

// leakFront is a proxy before a sandbox. It tells the watch which texts are secret, and sends hostile
// responses instead of the sandbox's. Each provider of a configuration has its own URL, and the first
// part of the path selects the provider's hostile responses.
type leakFront struct {
	sandbox http.Handler
	watch   *leakWatch
	answers map[string][]hostileAnswer

	mu     sync.Mutex
	attack *regexp.Regexp // the methods of the requests that get hostile responses; nil for none
	given  map[string]int // how often each hostile response was sent
}

// attackOn makes the responses to these methods hostile, and resets the counts.
func (f *leakFront) attackOn(methods string) {
	f.mu.Lock()
	defer f.mu.Unlock()

	f.attack, f.given = nil, map[string]int{}
	if methods != "" {
		f.attack = regexp.MustCompile(`^(?:` + methods + `)$`)
	}
}

// missing returns the hostile responses that were not sent.
func (f *leakFront) missing() []string {
	f.mu.Lock()
	defer f.mu.Unlock()

	var names []string

	for _, answer := range hostileAnswers {
		if f.given[answer.name] == 0 {
			names = append(names, answer.name)
		}
	}

	return names
}

// hostile returns the response to a request: of the provider's hostile responses, the one that was sent
// least often so far. nth is how often it has been sent, including this time; 0 means that the response
// is not hostile.
func (f *leakFront) hostile(slug, method string) (answer hostileAnswer, nth int) {
	f.mu.Lock()
	defer f.mu.Unlock()

	if f.attack == nil || !f.attack.MatchString(method) || len(f.answers[slug]) == 0 {
		return hostileAnswer{}, 0
	}

	answer = slices.MinFunc(f.answers[slug], func(a, b hostileAnswer) int { return f.given[a.name] - f.given[b.name] })
	f.given[answer.name]++

	return answer, f.given[answer.name]
}

// keepsWaiting reports whether one of the provider's responses ends only by a timeout.
func (f *leakFront) keepsWaiting(slug string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()

	return slices.ContainsFunc(f.answers[slug], func(answer hostileAnswer) bool { return answer.waits })
}

func (f *leakFront) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	slug, path, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	f.watch.sent(r)

	head, _ := httputil.DumpRequest(r, false)
	body, _ := io.ReadAll(r.Body)

	within := r.Clone(r.Context())
	within.Body = io.NopCloser(bytes.NewReader(body))
	within.URL = &url.URL{RawQuery: r.URL.RawQuery}
	within.URL.Path, _ = url.PathUnescape("/" + path)
	within.URL.RawPath = "/" + path
	within.RequestURI = within.URL.RequestURI()

	x := &leakExchange{w: w, path: r.URL.EscapedPath(), echo: string(head) + string(body), gone: r.Context().Done()}
	x.work = sync.OnceValue(func() *httptest.ResponseRecorder {
		recorded := httptest.NewRecorder()
		f.sandbox.ServeHTTP(recorded, within)
		f.watch.received(recorded.Header(), recorded.Body.String())

		return recorded
	})

	if strings.Contains(x.path, leakMoved) {
		// The provider should never use this address, which is that of a hostile redirect.
		x.answer(http.StatusNotFound, "text/plain", x.echo)

		return
	}

	answer, nth := f.hostile(slug, r.Method)
	if nth == 0 {
		x.pass(x.work().Body.Bytes())

		return
	}

	x.nth = nth
	answer.give(x)
}

// leakExchange is a request that gets a hostile response.
type leakExchange struct {
	w    http.ResponseWriter
	path string
	// echo is the request, including its headers.
	echo string
	// nth is how often this response was sent in this stage.
	nth int
	// gone is closed when the client has disconnected.
	gone <-chan struct{}
	// work makes the sandbox handle the request, once.
	work func() *httptest.ResponseRecorder
}

// pass sends the sandbox's response with another body.
func (x *leakExchange) pass(body []byte) {
	for name, values := range x.work().Header() {
		if name != "Content-Length" {
			x.w.Header()[name] = values
		}
	}

	x.w.WriteHeader(x.work().Code)
	_, _ = x.w.Write(body)
}

// answer sends a response that is not the sandbox's.
func (x *leakExchange) answer(status int, mediaType, body string) {
	x.w.Header().Set("Content-Type", mediaType)
	x.w.WriteHeader(status)
	_, _ = io.WriteString(x.w, body)
}

// raw sends bytes that need not be HTTP, and closes the connection.
func (x *leakExchange) raw(text string) {
	connection, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(err) // The test's own server is broken.
	}

	_, _ = io.WriteString(connection, text)
	_ = connection.Close()
}

// framed formats a response as it is sent, with a length that may be wrong.
func framed(status, length int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d Status\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", status, length, body)
}

// both returns the request and the sandbox's response, including secrets. A new secret comes first,
// because errors are truncated. If the server has started a session, the response header has its
// cookie, as a server would send it.
func (x *leakExchange) both() string {
	cookies := x.work().Header().Values("Set-Cookie")
	x.w.Header()["Set-Cookie"] = cookies

	body := x.work().Body.String()

	return leakSecret.FindString(body) + "\n" + x.echo + "\n" + strings.Join(cookies, "\n") + "\n" + body
}

// cut returns the sandbox's response up to the middle of its secret, or half of it if it has none.
func (x *leakExchange) cut() []byte {
	body := x.work().Body.Bytes()

	for _, what := range []*regexp.Regexp{leakSecret, regexp.MustCompile(regexp.QuoteMeta(foremanserver.HashPrefix) + `.{8}`)} {
		if at := what.FindIndex(body); at != nil {
			return slices.Clone(body[:(at[0]+at[1]+len(foremanserver.HashPrefix))/2])
		}
	}

	return slices.Clone(body[:len(body)/2])
}
