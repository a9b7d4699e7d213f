package rest

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Headers are additional headers of each request by name, such as those that a gateway in front of the
// server requires. Their values are treated as secrets.
type Headers map[string]pat.Secret

// headerName matches a valid header name.
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

// ownHeaders are the headers that determine the meaning of a request, its credentials, and whether it
// may be retried.
var ownHeaders = []string{
	"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Cookie",
	"Expect", "Host", "Idempotency-Key", "Range", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
	"X-Idempotency-Key",
}

// Check returns an error that names the headers which cannot be added to requests. It contains no
// value.
func (h Headers) Check() error {
	var errs []error

	seen := map[string]bool{}

	for _, name := range h.names() {
		canonical := http.CanonicalHeaderKey(name)

		switch {
		case !headerName.MatchString(name):
			errs = append(errs, fmt.Errorf("%s is not the name of a header", pat.Quote(name)))
		case slices.Contains(ownHeaders, canonical):
			errs = append(errs, fmt.Errorf("the header %s cannot be set: the provider sets it", canonical))
		case seen[canonical]:
			errs = append(errs, fmt.Errorf("the header %s is set twice: names are not case-sensitive", pat.Quote(canonical)))
		case strings.TrimSpace(h[name].Reveal()) == "":
			errs = append(errs, fmt.Errorf("the header %s has no value", pat.Quote(name)))
		case strings.ContainsFunc(h[name].Reveal(), unicode.IsControl):
			errs = append(errs, fmt.Errorf("the value of the header %s contains a control character, such as a line break", pat.Quote(name)))
		}

		seen[canonical] = true
	}

	return errors.Join(errs...)
}

// names returns the names in order, so that errors are the same in each run.
func (h Headers) names() []string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}

	slices.Sort(names)

	return names
}

// addTo adds the headers to those of a request.
func (h Headers) addTo(header http.Header) {
	for name, value := range h {
		header.Set(name, value.Reveal())
	}
}

// secrets returns the values and, of a value with a scheme such as "Bearer", also the credentials
// alone.
func (h Headers) secrets() []pat.Secret {
	var all []pat.Secret

	for _, value := range h {
		_, credentials, _ := strings.Cut(value.Reveal(), " ")
		all = append(all, value, pat.Secret(credentials))
	}

	return all
}
