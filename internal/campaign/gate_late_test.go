package campaign

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
)

// lateRequest is a request to create a token that the server carries out after its client has given up.
type lateRequest struct {
	request *http.Request
	sender  *process
	asked   *asked
	looks   int
}

// defers keeps a create request for later.
func (g *gate) defers(r *http.Request, body []byte, p *process, name *asked, looks int) {
	request := r.Clone(context.Background())
	request.Header.Del("Cookie") // By then the session may have ended; the password is still valid.
	request.ContentLength = int64(len(body))
	request.Body = readCloser(body)

	g.mu.Lock()
	defer g.mu.Unlock()

	g.late = append(g.late, &lateRequest{request: request, sender: p, asked: name, looks: looks})
}

// looked carries out the create requests that were waiting for this listing of tokens.
func (g *gate) looked(p *process, shown []byte) {
	g.ledger.looked(p, string(shown))

	g.mu.Lock()

	var due []*lateRequest

	g.late = slices.DeleteFunc(g.late, func(l *lateRequest) bool {
		if l.looks--; l.looks > 0 {
			return false
		}

		due = append(due, l)

		return true
	})

	g.mu.Unlock()

	g.carryOut(due)
}

// lands carries out the waiting create requests that some selects.
func (g *gate) lands(some func() bool) {
	g.mu.Lock()

	var due []*lateRequest

	g.late = slices.DeleteFunc(g.late, func(l *lateRequest) bool {
		if !some() {
			return false
		}

		due = append(due, l)

		return true
	})

	g.mu.Unlock()

	g.carryOut(due)
}

func (g *gate) carryOut(due []*lateRequest) {
	for _, l := range due {
		g.serve(httptest.NewRecorder(), l.request, l.sender, call{kind: kindCreate, token: l.asked.name}, l.asked, true)
	}
}
