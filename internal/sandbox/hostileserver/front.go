package hostileserver

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"sync/atomic"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/memorynet"
)

// Front is a proxy in front of an honest server that responds to some requests itself, with a
// hostile response.
type Front struct {
	// Honest serves all other requests.
	Honest http.Handler
	// Hostile selects the requests, as "GET /path", that get Answer.
	Hostile *regexp.Regexp
	Answer  Answer
	// Works lets the honest server process the request first.
	Works bool
	// Text goes into the hostile response. With Works and Secret, it is instead what Secret matches
	// in the honest response.
	Text string
	// Secret matches what a client must not show of the honest response; nil means no secret.
	Secret *regexp.Regexp

	met     atomic.Int64
	text    atomic.Value
	working sync.WaitGroup
}

// StartInMemory starts the server on an in-memory network, inside or outside a synctest bubble, and
// returns a function that stops it.
func (f *Front) StartInMemory() (server *httptest.Server, stop func()) {
	server = memorynet.NewServer(f)

	return server, func() {
		server.Close()
		f.working.Wait() // server.Close does not wait for hijacked connections.
	}
}

// Met returns how many requests got the hostile response.
func (f *Front) Met() int { return int(f.met.Load()) }

// Said returns the text that went into the last hostile response.
func (f *Front) Said() string {
	text, _ := f.text.Load().(string)

	return text
}

// ServeHTTP serves one request.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.working.Add(1)
	defer f.working.Done()

	if !f.Hostile.MatchString(r.Method + " " + r.URL.Path) {
		f.Honest.ServeHTTP(w, r)

		return
	}

	f.met.Add(1)

	text := f.Text

	if f.Works {
		recorder := httptest.NewRecorder()
		f.Honest.ServeHTTP(recorder, r)

		if f.Secret != nil {
			text = f.Secret.FindString(recorder.Body.String())
		}
	}

	f.text.Store(text)
	// Read the request's body, so that the server notices when the client disconnects.
	_, _ = io.Copy(io.Discard, r.Body)
	f.Answer.Serve(w, r, text)
}
