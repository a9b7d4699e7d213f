package sandbox

import (
	"fmt"
	"net/http"
	"time"
)

// FaultKind is the way in which a request fails.
type FaultKind int

// The kinds of fault.
const (
	// FaultDrop closes the connection without a response. Go's HTTP client retries a GET by itself
	// when that happens on a reused connection.
	FaultDrop FaultKind = iota
	// FaultAnswer responds with the fault's own status, content type and body.
	FaultAnswer
	// FaultTruncate sends the first half of the real response and closes the connection.
	FaultTruncate
	// FaultDrip sends the real response byte by byte.
	FaultDrip
	// FaultEndless sends a body that never ends: the fault's own body, then filler.
	FaultEndless
	// FaultRedirect redirects to the fault's Location. The status is 302 unless the fault sets
	// another one.
	FaultRedirect
	// FaultHang sends nothing until the client gives up or the server closes.
	FaultHang
)

// String returns the kind's name, as the journal shows it and [ParseFault] reads it.
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

// Fault makes the requests that it selects fail.
type Fault struct {
	Match

	Kind FaultKind
	// AfterWork lets the server process the request first, so that only the response is lost or
	// replaced. FaultTruncate and FaultDrip always process the request.
	AfterWork bool
	// Status, ContentType and Body are what FaultAnswer and FaultEndless send. Status 0 means 200
	// and an empty ContentType means text/plain. With an empty Body, FaultAnswer sends the text of
	// the status in the format of the content type.
	Status      int
	ContentType string
	Body        string
	// RetryAfter is the value of the Retry-After header; empty omits the header.
	RetryAfter string
	// Location is the target of FaultRedirect.
	Location string
	// Pause is the time between two bytes of FaultDrip; 0 means 10 ms.
	Pause time.Duration
}

// armedFault is a fault together with its count of the requests it selects.
type armedFault struct {
	trigger trigger
	fault   Fault
}

// AddFault activates a fault. When several faults select the same request, the one that was added
// first acts, and the others count the request as well.
func (c *Console) AddFault(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &armedFault{trigger: trigger{match: f.Match}, fault: f})
}

// ClearFaults removes all faults.
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
