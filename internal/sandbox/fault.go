package sandbox

import (
	"fmt"
	"net/http"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind int

// The kinds of fault.
const (
	// FaultDrop closes the connection without an answer. Go's client repeats a GET by
	// itself when that happens on a connection it had used before.
	FaultDrop FaultKind = iota
	// FaultAnswer sends the fault's own status, content type and body.
	FaultAnswer
	// FaultTruncate sends the first half of the real answer and closes the connection.
	FaultTruncate
	// FaultDrip sends the real answer byte by byte.
	FaultDrip
	// FaultEndless sends a body that does not end: the fault's own, then filler.
	FaultEndless
	// FaultRedirect sends the client to the fault's Location; its status is 302 unless
	// the fault says otherwise.
	FaultRedirect
	// FaultHang answers nothing until the client gives up or the server closes.
	FaultHang
)

// String is the kind's name, as the journal and [ParseFault] write it.
func (k FaultKind) String() string {
	switch k {
	case FaultDrop:
		return "drop"
	case FaultAnswer:
		return "answer"
	case FaultTruncate:
		return "truncate"
	case FaultDrip:
		return "drip"
	case FaultEndless:
		return "endless"
	case FaultRedirect:
		return "redirect"
	case FaultHang:
		return "hang"
	}
	return fmt.Sprintf("FaultKind(%d)", int(k))
}

// Fault is something that goes wrong with the requests that it selects.
type Fault struct {
	Match

	Kind FaultKind
	// AfterWork lets the server do the work first, so that only the answer is lost or
	// replaced. Truncate and drip always do the work.
	AfterWork bool
	// Status, ContentType and Body are what FaultAnswer and FaultEndless send. Status
	// 0 is 200; an empty ContentType is text/plain; an empty Body of FaultAnswer is the
	// status in words, in the form that the content type asks for.
	Status      int
	ContentType string
	Body        string
	// RetryAfter is the Retry-After header; empty for none.
	RetryAfter string
	// Location is where FaultRedirect points.
	Location string
	// Pause is the time between two bytes of FaultDrip; 0 is 10 ms.
	Pause time.Duration
}

// armedFault is a fault that counts the requests it selects.
type armedFault struct {
	trigger trigger
	fault   Fault
}

// AddFault makes a fault happen from now on. Where several faults select one request,
// the one that was added first acts, and the others count it as well.
func (c *Console) AddFault(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &armedFault{trigger: trigger{match: f.Match}, fault: f})
}

// ClearFaults takes all faults away.
func (c *Console) ClearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

func (f Fault) body() string {
	if f.Body != "" {
		return f.Body
	}
	text := http.StatusText(f.status())
	switch mediaType(f.ContentType) {
	case "application/json":
		return fmt.Sprintf("{\"message\":%q}", text)
	case "text/html":
		return fmt.Sprintf("<html><head><title>%[1]d %[2]s</title></head><body><h1>%[2]s</h1></body></html>\n", f.status(), text)
	default:
		return text + "\n"
	}
}

func (f Fault) contentType() string {
	if f.ContentType == "" {
		return "text/plain; charset=utf-8"
	}
	return f.ContentType
}

func (f Fault) status() int {
	switch {
	case f.Status != 0:
		return f.Status
	case f.Kind == FaultRedirect:
		return http.StatusFound
	default:
		return http.StatusOK
	}
}
