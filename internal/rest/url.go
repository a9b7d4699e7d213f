package rest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errBaseURL never quotes the URL: a mistyped URL may contain a password anywhere.
var errBaseURL = errors.New(`the URL must look like "https://host.example.com" or "https://host.example.com:8443/path"`)

// normalizeBaseURL returns the URL in the form in which servers are compared.
func normalizeBaseURL(raw string) (string, error) {
	if strings.ContainsRune(raw, '@') {
		return "", errors.New("the URL must not contain a user name or password")
	}

	if strings.ContainsAny(raw, "?#") {
		return "", errors.New("the URL must not contain a query or a fragment")
	}

	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || u.Hostname() == "" {
		return "", errBaseURL
	}

	scheme := strings.ToLower(u.Scheme)
	if scheme != "http" && scheme != "https" {
		return "", errors.New("the URL must begin with https:// or http://")
	}

	if port := u.Port(); port != "" {
		if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 {
			return "", errors.New("the port of the URL must be 1 to 65535")
		}
	}

	path := strings.TrimRight(u.EscapedPath(), "/")
	if path != "" {
		for segment := range strings.SplitSeq(path[1:], "/") {
			data, err := url.PathUnescape(segment)
			if err != nil {
				return "", errBaseURL
			}

			if err := checkSegment(data); err != nil {
				return "", fmt.Errorf("the path of the URL: %w", err)
			}
		}
	}

	return scheme + "://" + hostOf(u) + path, nil
}

// checkAPIPaths refuses a base URL that ends in the path of the API, which every request adds.
func checkAPIPaths(base string, paths []string) error {
	_, host, _ := strings.Cut(base, "://")
	_, below, _ := strings.Cut(host, "/")

	for _, path := range paths {
		if strings.HasSuffix("/"+below, path) {
			return fmt.Errorf("the URL must not end in %s: leave it out, because the provider adds it", path)
		}
	}

	return nil
}

// hostOf returns host and port in lower case, without the scheme's default port.
func hostOf(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if strings.ContainsRune(host, ':') {
		// The zone of an IPv6 address begins with a percent sign.
		host = "[" + strings.ReplaceAll(host, "%", "%25") + "]"
	}

	port := u.Port()
	scheme := strings.ToLower(u.Scheme)

	if port == "" || (scheme == "http" && port == "80") || (scheme == "https" && port == "443") {
		return host
	}

	return host + ":" + port
}

// join escapes the segments, each preceded by a slash.
func join(segments []string) string {
	var path strings.Builder
	for _, segment := range segments {
		path.WriteString("/" + url.PathEscape(segment))
	}

	return path.String()
}

// checkSegment refuses a segment that a server or a proxy could read as anything but the name of one
// object.
func checkSegment(segment string) error {
	if !utf8.ValidString(segment) {
		return errors.New("a part of the path is not valid UTF-8")
	}

	if strings.ContainsFunc(segment, unicode.IsControl) {
		return errors.New("a part of the path contains a control character")
	}

	// Many proxies unescape once too often, so dots that are escaped several times are refused as
	// well.
	for plain := segment; ; {
		switch plain {
		case "":
			return errors.New("a part of the path is empty")
		case ".", "..":
			return fmt.Errorf("a part of the path is %q", plain)
		}

		next, err := url.PathUnescape(plain)
		if err != nil || next == plain {
			return nil //nolint:nilerr // A segment that cannot be unescaped is plain data.
		}

		plain = next
	}
}

// maxRedirects is how many redirects one attempt follows.
const maxRedirects = 10

// checkRedirect follows the redirect of a GET to the same server. Every other redirect is returned as
// the response: net/http would turn a POST into a GET, and send the credentials to a subdomain.
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

// redirectText describes where a response redirects a request for a path below the base URL, and what
// to do. It shows neither query nor user info.
func redirectText(response *http.Response, method, path string) (said, remedy string) {
	remedy = "Set `url` to the address at which the API responds without a redirect."

	target, err := response.Location()
	if err != nil {
		return "a redirect without an address", remedy
	}

	sent := response.Request.URL
	here := sameServer(sent, target)
	base := target.Scheme + "://" + hostOf(target)
	said = "redirected to " + base
	// The path of the request ends the address; what precedes it there is the server's base URL.
	prefix, samePath := strings.CutSuffix(target.EscapedPath(), path)

	if method == http.MethodPost {
		// The server may have created the path for this response, so it may contain a new secret.
		samePath = target.EscapedPath() == sent.EscapedPath()
	} else {
		said += target.EscapedPath()
	}

	switch {
	case here && method == http.MethodGet:
		remedy = "The server sends requests round in circles. " + remedy
	case !here && samePath:
		remedy = "If that is the server, set `url` to " + base + strings.TrimRight(prefix, "/") + "."
	}

	return said, remedy
}
