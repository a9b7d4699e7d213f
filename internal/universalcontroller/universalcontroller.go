package universalcontroller

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// Options configure a [System]. It authenticates either with Token or with Username and Password,
// never with both.
type Options struct {
	// Client holds the settings that do not depend on the platform: URL, TLS, retries. The URL
	// includes the server's context if it has one ("/uc"); none is added. [New] sets the credentials,
	// account, secrets and the interpretation of responses.
	Client rest.Options
	// Username belongs to Password. With Token it is optional: it only names the token's user, for
	// [System.CurrentUser] and messages.
	Username string
	// Password is sent with HTTP Basic authentication. Users of single sign-on have none.
	Password pat.Secret
	// Token is a personal access token, sent as a Bearer.
	Token pat.Secret
}

// System is one Universal Controller. Create it with [New].
type System struct {
	rest     *rest.Client
	username string
	clock    *pat.Clock // It decides which tokens have expired.
	lookTime time.Duration
	// unseen holds the [pat.Key] of each token that this process issued and did not find in the list,
	// so that its creation time is not known.
	unseen sync.Map
	// writeLists holds the [*writeList] of each user by id, and turns the [*semaphore.Weighted] that
	// prevents a modification of the user from overlapping with other writes.
	writeLists, turns sync.Map
}

var (
	_ pat.System       = (*System)(nil)
	_ pat.UserModifier = (*System)(nil)
)

// New validates the options. It sends no request.
func New(options Options) (*System, error) {
	if err := options.checkCredentials(); err != nil {
		return nil, err
	}

	client := options.Client
	client.Account = options.account()
	client.Secrets = slices.Concat(client.Secrets, []pat.Secret{options.Password, options.Token})

	if pat.MayBeSecret(options.Username) { // A secret in the wrong argument, which the server may repeat.
		client.Secrets = append(client.Secrets, pat.Secret(options.Username))
	}

	client.APIPaths = []string{"/resources"}
	client.Read = readResponse
	client.MayHoldSecret = mayHoldSecret
	client.Authorize = func(r *http.Request) {
		if options.Token != "" {
			r.Header.Set("Authorization", "Bearer "+options.Token.Reveal())
		} else {
			r.SetBasicAuth(options.Username, options.Password.Reveal())
		}
	}

	c, err := rest.New(client)
	if err != nil {
		return nil, err
	}

	return &System{rest: c, username: options.Username, clock: c.Clock(), lookTime: lookTime}, nil
}

// Traits returns [Traits].
func (s *System) Traits() pat.Traits { return Traits() }

// Traits describes how Universal Controller differs from other platforms. Its expiries are dates in a
// time zone that it does not reveal.
func Traits() pat.Traits {
	return pat.Traits{
		Platform:      "universal_controller",
		DisplayName:   "Universal Controller",
		ReusableNames: true,
		UserID:        sysIDs,
		ExpiryIsDate:  true,
		MaxNameLength: maxNameLength,
	}
}

// Server returns the normalized base URL.
func (s *System) Server() string { return s.rest.BaseURL() }

// checkCredentials refuses credentials that authenticate no user, or that are ambiguous.
func (o Options) checkCredentials() error {
	switch {
	case o.Token != "" && o.Password != "":
		return errors.New("the token and the password are both set: give one of them")
	case o.Token == "" && (strings.TrimSpace(o.Username) == "" || o.Password == ""):
		return errors.New("the credentials are incomplete: give the token, or the username and the password")
	default:
		return nil
	}
}

// account names the user of the credentials, as part of a sentence.
func (o Options) account() string {
	if o.Username == "" {
		return "the token's user"
	}

	return pat.UserRef{Username: o.Username}.String()
}

// segments returns the path of a web service.
func segments(elements ...string) []string { return append([]string{"resources"}, elements...) }

// get decodes one document into out, and fails if check, which converts it, returns an error. It also returns the response, which contains more than the error.
func (s *System) get(
	ctx context.Context, path []string, query url.Values, out any, root string, check func(rest.Response) error,
) (rest.Response, error) {
	request := rest.Request{Method: http.MethodGet, Segments: path, Query: query, Accept: "application/json"}
	request.Decode = func(response rest.Response) error {
		err := decode(response, root, out)
		if err == nil {
			err = check(response)
		}

		if err != nil {
			return s.rest.UnexpectedResponse(request, response, err)
		}

		return nil
	}

	return s.rest.Do(ctx, request)
}

var (
	tokenPath     = segments("user", "token")
	tokenListPath = segments("user", "token", "list")
)

var (
	userPath     = segments("user")
	userListPath = segments("user", "list")
)

// lookTime limits the search for a new token, whose secret exists only in this process until then.
const lookTime = 5 * time.Second
