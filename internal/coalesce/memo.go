package coalesce

import (
	"context"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sharedcall"
)

// memo shares requests of one kind among concurrent callers that want the same, and remembers the
// results for a while.
type memo[Key comparable, Value any] struct {
	// keepFor is how long a result is remembered, counted from the request; 0 means not at all.
	keepFor time.Duration

	mu    sync.Mutex
	calls map[Key]*sharedcall.Call[Value]
	kept  map[Key]kept[Value]
	// forgets counts how often everything was dropped.
	forgets int
}

// kept is a result and when it was requested.
type kept[Value any] struct {
	value Value
	asOf  time.Time
}

// newMemo returns an empty memo.
func newMemo[Key comparable, Value any](keepFor time.Duration) *memo[Key, Value] {
	return &memo[Key, Value]{keepFor: keepFor, calls: map[Key]*sharedcall.Call[Value]{}, kept: map[Key]kept[Value]{}}
}

// do returns the remembered result for the key, or that of a running request, or of a new one.
func (m *memo[Key, Value]) do(
	ctx context.Context, key Key, fetch func(context.Context) (Value, error),
) (Value, error) {
	if err := ctx.Err(); err != nil {
		var none Value

		return none, err
	}

	m.mu.Lock()

	if known, ok := m.kept[key]; ok && time.Since(known.asOf) < m.keepFor {
		m.mu.Unlock()

		return known.value, nil
	}

	c, ok := m.calls[key]
	if !ok {
		c = m.start(ctx, key, fetch)
	}

	c.Callers++
	m.mu.Unlock()

	return c.Wait(ctx, func() { m.leave(key, c) })
}

// keep remembers the result under another key, unless everything was dropped since it was requested.
func (m *memo[Key, Value]) keep(key Key, value Value, since int) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.forgets == since {
		m.kept[key] = kept[Value]{value: value, asOf: time.Now()}
	}
}

// forgotten returns how often everything was dropped.
func (m *memo[Key, Value]) forgotten() int {
	m.mu.Lock()
	defer m.mu.Unlock()

	return m.forgets
}

// forget drops everything: later callers do not share requests that are already running, and the
// results of those are not remembered.
func (m *memo[Key, Value]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.forgets++

	clear(m.calls)
	clear(m.kept)
}

// start sends a request. The caller holds the mutex.
func (m *memo[Key, Value]) start(
	ctx context.Context, key Key, fetch func(context.Context) (Value, error),
) *sharedcall.Call[Value] {
	c, asOf := sharedcall.New[Value](ctx), time.Now()
	m.calls[key] = c

	go func() {
		value, err := fetch(c.Context)

		m.mu.Lock()
		defer m.mu.Unlock()

		if m.calls[key] == c {
			delete(m.calls, key)

			if err == nil && m.keepFor > 0 {
				m.kept[key] = kept[Value]{value: value, asOf: asOf}
			}
		}

		c.Finish(value, err)
	}()

	return c
}

// leave removes a caller, and cancels the request if it was the last one.
func (m *memo[Key, Value]) leave(key Key, c *sharedcall.Call[Value]) {
	m.mu.Lock()
	defer m.mu.Unlock()

	c.Callers--
	if c.Callers > 0 {
		return
	}

	c.Cancel()

	if m.calls[key] == c {
		delete(m.calls, key)
	}
}
