package leak

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// hostileAnswer is a way to answer a request that gives secrets a chance to come out. Only
// those that a server gives after it has carried out the request hold what it made.
type hostileAnswer struct {
	name string
	// alone says that nothing more is to be expected of a provider after this answer.
	alone bool
	// waits says that only a timeout ends it.
	waits bool
	give  func(x *leakExchange)
}

// hostileAnswers are all of them; the leak tests give each to each operation.
var hostileAnswers = []hostileAnswer{
	{name: "a 401 that repeats the request", alone: true, give: func(x *leakExchange) { x.answer(401, "application/json", complaint(x.echo)) }},
	{name: "a 401 that breaks off in the credentials", alone: true, give: func(x *leakExchange) {
		credentials := strings.Index(x.echo, "Authorization: ") + len("Authorization: Basic 0123456789012345678901234567")
		x.raw(framed(http.StatusUnauthorized, len(x.echo), x.echo[:credentials]))
	}},
	{name: "a 403 that repeats the request", give: func(x *leakExchange) { x.answer(403, "application/json", complaint(x.echo)) }},
	{name: "a 404 in plain text that repeats the request", give: func(x *leakExchange) { x.answer(404, "text/plain", "No such thing: "+x.echo) }},
	{name: "a 422 that repeats the request", give: func(x *leakExchange) { x.answer(422, "application/json", complaint(x.echo)) }},
	{name: "a 500 with a page of all there is", give: func(x *leakExchange) {
		x.answer(500, "text/html", "<html><title>Exception</title><pre>"+html.EscapeString(x.both())+"</pre>")
	}},
	{name: "a 502 that repeats the answer", give: func(x *leakExchange) { x.answer(502, "application/json", complaint(x.both())) }},
	{name: "a 503 in plain text with control characters", give: func(x *leakExchange) {
		x.w.Header().Set("Retry-After", "86400")
		x.answer(503, "text/plain", "\xff\x1b[2J"+x.both())
	}},
	{name: "a connection lost in the middle of a secret", give: func(x *leakExchange) {
		x.raw(framed(x.work().Code, x.work().Body.Len(), string(x.cut())))
	}},
	{name: "an answer that ends in the middle of a secret", give: func(x *leakExchange) {
		x.pass(append(x.cut(), 0xff)) // And of a character: in plain text nothing else would tell.
	}},
	{name: "no answer after the work", give: func(x *leakExchange) {
		x.work()
		x.raw("")
	}},
	{name: "a redirect to elsewhere", give: func(x *leakExchange) {
		secrets := url.PathEscape(x.both())
		x.w.Header().Set("Location", "https://"+url.PathEscape(leakPassword)+":"+secrets+"@elsewhere.invalid/"+secrets+"?all="+secrets+"#"+secrets)
		x.answer(302, "text/html", html.EscapeString(x.both()))
	}},
	{name: "a redirect to the same server", give: func(x *leakExchange) {
		slug, _, _ := strings.Cut(strings.TrimPrefix(x.path, "/"), "/")
		x.w.Header().Set("Location", "/"+slug+leakMoved+";jsessionid="+url.PathEscape(x.echo)+"?all="+url.QueryEscape(x.echo))
		x.answer(307, "text/plain", x.echo)
	}},
	{name: "a time-out", alone: true, waits: true, give: func(x *leakExchange) {
		if x.nth == 1 { // Once is enough to wait for.
			x.work()
			<-x.gone
		}

		x.raw("")
	}},
	{name: "a page in place of an answer", give: func(x *leakExchange) {
		x.answer(200, "text/html", "<!DOCTYPE html><p>"+html.EscapeString(x.both()))
	}},
	{name: "JSON of other types", give: func(x *leakExchange) {
		var document any
		if json.Unmarshal(x.work().Body.Bytes(), &document) != nil {
			document = x.both()
		}

		body, _ := json.Marshal(retyped(document, x.both()))
		x.answer(x.work().Code, "application/json", string(body))
	}},
	{name: "a header that is none", give: func(x *leakExchange) {
		x.raw("HTTP/1.1 200 OK\r\n" + strings.Join(strings.Fields(x.both()), "_") + "\r\n\r\n")
	}},
	{name: "no HTTP", give: func(x *leakExchange) { x.raw(strings.Join(strings.Fields(x.both()), " ") + "\r\n\r\n") }},
	{name: "more than its length", give: func(x *leakExchange) {
		// An answer may come before the end of another; net/http does not close at once.
		x.raw(framed(http.StatusInternalServerError, 6, "failed"+x.both()))
	}},
}

// complaint says the text in every place in which either platform's errors have one.
func complaint(text string) string {
	lines := map[string]any{"message": text}
	details := map[string]any{
		"message": text, "details": text, "missing_permissions": []string{text}, "full_messages": []string{text},
		"errors": map[string]any{"name": []string{text}, text: []string{text}},
	}
	body, _ := json.Marshal(map[string]any{"error": details, "message": text, "errors": []any{lines}})

	return string(body)
}

// timeLike matches a date or a time in an answer.
var timeLike = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}`)

// retyped puts the text in place of the numbers, truth values and times of a document, but
// for ids, so that what cannot be read is told with its value. Other texts stay: a name is
// what the server says it is, and belongs into the state.
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
