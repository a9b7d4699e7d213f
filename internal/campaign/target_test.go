package campaign

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// login and password belong to the user who owns all tokens.
const (
	login    = "svc"
	password = "correct-horse-9-battery"
	// otherLogin is the login of a user without tokens.
	otherLogin = "other"
)

// target is a server of one platform. Its methods access the server directly, without faults.
type target struct {
	// platform is the platform's name in the provider block.
	platform string
	// variant describes how the server differs from others of its platform.
	variant string
	handler http.Handler
	// context is the path in the base URL.
	context string
	// userID is the id of the user who owns all tokens, and otherID that of a user without tokens.
	userID, otherID string
	// reusable says whether a revoked token's name can be reused.
	reusable bool

	// namesake says that a user's login is the id of the user who owns all tokens.
	namesake bool
	// timeless says that the server gives times of last use in unreadable words. vague says that, too,
	// or that the format differs from the vendor's example.
	timeless, vague bool
	// undated says that the server's responses have no Date header.
	undated bool

	// tokens returns all tokens of the user. others returns the tokens of the user whose login is that
	// user's id.
	tokens, others func() []row
	// words rewrites a response as the server words it.
	words func(answer []byte) []byte
	// works reports whether a secret logs the user in. It has no effect on the server.
	works func(secret string) bool
	// credentials sets the credentials of a consumer's request.
	credentials func(r *http.Request, secret string)
	// knock is the path that a consumer requests.
	knock string
	// revoke revokes a token by hand.
	revoke func(row)
	// title returns the user's title; nil if the platform has none.
	title func() string
	// add issues a token by hand and returns its secret. The zero time means no expiry.
	add func(name string, expires time.Time) (secret string, err error)
	// expireSessions ends all sessions.
	expireSessions func()
	// block returns the platform's object in the provider block.
	block func(url string) map[string]any
	// own is like block for the user who owns all tokens, who logs in with one of them. With named it
	// also contains the username, where that is optional.
	own func(url, secret string, named bool) map[string]any
	// open creates a driver.
	open func(options rest.Options, session bool) (pat.System, error)
	// read determines what a request is for.
	read func(r *http.Request, body []byte) call
	// secret returns the secret from the response to a create request.
	secret func(answer []byte) string
}

// row is a token as the server stores it.
type row struct {
	id, name      string
	created, used time.Time
	// expires is zero if the token never expires.
	expires time.Time
	// alive says that the server accepts the token.
	alive bool
	// expired says that the server rejects the token because of its expiry.
	expired bool
}

// kind is the purpose of a request.
type kind int

const (
	kindOther kind = iota
	kindCreate
	kindRevoke
	kindLook // lists a user's tokens
)

// call is a request as the gate interprets it.
type call struct {
	kind kind
	// token is the name of the token to create, or the id of the token to revoke.
	token string
	// expires is the requested expiry; zero for never.
	expires time.Time
}

// newConsole returns the options of a server's console. Some servers send no Date header.
func newConsole(random *rand.Rand, clock *clock) sandbox.Options {
	options := sandbox.Options{Now: clock.now, Sleep: noSleep, NoDate: chance(random, 0.15)}
	if options.NoDate {
		results.meets("servers without a Date")
	}

	return options
}

// uses logs in with a secret, as a consumer does, and reports whether the server accepted it.
func (p *target) uses(secret string) bool {
	request := httptest.NewRequestWithContext(context.Background(), http.MethodGet, p.context+p.knock, nil)
	p.credentials(request, secret)

	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, request)

	return answer.Code == http.StatusOK
}

// status returns the status that a token must be shown with. It is empty where the server and its
// client may disagree, because the time zone in which an expiry date ends is unknown.
func (p *target) status(r row) string {
	switch {
	case r.alive:
		return "active"
	case p.reusable:
		return ""
	case r.expired:
		return "expired"
	default:
		return "revoked"
	}
}

// revokes revokes a token by hand.
func (p *target) revokes(of *token) {
	if r, ok := p.find(func(r row) bool { return r.id == of.id && r.created.Equal(of.made) }); ok {
		p.revoke(r)
	}
}

// latest returns the latest time at which a token may expire if it is issued at this time for this
// duration.
func (p *target) latest(issued time.Time, lives time.Duration) time.Time {
	if p.reusable { // It expires on a date, in an unknown time zone.
		return issued.Add(lives).Truncate(day).Add(2 * day)
	}

	return issued.Add(lives + slack)
}

// find returns the newest selected token.
func (p *target) find(selects func(row) bool) (found row, ok bool) {
	for _, r := range p.tokens() {
		if selects(r) && (!ok || !r.created.Before(found.created)) {
			found, ok = r, true
		}
	}

	return found, ok
}

// alive returns the tokens that the server accepts.
func (p *target) alive() []row {
	var rows []row

	for _, r := range p.tokens() {
		if r.alive {
			rows = append(rows, r)
		}
	}

	return rows
}

// buffered reads a request's body and replaces it by a copy.
func buffered(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}

	r.Body = readCloser(body)

	return body
}

// readCloser returns a body with this content.
func readCloser(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
