package tokens

import (
	"context"
	"sync"
)

// keyedLock is a mutex for each key, given up when the waiting is cancelled. The zero
// value is ready. Keys are never forgotten: there are as many as resources.
type keyedLock struct{ slots sync.Map }

// lock waits for the key and returns what releases it.
func (l *keyedLock) lock(ctx context.Context, key string) (unlock func(), err error) {
	value, _ := l.slots.LoadOrStore(key, make(chan struct{}, 1))

	slot, ok := value.(chan struct{})
	if !ok {
		panic("tokens: a lock of another type")
	}

	select {
	case slot <- struct{}{}:
		return func() { <-slot }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// nameSet are names of users' tokens. The zero value is empty.
type nameSet struct{ names sync.Map }

func (s *nameSet) add(userID, name string) { s.names.Store([2]string{userID, name}, true) }

func (s *nameSet) has(userID, name string) bool {
	_, ok := s.names.Load([2]string{userID, name})

	return ok
}
