package tokens

import (
	"context"
	"sync"
)

// keyedLock is one mutex for each key. Waiting for it can be cancelled. The zero value is ready to
// use. Keys are never removed: there are only as many as resources.
type keyedLock struct{ slots sync.Map }

// lock locks the key and returns the function that unlocks it.
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

// nameSet is a set of token names, each of one user. The zero value is empty.
type nameSet struct{ names sync.Map }

func (s *nameSet) add(userID, name string) { s.names.Store([2]string{userID, name}, true) }

func (s *nameSet) has(userID, name string) bool {
	_, ok := s.names.Load([2]string{userID, name})

	return ok
}
