package foreman

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"

	"github.com/hashicorp/go-version"
)

// What is wrong with an answer whose status says that all is well. Only for a GET are the
// JSON package's own words added: they may quote the answer, and with it a secret.
var (
	errNotJSON   = errors.New("the response is not JSON")
	errOtherJSON = errors.New("the JSON is not what Foreman documents")
	errNoSecret  = errors.New("the response has no token_value or no id")
	errNotOurs   = errors.New("the response is about a token other than the requested one")
)

// Options configure a [System].
type Options struct {
	// Client holds what reaches any server: URL, TLS, retries. Credentials, account,
	// secrets and the reading of answers are filled in by [New].
	Client rest.Options
	// Username and Password authenticate every request. The password may be a token of
	// that same user.
	Username string
	Password pat.Secret
	// OrganizationID and LocationID are sent with every call about users and tokens,
	// and narrow whom the account sees; 0 sends none.
	OrganizationID, LocationID int64
	// NoSession logs in with every request, in place of riding on the session of the
	// first.
	NoSession bool
}

// System is one Foreman server. Make it with [New].
type System struct {
	rest  *rest.Client
	scope scope
	// bounds are those of a list.
	bounds bounds

	met atomic.Bool // whether a supported server answered

	asking chan struct{}            // holds one value while somebody asks who the caller is
	caller atomic.Pointer[pat.User] // who the credentials belong to, once asked
}

var _ pat.System = (*System)(nil)

// New validates the options. It sends nothing.
func New(options Options) (*System, error) {
	credentials := options.Username + ":" + options.Password.Reveal()

	client := options.Client
	client.Account = pat.UserRef{Username: options.Username}.String()
	client.Secrets = slices.Concat(client.Secrets, []pat.Secret{
		options.Password, pat.Secret(base64.StdEncoding.EncodeToString([]byte(credentials))),
	})

	if pat.MayBeSecret(options.Username) { // A key in the wrong argument, which the server repeats.
		client.Secrets = append(client.Secrets, pat.Secret(options.Username))
	}

	client.APIPaths = []string{"/api", "/api/v2"}
	client.Read = read
	client.Conceals = conceals

	if !options.NoSession {
		client.Session = &session{}
	}

	client.Authorize = func(r *http.Request) {
		r.SetBasicAuth(options.Username, options.Password.Reveal())
	}

	c, err := rest.New(client)
	if err != nil {
		return nil, err
	}

	return &System{
		rest:   c,
		scope:  scope{organizationID: options.OrganizationID, locationID: options.LocationID},
		bounds: usualBounds,
		asking: make(chan struct{}, 1),
	}, nil
}

// Traits returns [Traits].
func (s *System) Traits() pat.Traits { return Traits() }

// Traits tells how Foreman differs. Its database sets no limit to the length of a
// name, and Katello issues tokens called "registry" on its own.
func Traits() pat.Traits {
	return pat.Traits{
		Platform:      "foreman",
		DisplayName:   "Foreman",
		UserID:        digits,
		TokenIDs:      true,
		ReservedNames: []string{"registry"},
	}
}

// Server returns the normalized base URL.
func (s *System) Server() string { return s.rest.BaseURL() }

// get reads one JSON document into out and lets check say what is wrong with it.
func (s *System) get(ctx context.Context, path []string, query url.Values, out any, check func() error) error {
	request := rest.Request{Method: http.MethodGet, Segments: path, Query: query}
	_, err := s.send(ctx, request, out, check)

	return err
}

// send carries out a request and decodes the JSON of its answer into out, for check to
// judge. The status is 0 where there was no answer.
func (s *System) send(
	ctx context.Context, request rest.Request, out any, check func() error,
) (status int, err error) {
	request.Accept = "application/json"
	request.Decode = func(answer rest.Answer) error {
		if s.supported(request, answer.Header) == nil {
			s.met.Store(true)
		}

		if err := s.decode(request, answer, out); err != nil {
			return err
		}

		if err := check(); err != nil {
			return s.rest.UnexpectedAnswer(request, answer, err)
		}

		return nil
	}

	answer, err := s.rest.Do(ctx, request)

	// A server that is too old may fail for that very reason.
	if old := s.supported(request, answer.Header); old != nil {
		return answer.Status, old
	}

	return answer.Status, err
}

// meet makes sure, before anything is created, that a supported server answers.
func (s *System) meet(ctx context.Context) error {
	if s.met.Load() {
		return nil
	}

	_, err := s.self(ctx)

	return err
}

// decode reads the JSON of a successful answer.
func (s *System) decode(request rest.Request, answer rest.Answer, out any) error {
	if answer.MediaType != "application/json" {
		return s.rest.UnexpectedAnswer(request, answer, errNotJSON)
	}

	if err := rest.DecodeJSON(answer.Body, out); err != nil {
		cause := errOtherJSON
		if request.Method == http.MethodGet {
			cause = fmt.Errorf("%w (%w)", errOtherJSON, inJSON(err))
		}

		return s.rest.UnexpectedAnswer(request, answer, cause)
	}

	return nil
}

// inJSON says what is wrong with a document in JSON's words, not in Go's.
func inJSON(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("an unexpected %s after %d bytes", wrong.Value, wrong.Offset)
	}

	return err
}

// MinimumVersion is the oldest Foreman that is supported: since 3.2 a list of tokens
// can be ordered by id, without which its pages cannot be put together.
const MinimumVersion = "3.2"

var minimum = version.Must(version.NewVersion(MinimumVersion))

// supported refuses a server that says it is too old. Foreman tells its version in a
// header of each answer that passed authorization; a proxy may drop it for the
// underscore in its name, so its absence says nothing.
func (s *System) supported(request rest.Request, header http.Header) error {
	said := header.Get("Foreman_version")

	v, err := version.NewVersion(said)
	if err != nil || v.Core().GreaterThanOrEqual(minimum) {
		return nil //nolint:nilerr // A version that cannot be read is no reason to refuse a server.
	}

	return &pat.ProtocolError{Failure: pat.Failure{
		Tried:  s.rest.Tried(request.Method, request.Segments...),
		Said:   s.rest.Text("the server is Foreman " + said),
		Remedy: fmt.Sprintf("Foreman %s (Satellite 6.12) or newer is supported: upgrade the server.", MinimumVersion),
	}}
}

// self returns the user whom the credentials belong to. Scope parameters are never
// sent: Foreman answers 500 to them here.
func (s *System) self(ctx context.Context) (pat.User, error) {
	if caller := s.caller.Load(); caller != nil {
		return *caller, nil
	}

	select {
	case s.asking <- struct{}{}:
		defer func() { <-s.asking }()
	case <-ctx.Done():
		return pat.User{}, &pat.TransientError{Failure: pat.Failure{
			Tried: s.rest.Tried(http.MethodGet, segments("current_user")...), Said: "not sent: " + ctx.Err().Error(), Err: ctx.Err(),
		}}
	}

	if caller := s.caller.Load(); caller != nil { // Somebody has asked meanwhile.
		return *caller, nil
	}

	var record userRecord

	err := s.get(ctx, segments("current_user"), nil, &record, func() error {
		if record.check() != nil {
			return errors.New("the response contains no user")
		}

		return nil
	})
	if err != nil {
		return pat.User{}, err
	}

	user := record.user()
	s.caller.Store(&user)

	return user, nil
}
