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

// login and password are those of the user who owns all tokens.
const (
	login    = "svc"
	password = "correct-horse-9-battery"
	// otherLogin is that of a user who owns none.
	otherLogin = "other"
)

// place is a server of one platform, as its owner sees it: past every fault.
type place struct {
	// platform is its name in the provider block.
	platform string
	// variant is how it differs from others of the platform.
	variant string
	handler http.Handler
	// context is the path of the base URL.
	context string
	// userID is the key of the user who owns all tokens, and otherID that of a user who owns
	// none.
	userID, otherID string
	// reusable says whether revoking a token frees its name.
	reusable bool

	// namesake says that a user's login is the id of the user who owns all tokens.
	namesake bool
	// timeless says that the server tells the time of a last use in words that nobody can
	// read, and vague that it does so, or in another form than that of the vendor's example.
	timeless, vague bool
	// undated says that no answer has a Date.
	undated bool

	// tokens returns all rows of the user, and others those of a user whose login is that
	// user's id.
	tokens, others func() []row
	// words is an answer as the server words it.
	words func(answer []byte) []byte
	// works says whether a secret logs the user in; nothing moves.
	works func(secret string) bool
	// credentials sets what a consumer logs in with.
	credentials func(r *http.Request, secret string)
	// knock is what a consumer asks for.
	knock string
	// revoke revokes a token by hand.
	revoke func(row)
	// title is that of the user; nil where the platform has none.
	title func() string
	// add adds a token that somebody made by hand, and returns its secret. A zero time is no
	// expiry.
	add func(name string, expires time.Time) (secret string, err error)
	// expireSessions lets every session run out.
	expireSessions func()
	// block is the platform's object of the provider block.
	block func(url string) map[string]any
	// own is the same for the user who owns all tokens, who logs in with one of them, and
	// says who that is where it is not needed.
	own func(url, secret string, named bool) map[string]any
	// open opens a driver.
	open func(options rest.Options, session bool) (pat.System, error)
	// read tells what a request is.
	read func(r *http.Request, body []byte) call
	// secret returns the secret in the answer to a create.
	secret func(answer []byte) string
}

// row is a token as the server itself has it.
type row struct {
	id, name      string
	created, used time.Time
	// expires is zero for never.
	expires time.Time
	// alive is true for a token that the server lets in.
	alive bool
	// expired is true for one that it does not let in for its expiry.
	expired bool
}

// kind is what a request is for.
type kind int

const (
	kindOther kind = iota
	kindCreate
	kindRevoke
	kindLook // A list of a user's tokens.
)

// call is a request as the gate understands it.
type call struct {
	kind kind
	// token is the name of a create and the id of a revocation.
	token string
	// expires is when a token is to expire that is asked for; zero is never.
	expires time.Time
}

// newConsole returns the settings of a server's console, of which some send no Date.
func newConsole(random *rand.Rand, clock *clock) sandbox.Options {
	options := sandbox.Options{Now: clock.now, Sleep: noSleep, NoDate: chance(random, 0.15)}
	if options.NoDate {
		results.meets("servers without a Date")
	}

	return options
}

// uses logs in with a secret, as its consumer does, and says whether the server let it in.
func (p *place) uses(secret string) bool {
	request := httptest.NewRequestWithContext(context.Background(), http.MethodGet, p.context+p.knock, nil)
	p.credentials(request, secret)

	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, request)

	return answer.Code == http.StatusOK
}

// status returns what a token is certain to be called, empty where the server and its
// client may differ: nobody tells in which time zone a date is over.
func (p *place) status(r row) string {
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
func (p *place) revokes(of *token) {
	if r, ok := p.find(func(r row) bool { return r.id == of.id && r.created.Equal(of.made) }); ok {
		p.revoke(r)
	}
}

// latest is when a token expires at the latest that is issued at a time and for a while.
func (p *place) latest(issued time.Time, lives time.Duration) time.Time {
	if p.reusable { // On a date, in whatever time zone.
		return issued.Add(lives).Truncate(day).Add(2 * day)
	}

	return issued.Add(lives + slack)
}

// find returns the newest row that a function selects.
func (p *place) find(selects func(row) bool) (found row, ok bool) {
	for _, r := range p.tokens() {
		if selects(r) && (!ok || !r.created.Before(found.created)) {
			found, ok = r, true
		}
	}

	return found, ok
}

// alive returns the rows that the server lets in.
func (p *place) alive() []row {
	var rows []row

	for _, r := range p.tokens() {
		if r.alive {
			rows = append(rows, r)
		}
	}

	return rows
}

// buffered reads a request's body and puts it back.
func buffered(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil
	}

	r.Body = readCloser(body)

	return body
}

// readCloser returns a body.
func readCloser(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
