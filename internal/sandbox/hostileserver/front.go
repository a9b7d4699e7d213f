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

// Front is a server that stands before an honest one and answers some requests itself. It
// is a trap that has to be set.
type Front struct {
	// Honest answers all other requests.
	Honest http.Handler
	// Hostile are the requests, as "GET /path", that Answer answers.
	Hostile *regexp.Regexp
	Answer  Answer
	// Works lets the honest server carry the request out first.
	Works bool
	// Text goes into the answer. With Works it is what Secret finds in the honest answer.
	Text string
	// Secret is what a client must not show of the honest answer; nil is none.
	Secret *regexp.Regexp

	met     atomic.Int64
	text    atomic.Value
	working sync.WaitGroup
}

// StartInMemory returns the server, in a bubble of synctest or outside of one, and what closes
// it.
func (f *Front) StartInMemory() (server *httptest.Server, stop func()) {
	server = memorynet.NewServer(f)

	return server, func() {
		server.Close()
		f.working.Wait() // The server forgets who took the connection.
	}
}

// Met returns how many requests were answered so.
func (f *Front) Met() int { return int(f.met.Load()) }

// Said returns the text that went into the last answer.
func (f *Front) Said() string {
	text, _ := f.text.Load().(string)

	return text
}

// ServeHTTP answers a request.
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
	// What the client sent is read, so that the server notices when it goes.
	_, _ = io.Copy(io.Discard, r.Body)
	f.Answer.Serve(w, r, text)
}
