package rest

import (
	"context"
	"net/http"
	"sync"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Session keeps what a server sends so that the next request needs no login, usually a cookie. Its
// methods are never called concurrently, and must not send requests.
//
// A 401 to a request with a session does not mean that the credentials are wrong: the session is
// dropped, and the request is sent once more without it.
type Session interface {
	// Attach adds the session to a request that already has the credentials, which it may remove. It
	// reports whether there was a session to add.
	Attach(request *http.Request) bool
	// Save stores the session, if there is one, from a response with a status of 200 to 299. It must
	// not read the body.
	Save(response *http.Response)
	// Forget drops the session.
	Forget()
}

// authenticator adds credentials and session to requests, and determines from the responses whether
// the server accepted them. It has no CloseIdleConnections: go-retryablehttp would call that after
// each failed call, and close the connections of all other calls.
type authenticator struct {
	next      http.RoundTripper
	authorize func(*http.Request)
	refusal   func(*call, Response) *pat.AuthenticationError
	mask      *mask
	gate      loginGate
}

// RoundTrip makes one attempt, and a second one if the session has expired.
func (a *authenticator) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		// Attempts use copies, because an expired session requires a second attempt.
		defer func() { _ = request.Body.Close() }()
	}

	if callOf(request.Context()).anonymous {
		return a.send(request)
	}

	response, sessionExpired, err := a.authenticated(request, true)
	if sessionExpired {
		response, _, err = a.authenticated(request, false)
	}

	return response, err
}

// send sends a request, and from then on masks the session that the response creates: an error page
// may repeat the headers of a request.
func (a *authenticator) send(request *http.Request) (*http.Response, error) {
	response, err := a.next.RoundTrip(request)
	if response != nil && a.gate.session != nil {
		for _, cookie := range response.Cookies() {
			a.mask.addSession(pat.Secret(cookie.Value))
		}
	}

	return response, err
}

// authenticated sends the request with the credentials and, if withSession is true, with the session.
// If the session has expired, it returns no response.
func (a *authenticator) authenticated(request *http.Request, withSession bool) (_ *http.Response, sessionExpired bool, _ error) {
	ctx := request.Context()
	out := request.Clone(ctx)
	a.authorize(out)

	slot, err := a.gate.enter(ctx, out, withSession)
	if err != nil {
		return nil, false, err
	}

	var end loginResult
	defer func() { a.gate.leave(slot, end) }()

	response, err := a.send(out)
	if err != nil {
		return nil, false, err
	}

	result := responseOf(response)

	switch {
	case result.ok():
		end.success = response

		return response, false, nil
	case slot.carriesSession && result.Status == http.StatusUnauthorized:
		end.sessionExpired = true
	default:
		end.refusal = a.refusal(callOf(ctx), result)
	}

	switch {
	case end.sessionExpired:
		_ = response.Body.Close() // The caller does not get it.

		return nil, true, nil
	case end.refusal != nil:
		_ = response.Body.Close()

		return nil, false, end.refusal
	default:
		return response, false, nil
	}
}

// loginGate lets one request at a time try the credentials until they are accepted, and none after
// they were refused: thirty failed logins lock an address for all its users, and a plan begins with
// dozens of parallel reads. It also guards the session, so that a request that drops an expired
// session makes the next request try the credentials again.
type loginGate struct {
	session Session // Nil means no session.

	mu       sync.Mutex
	accepted bool
	refusal  *pat.AuthenticationError
	trying   chan struct{} // Closed when the request that tries the credentials ends.
	// epoch counts how often the session was dropped, so that a late response to a request with an
	// old session cannot drop or replace a new one.
	epoch int
}

// loginSlot is the permission to send one request. It must be returned with leave.
type loginSlot struct {
	triesCredentials bool
	carriesSession   bool
	epoch            int
}

// loginResult is what a response says about the credentials and the session. The zero value means no
// response, or one that a proxy or a router may have sent before the server checked the credentials.
type loginResult struct {
	success        *http.Response // A status of 200 to 299.
	sessionExpired bool
	refusal        *pat.AuthenticationError
}

// enter waits until the request, which has its credentials, may be sent, and adds the session if
// withSession is true. It fails if the credentials were refused or the context ended.
func (g *loginGate) enter(ctx context.Context, request *http.Request, withSession bool) (loginSlot, error) {
	for {
		g.mu.Lock()

		refusal, trying := g.refusal, g.trying

		switch {
		case refusal != nil:
			g.mu.Unlock()

			return loginSlot{}, refusal
		case g.accepted || trying == nil:
			defer g.mu.Unlock()

			slot := loginSlot{triesCredentials: !g.accepted, epoch: g.epoch}
			if slot.triesCredentials {
				g.trying = make(chan struct{})
			}

			slot.carriesSession = withSession && g.session != nil && g.session.Attach(request)

			return slot, nil
		}

		g.mu.Unlock()

		select {
		case <-trying:
		case <-ctx.Done():
			return loginSlot{}, &attemptError{reason: cancelled, err: ctx.Err()}
		}
	}
}

// leave records the result of a request. The first refusal is kept.
func (g *loginGate) leave(slot loginSlot, result loginResult) {
	g.mu.Lock()
	defer g.mu.Unlock()

	if g.refusal == nil {
		g.refusal = result.refusal
	}

	if result.success != nil && !slot.carriesSession {
		// A response to a request with a session proves nothing about the credentials.
		g.accepted = true
	}

	if g.session != nil && slot.epoch == g.epoch {
		switch {
		case result.success != nil:
			g.session.Save(result.success)
		case result.sessionExpired:
			g.session.Forget()
			g.epoch++
			g.accepted = false
		}
	}

	if slot.triesCredentials {
		close(g.trying)
		g.trying = nil
	}
}
