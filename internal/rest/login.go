package rest

import (
	"context"
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// verdict is what an answer says about the credentials.
type verdict int

const (
	// unjudged is no answer, or one that a proxy or a router could have given before
	// anybody looked at the credentials.
	unjudged verdict = iota
	// accepted is a status of 200 to 299 to the credentials themselves.
	accepted
)

// logins lets one request at a time try the credentials until they are accepted, and
// none after they were refused: thirty failed logins lock an address for every user of
// it, and a plan begins with dozens of parallel reads. The zero value has seen nothing.
type logins struct {
	mu       sync.Mutex
	trusted  bool
	refusal  *pat.AuthenticationError
	underWay chan struct{} // Closed when the request that tries the credentials ends.
}

// pass lets one request out. It must be given back with end.
type pass struct {
	logins *logins
	tries  bool
}

// enter waits until a request with credentials may go out. It fails with the refusal, if
// there was one, or with the context's error.
func (l *logins) enter(ctx context.Context) (pass, error) {
	for {
		l.mu.Lock()

		switch {
		case l.refusal != nil:
			l.mu.Unlock()

			return pass{}, l.refusal
		case l.trusted:
			l.mu.Unlock()

			return pass{logins: l}, nil
		case l.underWay == nil:
			l.underWay = make(chan struct{})
			l.mu.Unlock()

			return pass{logins: l, tries: true}, nil
		}

		ended := l.underWay
		l.mu.Unlock()

		select {
		case <-ended:
		case <-ctx.Done():
			return pass{}, ctx.Err()
		}
	}
}

// distrust makes the credentials prove themselves again.
func (l *logins) distrust() {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.trusted = false
}

// holds says whether the pass may still be used without a session: a trust that was lost
// since is no longer good for a login.
func (p pass) holds() bool {
	p.logins.mu.Lock()
	defer p.logins.mu.Unlock()

	return p.tries || p.logins.trusted
}

// end records what came of the request; refusal is nil unless the server refused the
// credentials. The first refusal stays.
func (p pass) end(v verdict, refusal *pat.AuthenticationError) {
	l := p.logins

	l.mu.Lock()
	defer l.mu.Unlock()

	if l.refusal == nil {
		l.refusal = refusal
	}

	if v == accepted {
		l.trusted = true
	}

	if p.tries {
		close(l.underWay)
		l.underWay = nil
	}
}
