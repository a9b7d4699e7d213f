package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// errStopped is what an ephemeral resource says that is opened too late.
var errStopped = errors.New("the run was told to stop, so that no token was issued")

// openTokens are what ephemeral resources have issued and nobody has revoked yet. A CLI
// closes none of them after a consumer failed or the run was interrupted. The zero value
// has none.
type openTokens struct {
	mu   sync.Mutex
	all  map[*openToken]bool
	over bool
	// revoked are the tokens that were revoked without being closed.
	revoked keySet
}

// openToken is a token that is being issued or was.
type openToken struct {
	user pat.UserRef
	// settled is closed when it is known whether there is a token. What follows is not
	// written any more then.
	settled chan struct{}
	system  pat.System
	token   pat.Token
}

// begin announces a token. It fails once all were revoked: nobody would revoke that one.
func (o *openTokens) begin(user pat.UserRef) (*openToken, error) {
	o.mu.Lock()
	defer o.mu.Unlock()

	if o.over {
		return nil, errStopped
	}

	if o.all == nil {
		o.all = map[*openToken]bool{}
	}

	t := &openToken{user: user, settled: make(chan struct{})}
	o.all[t] = true

	return t, nil
}

// issued records that the token was issued.
func (o *openTokens) issued(t *openToken, system pat.System, token pat.Token) {
	t.system, t.token = system, token
	close(t.settled)
}

// failed records that there is no token after all.
func (o *openTokens) failed(t *openToken) {
	o.forget(t)
	close(t.settled)
}

// closed forgets a token that was revoked.
func (o *openTokens) closed(key pat.Key) {
	o.mu.Lock()
	defer o.mu.Unlock()

	maps.DeleteFunc(o.all, func(t *openToken, _ bool) bool {
		select {
		case <-t.settled:
			return t.token.Key() == key
		default:
			return false
		}
	})
}

func (o *openTokens) forget(t *openToken) {
	o.mu.Lock()
	defer o.mu.Unlock()

	delete(o.all, t)
}

// revokeAll revokes all tokens at once, those included that are being issued, and lets no
// other one be issued. It is over when ctx is, and its error names what may live on.
func (o *openTokens) revokeAll(ctx context.Context) error {
	o.mu.Lock()
	o.over = true
	open := slices.Collect(maps.Keys(o.all))
	o.mu.Unlock()

	var (
		errs     = make([]error, len(open))
		underWay sync.WaitGroup
	)

	for i, t := range open {
		underWay.Go(func() { errs[i] = o.revoke(ctx, t) })
	}

	underWay.Wait()

	return errors.Join(errs...)
}

func (o *openTokens) revoke(ctx context.Context, t *openToken) error {
	select {
	case <-t.settled:
	case <-ctx.Done():
		return fmt.Errorf("a token of %s was being issued and may live: %w", t.user, ctx.Err())
	}

	if t.system == nil {
		return nil
	}

	if err := t.system.Revoke(ctx, t.token); err != nil {
		return fmt.Errorf("the token %q (id %s) of %s lives %s: %w",
			t.token.Name, t.token.ID, t.user, untilExpiry(t.token, t.system.Traits()), err)
	}

	o.revoked.add(t.token.Key())
	o.forget(t)

	return nil
}
