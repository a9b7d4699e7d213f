package leak

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// hostileAnswer is a way of responding that could make the provider reveal secrets. Responses that are
// sent after the server has carried out the request contain the secrets that it created.
type hostileAnswer struct {
	name string
	// alone says that the provider makes no further requests after this response.
	alone bool
	// waits says that only a timeout ends the response.
	waits bool
	give  func(x *leakExchange)
}

// hostileAnswers lists all hostile responses; the leak tests use each of them in each operation.
var hostileAnswers = []hostileAnswer{
	{name: "a 401 that echoes the request", alone: true, give: func(x *leakExchange) { x.answer(401, "application/json", complaint(x.echo)) }},
	{name: "a 401 that is cut off within the credentials", alone: true, give: func(x *leakExchange) {
		credentials := strings.Index(x.echo, "Authorization: ") + len("Authorization: Basic 0123456789012345678901234567")
		x.raw(framed(http.StatusUnauthorized, len(x.echo), x.echo[:credentials]))
	}},
	{name: "a 403 that echoes the request", give: func(x *leakExchange) { x.answer(403, "application/json", complaint(x.echo)) }},
	{name: "a 404 in plain text that echoes the request", give: func(x *leakExchange) { x.answer(404, "text/plain", "No such thing: "+x.echo) }},
	{name: "a 422 that echoes the request", give: func(x *leakExchange) { x.answer(422, "application/json", complaint(x.echo)) }},
	{name: "a 500 with a page that contains everything", give: func(x *leakExchange) {
		x.answer(500, "text/html", "<html><title>Exception</title><pre>"+html.EscapeString(x.both())+"</pre>")
	}},
	{name: "a 502 that echoes the response", give: func(x *leakExchange) { x.answer(502, "application/json", complaint(x.both())) }},
	{name: "a 503 in plain text with control characters", give: func(x *leakExchange) {
		x.w.Header().Set("Retry-After", "86400")
		x.answer(503, "text/plain", "\xff\x1b[2J"+x.both())
	}},
	{name: "a connection lost in the middle of a secret", give: func(x *leakExchange) {
		x.raw(framed(x.work().Code, x.work().Body.Len(), string(x.cut())))
	}},
	{name: "a response that ends in the middle of a secret", give: func(x *leakExchange) {
		x.pass(append(x.cut(), 0xff)) // It also ends in the middle of a character, which is the only sign of truncation in plain text.
	}},
	{name: "no response after the work", give: func(x *leakExchange) {
		x.work()
		x.raw("")
	}},
	{name: "a redirect to another server", give: func(x *leakExchange) {
		secrets := url.PathEscape(x.both())
		x.w.Header().Set("Location", "https://"+url.PathEscape(leakPassword)+":"+secrets+"@elsewhere.invalid/"+secrets+"?all="+secrets+"#"+secrets)
		x.answer(302, "text/html", html.EscapeString(x.both()))
	}},
	{name: "a redirect to the same server", give: func(x *leakExchange) {
		slug, _, _ := strings.Cut(strings.TrimPrefix(x.path, "/"), "/")
		x.w.Header().Set("Location", "/"+slug+leakMoved+";jsessionid="+url.PathEscape(x.echo)+"?all="+url.QueryEscape(x.echo))
		x.answer(307, "text/plain", x.echo)
	}},
	{name: "a timeout", alone: true, waits: true, give: func(x *leakExchange) {
		if x.nth == 1 { // It is enough to wait once.
			x.work()
			<-x.gone
		}

		x.raw("")
	}},
	{name: "a web page instead of a response", give: func(x *leakExchange) {
		x.answer(200, "text/html", "<!DOCTYPE html><p>"+html.EscapeString(x.both()))
	}},
	{name: "JSON with other types", give: func(x *leakExchange) {
		var document any
		if json.Unmarshal(x.work().Body.Bytes(), &document) != nil {
			document = x.both()
		}

		body, _ := json.Marshal(retyped(document, x.both()))
		x.answer(x.work().Code, "application/json", string(body))
	}},
	{name: "an invalid header", give: func(x *leakExchange) {
		x.raw("HTTP/1.1 200 OK\r\n" + strings.Join(strings.Fields(x.both()), "_") + "\r\n\r\n")
	}},
	{name: "a response that is not HTTP", give: func(x *leakExchange) { x.raw(strings.Join(strings.Fields(x.both()), " ") + "\r\n\r\n") }},
	{name: "more content than the declared length", give: func(x *leakExchange) {
		// The extra content may be read as the start of another response; net/http does not close the
		// connection at once.
		x.raw(framed(http.StatusInternalServerError, 6, "failed"+x.both()))
	}},
}

// complaint returns an error document with the text in every field in which either platform puts error
// messages.
func complaint(text string) string {
	lines := map[string]any{"message": text}
	details := map[string]any{
		"message": text, "details": text, "missing_permissions": []string{text}, "full_messages": []string{text},
		"errors": map[string]any{"name": []string{text}, text: []string{text}},
	}
	body, _ := json.Marshal(map[string]any{"error": details, "message": text, "errors": []any{lines}})

	return string(body)
}

// timeLike matches a date or a time in a response.
var timeLike = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}`)

// retyped replaces the numbers, booleans and times in a document by the text, except for ids, so that
// parsing errors quote the text. Other strings stay: the state takes a name as the server returns it,
// so a secret in its place would rightly appear there.
func retyped(document any, text string) any {
	switch v := document.(type) {
	case map[string]any:
		for key, value := range v {
			if key != "id" && key != "user_id" {
				v[key] = retyped(value, text)
			}
		}

		return v
	case []any:
		for i := range v {
			v[i] = retyped(v[i], text)
		}

		return v
	case string:
		if timeLike.MatchString(v) {
			return text
		}

		return v
	default:
		return text
	}
}
