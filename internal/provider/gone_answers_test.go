package provider

import (
	"net/http"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

const (
	asHTML = "text/html; charset=utf-8"
	asJSON = "application/json; charset=utf-8"
	asText = "text/plain; charset=utf-8"
)

const (
	checkURL   = "check that `url` names the server and the right path below it"
	noSignOn   = "and that no proxy and no single sign-on stands in between"
	tryLater   = "The server could not answer in one attempt. Try again later."
	serverDown = "If its log shows that its database or another service was down, try again"
)

// answersOfNobody are what stands in for a server: a proxy, a page, a broken connection.
// Every request meets them.
func answersOfNobody() map[string]notGone {
	return map[string]notGone{
		"a proxy's 404 in plain text": {
			meets: everywhere(answer(http.StatusNotFound, asText, "404 page not found\n")),
			said:  "HTTP 404: 404 page not found", do: "heck",
		},
		"a proxy's 404 page": {
			meets: everywhere(answer(http.StatusNotFound, asHTML, "<html><title>Not found</title></html>")),
			said:  "HTTP 404: a web page: Not found", do: "heck that `url` names the server",
		},
		"an empty 404": {
			meets: everywhere(answer(http.StatusNotFound, asText, "\n")), said: "HTTP 404", do: "heck that `url` names the server",
		},
		"a 410": {
			meets: everywhere(answer(http.StatusGone, asHTML, "<html>Gone</html>")), said: "HTTP 410: a web page: Gone", do: "heck that `url`",
		},
		"a login page with a 200": {
			meets: everywhere(answer(http.StatusOK, asHTML, "<!DOCTYPE html><html>Please sign in</html>")),
			said:  "a web page: Please sign in", do: noSignOn,
			but: map[operation]reply{aDestroy: {"HTTP 200", noSignOn}},
		},
		"a login page that says it is JSON": {
			meets: everywhere(answer(http.StatusOK, asJSON, "<!DOCTYPE html><html>Please sign in</html>")),
			said:  "Please sign in", do: noSignOn,
			but: map[operation]reply{aDestroy: {"HTTP 200", noSignOn}},
		},
		"a 200 without a body": {
			meets: everywhere(answer(http.StatusOK, asJSON, " ")), said: "HTTP 200", do: checkURL,
		},
		"an empty object": {meets: everywhere(answer(http.StatusOK, asJSON, "{}")), said: "the JSON is not what", do: checkURL},
		"no content":      {meets: everywhere(answer(http.StatusNoContent, asJSON, " ")), said: "HTTP 204", do: checkURL},
		"a redirect to single sign-on": {
			meets: everywhere(sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "https://sso.example.com/login?next=%2Fapi"}),
			said:  "redirected to https://sso.example.com/login", do: "Set `url` to the address at which the API itself answers",
		},
		"a proxy that wants a login": {
			meets: everywhere(answer(http.StatusProxyAuthRequired, asHTML, "<html>Who are you?</html>")),
			said:  "HTTP 407", do: "A proxy wants credentials",
		},
		"a firewall's page": {
			meets: everywhere(answer(http.StatusForbidden, asHTML, "<html>Request blocked</html>")),
			said:  "HTTP 403: a web page: Request blocked", do: "a proxy may refuse the request",
		},
		"too many requests": {
			meets: everywhere(answer(http.StatusTooManyRequests, asText, "Too Many Requests")), said: "HTTP 429", do: tryLater,
		},
		"a failure":         {meets: everywhere(answer(http.StatusInternalServerError, asHTML, "<html>Sorry</html>")), said: "HTTP 500", do: serverDown},
		"a bad gateway":     {meets: everywhere(answer(http.StatusBadGateway, asHTML, "")), said: "HTTP 502", do: tryLater},
		"a maintenance":     {meets: everywhere(answer(http.StatusServiceUnavailable, asHTML, "<html>Back at 9</html>")), said: "HTTP 503: a web page: Back at 9", do: tryLater},
		"a gateway timeout": {meets: everywhere(answer(http.StatusGatewayTimeout, asHTML, "")), said: "HTTP 504", do: tryLater},
		"no answer in time": {
			meets: everywhere(sandbox.Fault{Kind: sandbox.FaultHang}),
			caller: func(_ *testing.T, s *standing) string {
				return withSetting(s.provider(), `request_timeout = "1s"`)
			},
			said: "no complete answer within 1s", do: "raise `request_timeout`",
		},
		"a connection that breaks": {
			meets: everywhere(sandbox.Fault{Kind: sandbox.FaultDrop}), said: "EOF", do: "Check that `url` names the server, that it runs",
		},
		"answers that are cut off": {
			meets: everywhere(sandbox.Fault{Match: sandbox.Match{Method: http.MethodGet}, Kind: sandbox.FaultTruncate}),
			said:  "unexpected EOF", do: "Check that `url` names the server, that it runs",
			destroyed: true,
		},
	}
}

// everywhere makes something go wrong with every request.
func everywhere(fault sandbox.Fault) func(*testing.T, *standing) {
	fault.Count = sandbox.Always

	return func(_ *testing.T, s *standing) { s.console.AddFault(fault) }
}

// answer answers in the server's place.
func answer(status int, contentType, body string) sandbox.Fault {
	return sandbox.Fault{Kind: sandbox.FaultAnswer, Status: status, ContentType: contentType, Body: body}
}

// Others: any 404 empties the state, and the token lives on that nobody knows of.
func TestAccGone_answersOfNobodyProveNothing(t *testing.T) {
	t.Parallel()

	for platform, open := range sandboxes() {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			checkRows(t, open, answersOfNobody())
		})
	}
}
