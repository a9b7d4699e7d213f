package coalesce

import (
	"context"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sharedcall"
)

// memo shares requests of one kind among those who ask for the same at the same time,
// and remembers the answers for a while.
type memo[Key comparable, Value any] struct {
	// keepFor is how long an answer is remembered, counted from the request; 0 is not at
	// all.
	keepFor time.Duration

	mu    sync.Mutex
	calls map[Key]*sharedcall.Call[Value]
	kept  map[Key]kept[Value]
	// forgets counts how often everything was forgotten.
	forgets int
}

// kept is an answer and when it was asked for.
type kept[Value any] struct {
	value Value
	asOf  time.Time
}

// newMemo returns an empty memo.
func newMemo[Key comparable, Value any](keepFor time.Duration) *memo[Key, Value] {
	return &memo[Key, Value]{keepFor: keepFor, calls: map[Key]*sharedcall.Call[Value]{}, kept: map[Key]kept[Value]{}}
}

// do returns the remembered answer for the key, or that of a request under way, or of a
// new one.
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

// keep remembers the answer under another key, unless everything was forgotten since the answer was
// asked for.
func (m *memo[Key, Value]) keep(key Key, value Value, since int) {
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.forgets == since {
		m.kept[key] = kept[Value]{value: value, asOf: time.Now()}
	}
}

// forgotten returns how often everything was forgotten.
func (m *memo[Key, Value]) forgotten() int {
	m.mu.Lock()
	defer m.mu.Unlock()

	return m.forgets
}

// forget keeps the requests under way from whoever asks from now on, and their answers
// from being remembered.
func (m *memo[Key, Value]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.forgets++

	clear(m.calls)
	clear(m.kept)
}

// start sends a request. The mutex is held.
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

// leave ends a request that nobody waits for any more.
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
