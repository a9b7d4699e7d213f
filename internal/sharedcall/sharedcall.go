// Package sharedcall lets several callers share the result of one request.
package sharedcall

import "context"

// Call is one request and its waiting callers. A mutex of the caller's must guard Callers and the
// calls of Finish. Create it with [New].
type Call[Value any] struct {
	// Context is for the request: it has the values of the first caller's context, but neither its
	// deadline nor its cancellation.
	Context context.Context // It ends when the last caller has left, not when a function returns.
	// Callers is the number of waiting callers.
	Callers int

	cancel context.CancelFunc
	done   chan struct{}
	value  Value
	err    error
}

// New returns a call without callers.
func New[Value any](ctx context.Context) *Call[Value] {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx)) //nolint:gosec // Finish and Cancel call it.

	return &Call[Value]{Context: own, cancel: cancel, done: make(chan struct{})}
}

// Cancel cancels the request's context; the owner calls it when the last caller has left.
func (c *Call[Value]) Cancel() { c.cancel() }

// Finish passes the result to the waiting callers. It must be called once.
func (c *Call[Value]) Finish(value Value, err error) {
	c.value, c.err = value, err
	c.cancel()
	close(c.done)
}

// Wait returns the result. If the context ends first, it calls leave and returns the context's error.
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
