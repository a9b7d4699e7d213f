package universalcontroller

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sharedcall"
)

const (
	// pausePerRow is how long the next list waits for each row of a list that served several callers,
	// and longestPause is the maximum wait: in the meantime, those callers continue and come back
	// with another write. The values are estimates. A long list should be fetched once for all
	// resources that Terraform processes concurrently, ten by default, and a short list without
	// delay.
	pausePerRow  = time.Millisecond
	longestPause = 250 * time.Millisecond
)

// writeList reads the list of a user's tokens for creates and revocations. A list serves every caller
// that asked before the list began, so that many writes need only one list. At most one is running. A
// single caller does not wait.
type writeList struct {
	list func(context.Context) (tokenList, error)

	mu sync.Mutex
	// next is the list that waits to begin; nil if no caller waits.
	next *sharedcall.Call[tokenList]
	// busy is true while a list is running, and during the pause after it.
	busy bool
}

// writeListOf returns the writeList of a user.
func (s *System) writeListOf(userID string) *writeList {
	known, _ := s.writeLists.LoadOrStore(userID, &writeList{
		list: func(ctx context.Context) (tokenList, error) { return s.listTokens(ctx, userID) },
	})

	return known.(*writeList) //nolint:forcetypeassert // Nothing else is stored.
}

// read returns a list that began after the call.
func (l *writeList) read(ctx context.Context) (tokenList, error) {
	if err := ctx.Err(); err != nil {
		return tokenList{}, err
	}

	l.mu.Lock()

	if l.next == nil {
		l.next = sharedcall.New[tokenList](ctx)
	}

	call := l.next
	call.Callers++
	l.proceed()
	l.mu.Unlock()

	found, err := call.Wait(ctx, func() { l.leave(call) })
	found.tokens = slices.Clone(found.tokens)

	return found, err
}

// leave removes a caller, and cancels the list if it was the last one.
func (l *writeList) leave(call *sharedcall.Call[tokenList]) {
	l.mu.Lock()
	defer l.mu.Unlock()

	call.Callers--
	if call.Callers > 0 {
		return
	}

	call.Cancel()

	if l.next == call {
		l.next = nil
	}
}

// proceed begins the next list, if there is one and no other is running. The caller holds the mutex.
func (l *writeList) proceed() {
	if l.next == nil || l.busy {
		return
	}

	call := l.next
	l.next, l.busy = nil, true

	go func() {
		found, err := l.list(call.Context)

		l.mu.Lock()
		defer l.mu.Unlock()

		call.Finish(found, err)

		if call.Callers > 1 {
			time.AfterFunc(min(time.Duration(len(found.tokens))*pausePerRow, longestPause), func() {
				l.mu.Lock()
				defer l.mu.Unlock()

				l.goOn()
			})
		} else {
			l.goOn()
		}
	}()
}

// goOn ends a list and the pause after it. The caller holds the mutex.
func (l *writeList) goOn() {
	l.busy = false
	l.proceed()
}
