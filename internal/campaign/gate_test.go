package campaign

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// patience is how long a connection hangs if the client does not give up.
const patience = 20 * time.Millisecond

// gate is a proxy that every request to the server passes through. It injects faults, kills processes
// in the middle of a request, and reports to the ledger what the server did.
type gate struct {
	target *target
	clock  *clock
	ledger *ledger
	server *httptest.Server
	// welcome, if set, is called for each new process. It must not call the gate.
	welcome func(*process)

	mu sync.Mutex
	// busy counts the requests in progress; idle is signaled when there are none.
	busy      int
	idle      *sync.Cond
	processes map[string]*process
	weather   *weather
	late      []*lateRequest
	// cookies are the session cookies seen so far, and forgotten those of sessions that a restart has
	// ended.
	forgotten, cookies map[string]bool

	// work is held while the server creates or revokes a token, so that the ledger sees one change at a
	// time.
	work sync.Mutex
}

func newGate(target *target, clock *clock, ledger *ledger) *gate {
	g := &gate{
		target: target, clock: clock, ledger: ledger, processes: map[string]*process{},
		forgotten: map[string]bool{}, cookies: map[string]bool{},
	}
	g.idle = sync.NewCond(&g.mu)
	g.server = httptest.NewServer(g)

	return g
}

// url returns the base URL of the server.
func (g *gate) url() string { return g.server.URL + g.target.context }

// process returns the process whose User-Agent contains this name.
func (g *gate) process(name string) *process {
	g.mu.Lock()
	defer g.mu.Unlock()

	return g.knows(name)
}

// knows returns the process with the name, and creates it if necessary. The caller holds the mutex.
func (g *gate) knows(name string) *process {
	p, ok := g.processes[name]
	if !ok {
		p = &process{name: name, sent: map[string]bool{}}
		g.processes[name] = p

		if g.welcome != nil {
			g.welcome(p)
		}
	}

	return p
}

// turns sets the weather; nil means no faults.
func (g *gate) turns(w *weather) {
	g.mu.Lock()
	defer g.mu.Unlock()

	g.weather = w
}

// ServeHTTP handles a request, with its fault if it has one.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.enters(1)
	defer g.enters(-1)

	body := buffered(r)
	c := g.target.read(r, body)
	p := g.sender(r)

	g.clock.tick()
	p.machine.sends()

	m, dead := p.arrive(c)

	switch {
	case dead:
		panic(http.ErrAbortHandler)
	case m != nil && m.phase == arriving:
		p.strike(m)
		panic(http.ErrAbortHandler)
	}

	g.mu.Lock()
	met := g.weather.draw(c.kind)
	g.mu.Unlock()

	results.meets(met.String())

	var name *asked
	if c.kind == kindCreate {
		name = g.ledger.asks(p, c, met)
	}

	var shown []byte

	serve := func(w http.ResponseWriter, r *http.Request) { shown = g.serve(w, r, p, c, name, false) }

	if m != nil && m.phase == handled {
		serve(httptest.NewRecorder(), r)
		p.strike(m)
		panic(http.ErrAbortHandler)
	}

	if met.expires {
		g.target.expireSessions()
	}

	if met.restarts {
		g.restart()
		panic(http.ErrAbortHandler)
	}

	if met.late > 0 {
		g.defers(r, body, p, name, met.late)
	}

	if met.hangs {
		g.hang(r, p, met.fault, serve)
	}

	if c.kind == kindCreate && met.fault != nil && met.fault.Status == http.StatusTooManyRequests {
		p.refused(c.token)
	}

	g.answers(w, r, met.fault, serve)

	if c.kind == kindLook && met.fault == nil {
		g.looked(p, shown)
	}

	if m != nil {
		_ = http.NewResponseController(w).Flush() // A response that cannot be flushed has already been sent.

		time.AfterFunc(m.after, func() { p.strike(m) })
	}
}

// hang leaves the request without a response until the process is interrupted, as by Ctrl-C. If that
// does not cancel the request, the connection breaks after a while.
func (g *gate) hang(r *http.Request, p *process, fault *sandbox.Fault, serve http.HandlerFunc) {
	if fault.AfterWork {
		serve(httptest.NewRecorder(), r)
	}

	p.strike(&moment{})

	select {
	case <-r.Context().Done():
	case <-time.After(patience):
	}

	panic(http.ErrAbortHandler)
}

func (g *gate) enters(by int) {
	g.mu.Lock()
	defer g.mu.Unlock()

	if g.busy += by; g.busy == 0 {
		g.idle.Broadcast()
	}
}

// quiet waits until no request is in progress: a server continues to handle a request after the client
// has disconnected.
func (g *gate) quiet() {
	g.mu.Lock()
	defer g.mu.Unlock()

	for g.busy > 0 {
		g.idle.Wait()
	}
}

// answers responds to a request, with the fault if there is one.
func (g *gate) answers(w http.ResponseWriter, r *http.Request, fault *sandbox.Fault, serve http.HandlerFunc) {
	if fault == nil {
		serve(w, r)

		return
	}

	broken := sandbox.NewConsole(sandbox.Options{Now: g.clock.now, Sleep: noSleep})
	broken.AddFault(*fault)
	broken.Wrap(serve).ServeHTTP(w, r)
}

// serve lets the server handle the request, reports it to the ledger, and returns the response.
func (g *gate) serve(
	w http.ResponseWriter, r *http.Request, p *process, c call, name *asked, late bool,
) (answer []byte) {
	g.forget(r)

	// A server continues to handle a request after the client has disconnected.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	done := httptest.NewRecorder()

	switch c.kind {
	case kindCreate, kindRevoke:
		g.change(done, r, p, c, name, late)
	case kindOther, kindLook:
		g.target.handler.ServeHTTP(done, r)
	}

	answer = g.target.words(done.Body.Bytes())

	maps.Copy(w.Header(), done.Header())
	w.Header().Del("Content-Length")
	w.WriteHeader(done.Code)
	_, _ = w.Write(answer) // A disconnected client does not concern the server.

	return answer
}

// change lets the server create or revoke a token.
func (g *gate) change(done *httptest.ResponseRecorder, r *http.Request, p *process, c call, name *asked, late bool) {
	g.work.Lock()
	defer g.work.Unlock()

	before, others := g.target.alive(), g.target.others()
	g.target.handler.ServeHTTP(done, r)

	if !slices.Equal(others, g.target.others()) {
		g.ledger.broken(breachUser, "%s %s changed a token of a user whom the configuration does not name", r.Method, r.URL.Path)
	}

	switch {
	case c.kind == kindRevoke:
		g.ledger.revoked(p, before, g.target.alive())
	case done.Code < http.StatusMultipleChoices:
		g.ledger.made(name, g.target.secret(done.Body.Bytes()), late)
	default:
		p.refused(c.token)
	}
}

// sender returns the process that sent a request.
func (g *gate) sender(r *http.Request) *process {
	name, _, _ := strings.Cut(strings.TrimPrefix(r.UserAgent(), "terraform-provider-opsaccess/"), " ")

	return g.process(name)
}

// restart ends all sessions and connections.
func (g *gate) restart() {
	g.mu.Lock()
	maps.Copy(g.forgotten, g.cookies)
	g.mu.Unlock()

	g.server.CloseClientConnections()
}

// forget removes the cookie of a session that a restart has ended.
func (g *gate) forget(r *http.Request) {
	cookie := r.Header.Get("Cookie")
	if cookie == "" {
		return
	}

	g.mu.Lock()
	defer g.mu.Unlock()

	g.cookies[cookie] = true

	if g.forgotten[cookie] {
		r.Header.Del("Cookie")
	}
}
