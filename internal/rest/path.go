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

// errBaseURL never quotes the URL: a mistyped one may hold a password anywhere.
var errBaseURL = errors.New(`the URL must look like "https://host.example.com" or "https://host.example.com:8443/path"`)

// normalizeBaseURL returns the URL in the one spelling that servers are compared by.
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

// target returns the URL of a request.
func (c *Client) target(r Request) (string, error) {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodDelete:
	default:
		return "", errors.New("the method must be GET, POST or DELETE")
	}

	for _, segment := range r.Segments {
		if err := checkSegment(segment); err != nil {
			return "", err
		}
	}

	target := c.base + join(r.Segments)
	if len(r.Query) > 0 {
		// A plus is a blank in forms only; a server may take it for itself. One that is
		// meant is %2B by now.
		target += "?" + strings.ReplaceAll(r.Query.Encode(), "+", "%20")
	}

	return target, nil
}

// join escapes the segments, each with a slash before it.
func join(segments []string) string {
	var path strings.Builder
	for _, segment := range segments {
		path.WriteString("/" + url.PathEscape(segment))
	}

	return path.String()
}

// checkSegment refuses what a server or a proxy could take for something else than the
// name of one object.
func checkSegment(segment string) error {
	if !utf8.ValidString(segment) {
		return errors.New("a part of the path is not valid UTF-8")
	}

	if strings.ContainsFunc(segment, unicode.IsControl) {
		return errors.New("a part of the path contains a control character")
	}

	// Proxies that unescape once too often are common, so the dots are also looked for
	// below further layers of escapes.
	for plain := segment; ; {
		switch plain {
		case "":
			return errors.New("a part of the path is empty")
		case ".", "..":
			return fmt.Errorf("a part of the path is %q", plain)
		}

		next, err := url.PathUnescape(plain)
		if err != nil || next == plain {
			return nil //nolint:nilerr // What cannot be unescaped is plain data.
		}

		plain = next
	}
}
