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

// The errors of responses with a successful status that cannot be used. The errors of the JSON
// package, which may quote the response and its secret, are added only for a GET.
var (
	errNotJSON   = errors.New("the response is not JSON")
	errOtherJSON = errors.New("the JSON is not what Foreman documents")
	errNoSecret  = errors.New("the response has no token_value or no id")
	errNotOurs   = errors.New("the response is about a token other than the requested one")
)

// Options configure a [System].
type Options struct {
	// Client holds the settings that do not depend on the platform: URL, TLS, retries. [New] sets the
	// credentials, account, secrets and the interpretation of responses.
	Client rest.Options
	// Username and Password authenticate every request. The password may be one of the user's tokens.
	Username string
	Password pat.Secret
	// OrganizationID and LocationID are sent with every request about users and tokens, and restrict
	// which users the account sees; 0 means none.
	OrganizationID, LocationID int64
	// NoSession logs in with every request, instead of reusing the session of the first.
	NoSession bool
}

// System is one Foreman server. Create it with [New].
type System struct {
	rest  *rest.Client
	scope scope
	// bounds limit the size of a list.
	bounds bounds

	met atomic.Bool // a supported server has responded

	asking chan struct{}            // holds a value while the current user is requested
	caller atomic.Pointer[pat.User] // the current user, once it is known
}

var _ pat.System = (*System)(nil)

// New validates the options. It sends no request.
func New(options Options) (*System, error) {
	credentials := options.Username + ":" + options.Password.Reveal()

	client := options.Client
	client.Account = pat.UserRef{Username: options.Username}.String()
	client.Secrets = slices.Concat(client.Secrets, []pat.Secret{
		options.Password, pat.Secret(base64.StdEncoding.EncodeToString([]byte(credentials))),
	})

	if pat.MayBeSecret(options.Username) { // A secret in the wrong argument, which the server may repeat.
		client.Secrets = append(client.Secrets, pat.Secret(options.Username))
	}

	client.APIPaths = []string{"/api", "/api/v2"}
	client.Read = read
	client.MayHoldSecret = mayHoldSecret

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

// Traits describes how Foreman differs from other platforms. Its database does not limit the length
// of a name, and Katello issues tokens named "registry" by itself.
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

// get decodes one JSON document into out, and fails if check returns an error for it.
func (s *System) get(ctx context.Context, path []string, query url.Values, out any, check func() error) error {
	request := rest.Request{Method: http.MethodGet, Segments: path, Query: query}
	_, err := s.send(ctx, request, out, check)

	return err
}

// send sends a request, decodes the JSON response into out, and fails if check returns an error for
// it. The status is 0 if there was no response.
func (s *System) send(
	ctx context.Context, request rest.Request, out any, check func() error,
) (status int, err error) {
	request.Accept = "application/json"
	request.Decode = func(response rest.Response) error {
		if s.supported(request, response.Header) == nil {
			s.met.Store(true)
		}

		if err := s.decode(request, response, out); err != nil {
			return err
		}

		if err := check(); err != nil {
			return s.rest.UnexpectedResponse(request, response, err)
		}

		return nil
	}

	response, err := s.rest.Do(ctx, request)

	// A server that is too old may fail for exactly that reason.
	if old := s.supported(request, response.Header); old != nil {
		return response.Status, old
	}

	return response.Status, err
}

// meet makes sure, before anything is created, that the server is a supported one.
func (s *System) meet(ctx context.Context) error {
	if s.met.Load() {
		return nil
	}

	_, err := s.self(ctx)

	return err
}

// decode decodes the JSON of a successful response.
func (s *System) decode(request rest.Request, response rest.Response, out any) error {
	if response.MediaType != "application/json" {
		return s.rest.UnexpectedResponse(request, response, errNotJSON)
	}

	if err := rest.DecodeJSON(response.Body, out); err != nil {
		cause := errOtherJSON
		if request.Method == http.MethodGet {
			cause = fmt.Errorf("%w (%w)", errOtherJSON, inJSON(err))
		}

		return s.rest.UnexpectedResponse(request, response, cause)
	}

	return nil
}

// inJSON describes a JSON error in terms of JSON instead of Go types.
func inJSON(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("an unexpected %s after %d bytes", wrong.Value, wrong.Offset)
	}

	return err
}

// MinimumVersion is the oldest supported version of Foreman: since 3.2 a list of tokens can be
// ordered by id, without which its pages cannot be combined.
const MinimumVersion = "3.2"

var minimum = version.Must(version.NewVersion(MinimumVersion))

// supported refuses a server that reports a version which is too old. Foreman sends its version in a
// header of each response to an authorized request. A proxy may drop that header because its name
// contains an underscore, so a missing header proves nothing.
func (s *System) supported(request rest.Request, header http.Header) error {
	said := header.Get("Foreman_version")

	v, err := version.NewVersion(said)
	if err != nil || v.Core().GreaterThanOrEqual(minimum) {
		return nil //nolint:nilerr // A server whose version cannot be read is accepted.
	}

	return &pat.ProtocolError{Failure: pat.Failure{
		Tried:  s.rest.Tried(request.Method, request.Segments...),
		Said:   s.rest.Text("the server is Foreman " + said),
		Remedy: fmt.Sprintf("Foreman %s (Satellite 6.12) or newer is supported: upgrade the server.", MinimumVersion),
	}}
}

// self returns the user that the credentials belong to. It never sends the organization or location,
// because Foreman responds to them with 500 here.
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

	if caller := s.caller.Load(); caller != nil { // Another caller has requested it in the meantime.
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
