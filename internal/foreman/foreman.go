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
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// What is wrong with an answer whose status says that all is well. Only for a GET are the
// JSON package's own words added: they may quote the answer, and with it a secret.
var (
	errNotJSON   = errors.New("the answer is not JSON")
	errOtherJSON = errors.New("the JSON is not what Foreman documents")
	errNoSecret  = errors.New("the answer has no token_value or no id")
	errNotOurs   = errors.New("the answer is about another token than was asked for")
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

// Traits tells how Foreman differs. Its database sets no limit to the length of a
// name, and Katello issues tokens called "registry" on its own.
func (s *System) Traits() pat.Traits {
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

// scope is the organization and location that a request is made in. Foreman narrows
// to them whom the caller sees; without either it shows all that the caller may see.
type scope struct{ organizationID, locationID int64 }

// narrowed returns the scope with what a query sets put in place of the configured.
func (c scope) narrowed(organizationID, locationID pat.Option[int64]) scope {
	return scope{
		organizationID: organizationID.Or(c.organizationID), locationID: locationID.Or(c.locationID),
	}
}

// query returns the values with the scope's parameters added.
func (c scope) query(values url.Values) url.Values {
	if values == nil {
		values = url.Values{}
	}

	if c.organizationID != 0 {
		values.Set("organization_id", byID(strconv.FormatInt(c.organizationID, 10)))
	}

	if c.locationID != 0 {
		values.Set("location_id", byID(strconv.FormatInt(c.locationID, 10)))
	}

	return values
}

// String returns the scope as an error message shows it.
func (c scope) String() string {
	var parts []string
	if c.organizationID != 0 {
		parts = append(parts, "organization_id "+strconv.FormatInt(c.organizationID, 10))
	}

	if c.locationID != 0 {
		parts = append(parts, "location_id "+strconv.FormatInt(c.locationID, 10))
	}

	return strings.Join(parts, " and ")
}

// byID spells an id so that Foreman can take it for nothing else. Where it looks for a
// login or a title first, the digits alone could be another record's: a login of digits
// would hide the tokens of the user with that id. Digits and a hyphen are Foreman's own
// form, "5-alice", and no login has a tilde.
func byID(id string) string { return id + "-~" }

// segments returns the path of an API call below /api.
func segments(elements ...string) []string { return append([]string{"api"}, elements...) }

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
