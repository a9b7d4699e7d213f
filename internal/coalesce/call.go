package coalesce

import "context"

// call is one request and those who wait for it. A mutex of its owner's guards callers;
// value and err are set before done is closed, and never again.
type call[Value any] struct {
	ctx     context.Context // It ends with the last caller, not with a function.
	cancel  context.CancelFunc
	callers int
	done    chan struct{}
	value   Value
	err     error
}

// newCall returns a call that nobody waits for yet. Its context has the caller's values,
// and neither its deadline nor its end.
func newCall[Value any](ctx context.Context) call[Value] {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))

	return call[Value]{ctx: own, cancel: cancel, done: make(chan struct{})}
}

// finish hands the answer to those who wait.
func (c *call[Value]) finish(value Value, err error) {
	c.value, c.err = value, err
	c.cancel()
	close(c.done)
}

// wait returns the answer, or calls leave when the caller gives up first.
func (c *call[Value]) wait(ctx context.Context, leave func()) (Value, error) {
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
		leave()

		var none Value

		return none, ctx.Err()
	}
}
