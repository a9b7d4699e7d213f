package hostileserver

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
)

// Content types.
const (
	JSON = "application/json"
	XML  = "application/xml"
	HTML = "text/html; charset=utf-8"
	Text = "text/plain"
)

// Answer is a response that a hostile server sends to any request.
type Answer struct {
	// Status is the HTTP status of the response; 0 means that a client cannot read one.
	Status int
	// Shows says that the text given to Serve is at the beginning of the body.
	Shows bool
	// Slow says that only a timeout ends the response. Tests run it in a synctest bubble, where
	// that does not depend on how busy the machine is.
	Slow bool
	// Heavy says that reading the response up to the client's limit takes time; the limit for
	// responses to a GET is high.
	Heavy bool
	// Serve responds. It puts the text into the response wherever it fits.
	Serve func(w http.ResponseWriter, r *http.Request, text string)
}

// Answers returns responses that no API sends to any request, by what is wrong with them. A client
// must not treat any of them as a success, as a refusal, or as proof that an object does not exist.
func Answers() map[string]Answer {
	all := map[string]Answer{}
	for _, some := range []map[string]Answer{
		labels(), shapes(), encodings(), depths(), sizes(), broken(), redirects(), statuses(),
	} {
		maps.Copy(all, some)
	}

	return all
}

// heavy is the body size in bytes from which reading takes time.
const heavy = 100 << 10

// Document returns a response with this status, content type and body. Each $ in the body is
// replaced with the text; an empty content type omits the header.
func Document(status int, contentType, body string) Answer {
	hasText := strings.Contains(body, "$")

	return Answer{
		Status: status, Shows: strings.Contains(body[:min(len(body), 100)], "$"), Heavy: len(body) > heavy,
		Serve: func(w http.ResponseWriter, _ *http.Request, text string) {
			head(w, status, contentType)

			shown := body
			if hasText {
				shown = strings.ReplaceAll(body, "$", text)
			}

			_, _ = io.WriteString(w, shown)
		},
	}
}

// labels are bodies whose content type is wrong.
func labels() map[string]Answer {
	const page = "<!doctype html><html><head><title>Sign in</title></head><body><form>$</form></body></html>"

	return map[string]Answer{
		"a page":                         Document(200, HTML, page),
		"a page that says it is JSON":    Document(200, JSON, page),
		"a page that says it is XML":     Document(200, XML, page),
		"a page that says it is text":    Document(200, Text, page),
		"JSON that says it is XML":       Document(200, XML, `{"a":"$"}`),
		"XML that says it is JSON":       Document(200, JSON, `<a>$</a>`),
		"JSON that says it is a picture": Document(200, "image/png", `{"a":"$"}`),
		"JSON without a content type":    Document(200, "", `{"a":"$"}`),
		"an invalid content type":        Document(200, ";;=", `{"a":"$"}`),
	}
}

// shapes are well-labelled bodies with unexpected contents.
func shapes() map[string]Answer {
	all := map[string]Answer{
		"an empty body":         Document(200, JSON, ""),
		"only white space":      Document(200, JSON, " \r\n\t "),
		"a 204 without a body":  Document(204, "", ""),
		"XML of something else": Document(200, XML, "<a>$</a>"),
		"only an XML prolog":    Document(200, XML, `<?xml version="1.0"?>`),
		"two documents":         Document(200, JSON, `{"a":"$"} {"a":"$"}`),
		"half a document":       Document(200, JSON, `{"a":"$`),
	}
	for _, text := range []string{`null`, `true`, `0`, `-1e999`, `"$"`, `["$"]`, `[[]]`, `[null]`, `{"a":"$"}`, `{"results":"$"}`, `{"results":null}`} {
		all[strings.ReplaceAll(text, "$", "text")] = Document(200, JSON, text)
	}

	return all
}

// encodings are bodies that are not UTF-8, or contain characters and entities that a client must
// not trust.
func encodings() map[string]Answer {
	return map[string]Answer{
		"bytes that are not UTF-8":        Document(200, JSON, "{\"a\":\"$\xff\xfe\"}"),
		"a NUL byte":                      Document(200, JSON, "{\"a\":\"$\x00\"}"),
		"a NUL byte at the beginning":     Document(200, JSON, "\x00{\"a\":\"$\"}"),
		"a byte order mark":               Document(200, JSON, "\ufeff{\"a\":\"$\"}"),
		"UTF-16":                          Document(200, JSON, "\xff\xfe{\x00}\x00"),
		"XML that is not UTF-8":           Document(200, XML, "<tokens><token><name>$\xff</name></token></tokens>"),
		"XML that says it is Latin-1":     Document(200, XML, `<?xml version="1.0" encoding="ISO-8859-1"?><tokens>$</tokens>`),
		"control characters and colours":  Document(200, JSON, "\x1b[31m$\x1b]0;title\x07\r\n"),
		"an escaped lone surrogate":       Document(200, JSON, `{"a":"$\ud800"}`),
		"an entity that is declared":      Document(200, XML, `<!DOCTYPE t [<!ENTITY x "$">]><tokens><token><name>&x;</name></token></tokens>`),
		"an entity that is a file":        Document(200, XML, `<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><tokens><token><name>&x;</name></token></tokens>`),
		"an undeclared entity":            Document(200, XML, `<tokens><token><name>$&nbsp;</name></token></tokens>`),
		"a billion laughs":                Document(200, XML, laughs()),
		"a document type in upper levels": Document(200, XML, `<tokens><!DOCTYPE t><token><name>$</name></token></tokens>`),
	}
}

// depths are documents with many levels of nesting.
func depths() map[string]Answer {
	all := map[string]Answer{}
	for _, n := range []int{100, 100_000, 1_000_000} {
		for shape, answer := range map[string]Answer{
			"nested lists":    Document(200, JSON, strings.Repeat("[", n)+strings.Repeat("]", n)),
			"nested objects":  Document(200, JSON, strings.Repeat(`{"a":`, n)+"0"+strings.Repeat("}", n)),
			"nested elements": Document(200, XML, strings.Repeat("<a>", n)+strings.Repeat("</a>", n)),
			"nested lists in an unknown member": Document(200, JSON,
				`{"unknown":`+strings.Repeat("[", n)+strings.Repeat("]", n)+`,"results":[]}`),
			"nested elements in an unknown element": Document(200, XML,
				"<tokens><token>"+strings.Repeat("<a>", n)+strings.Repeat("</a>", n)+"<name>a</name></token></tokens>"),
		} {
			all[fmt.Sprintf("%d %s", n, shape)] = answer
		}
	}

	return all
}

// redirects point to places that a client must not follow.
func redirects() map[string]Answer {
	all := map[string]Answer{}
	for name, location := range map[string]string{ //nolint:gosec // These credentials do not exist.
		"to another host": "https://elsewhere.invalid/api", "to another scheme": "ftp://127.0.0.1/", "to a login page elsewhere": "https://sso.invalid/login?back=$",
		"to no address": "", "to a broken address": "http://[broken?$", "to an address with a password": "http://me:$@127.0.0.1/",
	} {
		for _, status := range []int{301, 302, 307} {
			all[fmt.Sprintf("a %d %s", status, name)] = Answer{Status: status, Serve: func(w http.ResponseWriter, _ *http.Request, text string) {
				if location != "" {
					w.Header().Set("Location", strings.ReplaceAll(location, "$", text))
				}
				head(w, status, HTML)
			}}
		}
	}
	delete(all, "a 301 to a broken address")
	delete(all, "a 307 to a broken address")
	// The client cannot report the target or the status of this one.
	broken := all["a 302 to a broken address"]
	broken.Status = 0
	all["a 302 to a broken address"] = broken
	all["a redirect in a circle"] = Answer{Status: 302, Serve: func(w http.ResponseWriter, r *http.Request, _ string) {
		http.Redirect(w, r, r.URL.Path, http.StatusFound) //nolint:gosec // The loop is intended.
	}}

	return all
}

// statuses are statuses that no API sends, or that report a failure of the server.
func statuses() map[string]Answer {
	all := map[string]Answer{}
	for _, status := range []int{202, 206, 226, 299, 300, 304, 500, 502, 503, 504, 511, 599, 600, 999} {
		all[fmt.Sprintf("a %d", status)] = Document(status, JSON, `{"a":"$"}`)
	}
	all["a 300"] = Document(300, JSON, "{}")
	all["a 304"] = Document(304, "", "")
	for name, value := range map[string]string{
		"negative": "-1", "a word": "soon", "a date long ago": "Mon, 01 Jan 1990 00:00:00 GMT", "zero": "0",
		"a fraction": "0.5", "a list": "0, 86400",
	} {
		all["a 503 with a Retry-After that is "+name] = Answer{Status: 503, Shows: true, Serve: func(w http.ResponseWriter, _ *http.Request, text string) {
			w.Header().Set("Retry-After", value)
			head(w, 503, Text)
			_, _ = io.WriteString(w, text)
		}}
	}
	all["a 500 that is too large"] = Answer{Heavy: true, Status: 500, Shows: true, Serve: func(w http.ResponseWriter, _ *http.Request, text string) {
		head(w, 500, JSON)
		_, _ = io.WriteString(w, `{"a":"`+text+strings.Repeat("x", 2<<20)+`"}`)
	}}

	return all
}

// Blocks returns the responses with which a gateway replaces the server's response to a request
// that the server has processed, by what they are. For a POST, none of them proves that the server
// refused the request.
func Blocks() map[string]Answer {
	const page = "<!doctype html><html><head><title>Blocked</title></head><body>$</body></html>"

	all := map[string]Answer{
		"a 403 without a body":       Document(403, "", ""),
		"a 403 in JSON":              Document(403, JSON, `{"message":"$"}`),
		"a 403 in JSON with a path":  Document(403, JSON, `{"timestamp":"$","status":403,"error":"Forbidden","path":"/"}`),
		"a 403 in XML":               Document(403, XML, "<Error><Code>AccessDenied</Code><Message>$</Message></Error>"),
		"a 403 of half a document":   Document(403, JSON, `{"error":{"message":"$`),
		"a 404 of an empty object":   Document(404, JSON, "{}"),
		"a 422 of two documents":     Document(422, JSON, `{"error":{"message":"$"}} {}`),
		"a 400 that is too large":    Document(400, JSON, `{"error":{"message":"$`+strings.Repeat("x", 2<<20)+`"}}`),
		"a 403 that says it is text": Document(403, Text, page),
		"a 404 that says it is text": Document(404, Text, page),
		"a 413 of a blank":           Document(413, Text, " "),
		"a 413 of a blank in JSON":   Document(413, JSON, " "),
		"a 403 that says it is JSON": Document(403, JSON, page),
	}
	for _, status := range []int{400, 403, 404, 405, 406, 408, 409, 410, 413, 418, 422, 451, 499} {
		all[fmt.Sprintf("a page with a %d", status)] = Document(status, HTML, page)
	}

	return all
}

// laughs is a document whose entities expand to gigabytes.
func laughs() string {
	var text strings.Builder
	text.WriteString("<!DOCTYPE t [<!ENTITY l0 \"$\">")
	for n := 1; n < 10; n++ {
		fmt.Fprintf(&text, "<!ENTITY l%d \"%s\">", n, strings.Repeat(fmt.Sprintf("&l%d;", n-1), 10))
	}
	text.WriteString("]><tokens><token><name>&l9;</name></token></tokens>")

	return text.String()
}
