package universalcontroller

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sharedcall"
)

const (
	// pausePerRow and longestPause bound how long a list waits for further writes that it can serve, by
	// the number of rows in the list before: a long list is worth a longer wait. With ten operations
	// at a time, on a graph of 1,000 resources, Terraform starts an operation every 60 to 100 ms; a list
	// then serves seven of them or more.
	pausePerRow  = 4 * time.Millisecond
	longestPause = 750 * time.Millisecond
)

// writeList reads the list of a user's tokens for creates and revocations. A list serves every write
// that asked for it before it began, so that many concurrent writes need few lists. At most one is
// under way. A write that is alone never waits for others.
type writeList struct {
	list func(context.Context) (tokenList, error)

	mu sync.Mutex
	// next is the list that has not begun; nil if no write waits for it.
	next *sharedcall.Call[tokenList]
	// running says that a list is under way.
	running bool
	// enough is the number of writes for which the next list waits while a pause lasts: as many as were
	// seen to wait for lists at the same time, less one for each pause that was over before they came.
	enough int
	// pause ends the wait of the next list for enough writes; nil if it does not wait.
	pause *time.Timer
}

// writeListOf returns the list of a user's tokens that all writes of the user share.
func (s *System) writeListOf(userID string) *writeList {
	known, _ := s.writeLists.LoadOrStore(userID, &writeList{
		list: func(ctx context.Context) (tokenList, error) { return s.listTokens(ctx, userID) },
	})

	return known.(*writeList) //nolint:forcetypeassert // Nothing else is stored.
}

// read returns a list that begins after this call.
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

// leave cancels a list that no write waits for any more.
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

// proceed begins the next list if a write waits for it and there is no reason to wait longer. The
// mutex is held.
func (l *writeList) proceed() {
	if l.next == nil || l.running || l.pause != nil && l.next.Callers < l.enough {
		return
	}

	if l.pause != nil {
		l.pause.Stop()
		l.pause = nil
	}

	call := l.next
	l.next, l.running = nil, true

	go func() {
		found, err := l.list(call.Context)

		l.mu.Lock()
		defer l.mu.Unlock()

		call.Finish(found, err)
		l.running = false
		l.wait(call.Callers, len(found.tokens))
		l.proceed()
	}()
}

// wait begins a pause if several writes were served or came meanwhile: Terraform starts new operations
// as these end. The mutex is held.
func (l *writeList) wait(served, rows int) {
	seen := served
	if l.next != nil {
		seen += l.next.Callers
	}

	if seen < 2 {
		l.enough = 0

		return
	}

	l.enough = max(l.enough, seen)

	var pause *time.Timer

	pause = time.AfterFunc(min(time.Duration(rows)*pausePerRow, longestPause), func() {
		l.mu.Lock()
		defer l.mu.Unlock()

		if l.pause != pause { // The list has begun meanwhile.
			return
		}

		l.pause = nil
		l.enough--
		l.proceed()
	})
	l.pause = pause
}
