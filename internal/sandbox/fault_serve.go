package sandbox

import (
	"bytes"
	"io"
	"maps"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// defaultPause is the time between two bytes of a FaultDrip response.
const defaultPause = 10 * time.Millisecond

// fillerBlock is the number of filler bytes that an endless body sends at a time.
const fillerBlock = 4096

// serveFault responds as the fault demands; work processes the request as if there were no fault.
func (c *Console) serveFault(w http.ResponseWriter, r *http.Request, f Fault, work http.Handler) {
	var done recorder
	if f.AfterWork || f.Kind == FaultTruncate || f.Kind == FaultDrip {
		work.ServeHTTP(&done, r)
	}
	switch f.Kind {
	case FaultDrop:
		panic(http.ErrAbortHandler)
	case FaultHang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case FaultAnswer:
		f.writeHead(w)
		_, _ = io.WriteString(w, f.body()) //nolint:gosec // A test supplies the body.
	case FaultRedirect:
		w.Header().Set("Location", f.Location)
		f.writeHead(w)
	case FaultTruncate:
		body := done.writeHead(w)
		_, _ = w.Write(body[:len(body)/2])
		flush(w)
		panic(http.ErrAbortHandler)
	case FaultDrip:
		c.drip(w, r, f, done.writeHead(w))
	case FaultEndless:
		f.writeHead(w)
		_, _ = io.WriteString(w, f.Body)
		endless(w, r)
	}
}

// drip sends the body byte by byte, until the client gives up.
func (c *Console) drip(w http.ResponseWriter, r *http.Request, f Fault, body []byte) {
	pause := f.Pause
	if pause <= 0 {
		pause = defaultPause
	}
	for i := range body {
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		flush(w)
		c.sleep(r.Context(), pause)
		if r.Context().Err() != nil {
			return
		}
	}
}

// endless writes until the client gives up or the server closes.
func endless(w http.ResponseWriter, r *http.Request) {
	block := bytes.Repeat([]byte("x"), fillerBlock)
	for r.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func (f Fault) writeHead(w http.ResponseWriter) {
	w.Header().Set("Content-Type", f.contentType())
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	w.WriteHeader(f.status())
}

func flush(w http.ResponseWriter) {
	// A writer that cannot flush sends the bytes later, which makes no difference to the client.
	_ = http.NewResponseController(w).Flush()
}

func mediaType(contentType string) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return strings.ToLower(contentType)
	}
	return media
}

// recorder stores a response instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the header of the recorded response.
func (rec *recorder) Header() http.Header {
	if rec.header == nil {
		rec.header = http.Header{}
	}
	return rec.header
}

// WriteHeader stores the first status.
func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 {
		rec.status = status
	}
}

// Write stores the body.
func (rec *recorder) Write(b []byte) (int, error) {
	rec.WriteHeader(http.StatusOK)
	return rec.body.Write(b)
}

// writeHead sends the recorded status and header, with the Content-Length of the whole body, and
// returns the body.
func (rec *recorder) writeHead(w http.ResponseWriter) []byte {
	maps.Copy(w.Header(), rec.Header())
	w.Header().Set("Content-Length", strconv.Itoa(rec.body.Len()))
	rec.WriteHeader(http.StatusOK)
	w.WriteHeader(rec.status)
	return rec.body.Bytes()
}
