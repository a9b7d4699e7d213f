package universalcontroller

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sharedcall"
)

const (
	// pausePerRow is how long the next list waits after one that served several, for each of its
	// rows, and longestPause the most of it: those who were served go on and come back with another
	// write meanwhile. An estimate, with the aim that a long list is fetched once for all that
	// Terraform has under way, ten by default, and a short one without delay.
	pausePerRow  = time.Millisecond
	longestPause = 250 * time.Millisecond
)

// writeList reads the list of a user's tokens for creates and revocations. A list that began after
// one of them asked for it serves it, and so all that have asked by then: many writes need one list.
// At most one is under way. Who asks alone waits for nothing.
type writeList struct {
	list func(context.Context) (tokenList, error)

	mu sync.Mutex
	// next is the list that waits to begin; nil if nobody waits.
	next *sharedcall.Call[tokenList]
	// busy says that a list is under way, or the pause after it.
	busy bool
}

// writeListOf returns that of a user.
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

// leave ends a list that nobody waits for any more.
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

// proceed begins the next list, if there is one and its turn has come. The mutex is held.
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

// goOn ends a list and the pause after it. The mutex is held.
func (l *writeList) goOn() {
	l.busy = false
	l.proceed()
}
