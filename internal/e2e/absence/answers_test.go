package absence

import (
	"net/http"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

const (
	checkURL   = "check that `url`"
	noSignOn   = "and that no proxy or single sign-on responds instead of the API"
	tryLater   = "The server returned no usable response in one attempt. Try again later."
	serverDown = "If its log shows that its database or another service was down, try again"
)

// proxyResponses are responses that do not come from the server: those of a proxy, a web page, a broken
// connection. Every request gets the response.
func proxyResponses() map[string]notGone {
	return map[string]notGone{
		"a proxy's 404 in plain text": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, "404 page not found\n")),
			said:  "HTTP 404: 404 page not found", do: "heck",
		},
		"a proxy's 404 page": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.HTML, "<html><title>Not found</title></html>")),
			said:  "HTTP 404: a web page: Not found", do: "heck that `url`",
		},
		"an empty 404": {
			meets: everywhere(providertest.AnswerFault(http.StatusNotFound, providertest.PlainText, "\n")), said: "HTTP 404", do: "heck that `url`",
		},
		"a 410": {
			meets: everywhere(providertest.AnswerFault(http.StatusGone, providertest.HTML, "<html>Gone</html>")), said: "HTTP 410: a web page: Gone", do: "heck that `url`",
		},
		"a login page with status 200": {
			meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.HTML, "<!DOCTYPE html><html>Please sign in</html>")),
			said:  "a web page: Please sign in", do: noSignOn,
			but: map[operation]reply{aDestroy: {"HTTP 200", noSignOn}},
		},
		"a login page with the content type of JSON": {
			meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON, "<!DOCTYPE html><html>Please sign in</html>")),
			said:  "Please sign in", do: noSignOn,
			but: map[operation]reply{aDestroy: {"HTTP 200", noSignOn}},
		},
		"a response without a body": {
			meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON, " ")), said: "HTTP 200", do: checkURL,
		},
		"an empty object": {meets: everywhere(providertest.AnswerFault(http.StatusOK, providertest.JSON, "{}")), said: "the JSON is not what", do: checkURL},
		"status 204":      {meets: everywhere(providertest.AnswerFault(http.StatusNoContent, providertest.JSON, " ")), said: "HTTP 204", do: checkURL},
		"a redirect to single sign-on": {
			meets: everywhere(sandbox.Fault{Kind: sandbox.FaultRedirect, Location: "https://sso.example.com/login?next=%2Fapi"}),
			said:  "redirected to https://sso.example.com/login", do: "Set `url` to the address at which the API responds",
		},
		"a proxy that requires a login": {
			meets: everywhere(providertest.AnswerFault(http.StatusProxyAuthRequired, providertest.HTML, "<html>Who are you?</html>")),
			said:  "HTTP 407", do: "The proxy requires authentication",
		},
		"a firewall's page": {
			meets: everywhere(providertest.AnswerFault(http.StatusForbidden, providertest.HTML, "<html>Request blocked</html>")),
			said:  "HTTP 403: a web page: Request blocked", do: "a proxy may have refused the request",
		},
		"too many requests": {
			meets: everywhere(providertest.AnswerFault(http.StatusTooManyRequests, providertest.PlainText, "Too Many Requests")), said: "HTTP 429", do: tryLater,
		},
		"a failure":          {meets: everywhere(providertest.AnswerFault(http.StatusInternalServerError, providertest.HTML, "<html>Sorry</html>")), said: "HTTP 500", do: serverDown},
		"a bad gateway":      {meets: everywhere(providertest.AnswerFault(http.StatusBadGateway, providertest.HTML, "")), said: "HTTP 502", do: tryLater},
		"a maintenance page": {meets: everywhere(providertest.AnswerFault(http.StatusServiceUnavailable, providertest.HTML, "<html>Back at 9</html>")), said: "HTTP 503: a web page: Back at 9", do: tryLater},
		"a gateway timeout":  {meets: everywhere(providertest.AnswerFault(http.StatusGatewayTimeout, providertest.HTML, "")), said: "HTTP 504", do: tryLater},
		"no response in time": {
			meets: everywhere(sandbox.Fault{Kind: sandbox.FaultHang}),
			caller: func(_ *testing.T, s *standing) map[string]any {
				return having(s.admin(nil), map[string]any{"request_timeout": "1s"})
			},
			said: "no complete response within 1s", do: "raise `request_timeout`",
		},
		"a connection that breaks": {
			meets: everywhere(sandbox.Fault{Kind: sandbox.FaultDrop}), said: "EOF", do: "Check that `url` names the server, that the server runs",
		},
		"truncated responses": {
			meets: everywhere(sandbox.Fault{Match: sandbox.Match{Method: http.MethodGet}, Kind: sandbox.FaultTruncate}),
			said:  "unexpected EOF", do: "Check that `url` names the server, that the server runs",
			destroyed: true,
		},
	}
}

// everywhere injects a fault into every request.
func everywhere(fault sandbox.Fault) func(*testing.T, *standing) {
	fault.Count = sandbox.Always

	return func(_ *testing.T, s *standing) { s.Console.AddFault(fault) }
}

// TestGone_proxyResponsesProveNothing tests that such responses change nothing. Other providers drop a
// resource from state on any 404, which leaves a token alive that nothing knows about.
func TestGone_proxyResponsesProveNothing(t *testing.T) {
	t.Parallel()

	for platform, open := range providertest.Sandboxes() {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			checkRows(t, open, proxyResponses())
		})
	}
}
