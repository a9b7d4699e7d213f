package sandbox

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options are the settings of a console; the zero value is usable.
type Options struct {
	// Now is the clock, which the Date header follows as well; nil means time.Now. It must be safe
	// for concurrent use.
	Now func() time.Time
	// NoDate omits the Date header, as a Puma without a web server in front of it does.
	NoDate bool
	// Sleep waits for simulated work and slow responses; nil waits in real time. It must return
	// when ctx is done.
	Sleep func(ctx context.Context, d time.Duration)
	// Costs says how long each kind of work takes.
	Costs Costs
}

// Console sits between the network and a sandbox server. It keeps the journal, spends the simulated
// costs, and triggers faults and hooks. It is safe for concurrent use.
type Console struct {
	now    func() time.Time
	noDate bool
	sleep  func(ctx context.Context, d time.Duration)
	costs  Costs
	cores  chan struct{} // One slot per core; nil means no limit.

	mu           sync.Mutex
	journal      []*Request
	inFlight     int
	peakInFlight int
	faults       []*armedFault
	hooks        []*hook
	controls     map[string]http.Handler
}

// hook is a function that runs before each request that its trigger selects.
type hook struct {
	trigger trigger
	run     func(*http.Request)
}

// exchange ties a request that is being served to its console and its journal entry.
type exchange struct {
	console *Console
	entry   *Request
}

type exchangeKey struct{}

// NewConsole returns a console with an empty journal, no faults and no hooks.
func NewConsole(o Options) *Console {
	c := &Console{now: o.Now, noDate: o.NoDate, sleep: o.Sleep, costs: o.Costs, controls: map[string]http.Handler{}}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	if o.Costs.Cores > 0 {
		c.cores = make(chan struct{}, o.Costs.Cores)
	}
	c.HandleControl("journal", http.HandlerFunc(c.serveJournal))
	return c
}

// Now returns the current time by the console's clock.
func (c *Console) Now() time.Time { return c.now() }

// Before runs a function before each selected request is served. The function plays another actor:
// it may change the server's data, or wait. Hooks run in the order in which they were added. The
// returned function removes the hook.
func (c *Console) Before(m Match, run func(*http.Request)) (remove func()) {
	h := &hook{trigger: trigger{match: m}, run: run}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks = append(c.hooks, h)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i, have := range c.hooks {
			if have == h {
				c.hooks = append(c.hooks[:i:i], c.hooks[i+1:]...)
				return
			}
		}
	}
}

// Wrap returns a handler that serves the sandbox's own paths and passes every other request to
// next, through the journal, the hooks, the faults and the costs.
func (c *Console) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, ControlPrefix) {
			c.serveControl(w, r)
			return
		}
		entry, hooks, fault := c.arrive(r)
		defer c.leave()
		for _, h := range hooks {
			h.run(r)
		}
		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, &exchange{console: c, entry: entry}))
		c.date(w.Header())
		tracked := &statusWriter{ResponseWriter: w, note: func(status int) { c.setStatus(entry, status) }}
		work := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.spend(r.Context(), CostRequest)
			next.ServeHTTP(w, r)
		})
		if fault != nil {
			c.serveFault(tracked, r, *fault, work)
			return
		}
		work.ServeHTTP(tracked, r)
	})
}

// Identify records in the journal which user sent the request of ctx and how that user
// authenticated. It does nothing when ctx does not belong to a console's request.
func Identify(ctx context.Context, user string, how AuthMethod) {
	x := exchangeFrom(ctx)
	if x == nil {
		return
	}
	x.console.mu.Lock()
	defer x.console.mu.Unlock()
	x.entry.User, x.entry.Auth = user, how
}

// arrive adds the request to the journal and returns the hooks and the fault that apply to it.
func (c *Console) arrive(r *http.Request) (*Request, []*hook, *Fault) {
	entry := &Request{
		Time:      c.now(),
		Method:    r.Method,
		Path:      r.URL.EscapedPath(),
		RawQuery:  r.URL.RawQuery,
		Auth:      AuthNone,
		RequestID: r.Header.Get("X-Request-Id"),
		UserAgent: r.UserAgent(),
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.journal = append(c.journal, entry)
	c.inFlight++
	c.peakInFlight = max(c.peakInFlight, c.inFlight)

	var hooks []*hook
	for _, h := range c.hooks {
		if h.trigger.hit(r) {
			hooks = append(hooks, h)
		}
	}
	var fault *Fault
	for _, f := range c.faults {
		// Every fault counts the request, but only the first one that selects it acts.
		if f.trigger.hit(r) && fault == nil {
			fault = &f.fault
			entry.Fault = f.fault.Kind.String()
		}
	}
	return entry, hooks, fault
}

// date sets the Date header from the console's clock. A nil value keeps net/http from adding the
// machine's time.
func (c *Console) date(header http.Header) {
	header["Date"] = nil
	if !c.noDate {
		header.Set("Date", c.now().UTC().Format(http.TimeFormat))
	}
}

func (c *Console) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
}

func (c *Console) setStatus(entry *Request, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry.Status = status
}

func exchangeFrom(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// statusWriter reports the status of a response when it is sent.
type statusWriter struct {
	http.ResponseWriter
	note  func(status int)
	wrote bool
}

// WriteHeader reports the first status and passes it on.
func (w *statusWriter) WriteHeader(status int) {
	if !w.wrote {
		w.wrote = true
		w.note(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write sends the body, preceded by status 200 if no status was sent yet.
func (w *statusWriter) Write(b []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap gives http.ResponseController access to the wrapped writer.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
