package hostileserver

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync/atomic"
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

	met  atomic.Int64
	text atomic.Value
}

// Start returns the server. Close it.
func (f *Front) Start() *httptest.Server {
	server := httptest.NewUnstartedServer(f)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()

	return server
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
