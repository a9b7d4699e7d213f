package rest

import (
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects is how many redirects one attempt follows.
const maxRedirects = 10

// checkRedirect lets a GET go on at the same server. Every other redirect is returned as
// the answer that it is: net/http would turn a POST into a GET, and carry the credentials
// to a subdomain.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet || len(via) > maxRedirects || !sameServer(first.URL, next.URL) {
		return http.ErrUseLastResponse
	}

	return nil
}

func sameServer(a, b *url.URL) bool {
	return b.User == nil && strings.EqualFold(a.Scheme, b.Scheme) && hostOf(a) == hostOf(b)
}

func isRedirect(status int) bool { return status >= 300 && status <= 399 }

// redirectText says where an answer points, without query and user info, for a POST
// without the path, and what to do.
func (c *Client) redirectText(current *call, response *http.Response) (said, remedy string) {
	remedy = "Set `url` to the address at which the API itself answers, without a redirect."

	target, err := response.Location()
	if err != nil {
		return "a redirect without an address", remedy
	}

	place := target.Scheme + "://" + hostOf(target)
	_, path, _ := strings.Cut(current.tried, " ")
	own := strings.TrimPrefix(path, c.base)

	if current.method == http.MethodPost {
		// Of an address that the server made for an answer, the path may name a new secret.
		if sent := response.Request.URL.EscapedPath(); target.EscapedPath() == sent && !sameServer(response.Request.URL, target) {
			remedy = "If that is the server, set `url` to " + place + strings.TrimRight(strings.TrimSuffix(sent, own), "/") + "."
		}

		return "redirected to " + place, remedy
	}

	said = "redirected to " + place + target.EscapedPath()

	if sameServer(response.Request.URL, target) {
		if current.method == http.MethodGet {
			return said, "The server sends requests round in circles. " + remedy
		}

		return said, remedy
	}

	// What follows the base URL is ours, what comes before it is the base URL there.
	if base, ok := strings.CutSuffix(target.EscapedPath(), own); ok {
		remedy = "If that is the server, set `url` to " + place + strings.TrimRight(base, "/") + "."
	}

	return said, remedy
}
