package tokens

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// StopTime is how long a plugin may take to revoke open tokens when Terraform stops it: Terraform
// kills the plugin two seconds after that.
const StopTime = 1800 * time.Millisecond

// errStopped is the error of an ephemeral resource that is opened after the run was stopped.
var errStopped = errors.New("the run was interrupted before a token was issued")

// Leases are the tokens of all servers that ephemeral resources have issued and that are not revoked
// yet. Terraform closes none of them if a consumer failed or the run was interrupted. Leases is safe
// for concurrent use, and its zero value is empty.
type Leases struct {
	mu   sync.Mutex
	all  map[*lease]bool
	over bool
	// revoked are the tokens that Stop revoked.
	revoked map[pat.Key]bool
}

// lease is a token that is being issued or has been issued.
type lease struct {
	user pat.UserRef
	// settled is closed once it is known whether there is a token. The fields after it are not
	// written afterwards.
	settled chan struct{}
	system  pat.System
	token   pat.Token
}

// Open issues a token. [Leases.Stop] revokes it unless [Leases.Close] did.
func (l *Leases) Open(ctx context.Context, e *Engine, user pat.UserRef, order Order) (owner pat.User, issued pat.Issued, notices Notices) {
	opened, err := l.begin(user)
	if err != nil {
		notices.add(StepFailed{Step: StepIssueEphemeral, Err: err})

		return owner, issued, notices
	}

	owner, err = e.Recipient(ctx, user)
	if err != nil {
		l.failed(opened)
		notices.add(StepFailed{Step: StepFindUser, Err: err})

		return owner, issued, notices
	}

	order.UserID = owner.ID

	result, err := e.issuer.Issue(ctx, order)
	if err != nil {
		l.failed(opened)
		notices.add(StepFailed{Step: StepIssueEphemeral, Err: err})

		return owner, issued, notices
	}

	l.issued(opened, e.System, result.Token)
	reportIssued(result, &notices)
	e.warnClock(!result.ExpiresAt.IsZero(), &notices)

	return owner, result.Issued, notices
}

// Close revokes the token. A failure is a warning, because the run has done its work and the token
// expires.
func (l *Leases) Close(ctx context.Context, e *Engine, token pat.Token, owner pat.UserRef) Notices {
	if l.wasRevoked(token.Key()) {
		return nil
	}

	if err := e.System.Revoke(ctx, token); err != nil {
		return Notices{EphemeralNotRevoked{Token: token, Owner: owner, Traits: e.System.Traits(), Err: err}}
	}

	l.closed(token.Key())

	return nil
}

// Stop revokes all tokens concurrently, including those that are still being issued, and prevents new
// ones. The plugin calls it when it ends or is stopped (main.go). It takes no longer than [StopTime].
// Its error names each token that may still be active and its user, but no secret.
func (l *Leases) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), StopTime)
	defer cancel()

	l.mu.Lock()
	l.over = true
	open := slices.Collect(maps.Keys(l.all))
	l.mu.Unlock()

	var (
		errs     = make([]error, len(open))
		underWay sync.WaitGroup
	)

	for i, opened := range open {
		underWay.Go(func() { errs[i] = l.revoke(ctx, opened) })
	}

	underWay.Wait()

	return errors.Join(errs...)
}

// begin adds a token that is about to be issued. It fails after Stop, which would not revoke that
// token.
func (l *Leases) begin(user pat.UserRef) (*lease, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if l.over {
		return nil, errStopped
	}

	if l.all == nil {
		l.all = map[*lease]bool{}
	}

	opened := &lease{user: user, settled: make(chan struct{})}
	l.all[opened] = true

	return opened, nil
}

// issued records that the token was issued.
func (l *Leases) issued(opened *lease, system pat.System, token pat.Token) {
	opened.system, opened.token = system, token
	close(opened.settled)
}

// failed records that no token was issued.
func (l *Leases) failed(opened *lease) {
	l.forget(opened)
	close(opened.settled)
}

// closed removes a token that was revoked.
func (l *Leases) closed(key pat.Key) {
	l.mu.Lock()
	defer l.mu.Unlock()

	maps.DeleteFunc(l.all, func(opened *lease, _ bool) bool {
		select {
		case <-opened.settled:
			return opened.token.Key() == key
		default:
			return false
		}
	})
}

func (l *Leases) forget(opened *lease) {
	l.mu.Lock()
	defer l.mu.Unlock()

	delete(l.all, opened)
}

func (l *Leases) wasRevoked(key pat.Key) bool {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.revoked[key]
}

func (l *Leases) revoke(ctx context.Context, opened *lease) error {
	select {
	case <-opened.settled:
	case <-ctx.Done():
		return fmt.Errorf("a token of %s was being issued and may be active: %w", opened.user, ctx.Err())
	}

	if opened.system == nil {
		return nil
	}

	if err := opened.system.Revoke(ctx, opened.token); err != nil {
		return fmt.Errorf("the token %q (id %s) of %s is still active, %s: %w",
			opened.token.Name, opened.token.ID, opened.user, UntilExpiry(opened.token, opened.system.Traits()), err)
	}

	l.mu.Lock()
	defer l.mu.Unlock()

	if l.revoked == nil {
		l.revoked = map[pat.Key]bool{}
	}

	l.revoked[opened.token.Key()] = true
	delete(l.all, opened)

	return nil
}

// UntilExpiry says how long a token that was not revoked may still work.
func UntilExpiry(token pat.Token, traits pat.Traits) string {
	if token.ExpiresAt.IsZero() {
		return "until it is revoked"
	}

	return fmt.Sprintf("until %s at the latest", lifecycle.Latest(token.ExpiresAt, traits).Format(time.RFC3339))
}
