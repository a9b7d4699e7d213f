// Package sharedcall has one request answer several callers.
package sharedcall

import "context"

// Call is one request and those who wait for it. A mutex of its owner's guards Callers and
// the calls of Finish. Make it with [New].
type Call[Value any] struct {
	// Context is for the request: it has the values of the first caller's context, and neither its
	// deadline nor its end.
	Context context.Context // It ends with the last caller, not with a function.
	// Callers is how many wait.
	Callers int

	cancel context.CancelFunc
	done   chan struct{}
	value  Value
	err    error
}

// New returns a call that nobody waits for yet.
func New[Value any](ctx context.Context) *Call[Value] {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // Finish and Cancel call it.

	return &Call[Value]{Context: own, cancel: cancel, done: make(chan struct{})}
}

// Cancel ends the request's context; the owner calls it once nobody waits any more.
func (c *Call[Value]) Cancel() { c.cancel() }

// Finish hands the answer to those who wait. It is called once.
func (c *Call[Value]) Finish(value Value, err error) {
	c.value, c.err = value, err
	c.cancel()
	close(c.done)
}

// Wait returns the answer. It calls leave, and returns the error of the context, when that ends
// first.
func (c *Call[Value]) Wait(ctx context.Context, leave func()) (Value, error) {
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		leave()

		var none Value

		return none, ctx.Err()
	}
}
