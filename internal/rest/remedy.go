package rest

import (
	"fmt"
	"net/http"
)

// remedy says what to do about an unsuccessful answer of which the platform says nothing
// more.
func (c *Client) remedy(current *call, a Answer, kind Kind) string {
	switch kind {
	case KindNotFound:
		return "It may not exist, or " + c.who() + " may not see it."
	case KindPermission:
		if !a.isPage() {
			return "Give " + c.who() + " the permission."
		}
	case KindAuthentication:
		if current.anonymous {
			return "The server wants credentials for this."
		}

		return "Check the credentials of " + c.who() + ". Nothing more is sent with them in this run: " +
			"further attempts might lock the account or this machine's address."
	case KindTransient:
		return fmt.Sprintf("The server could not answer in %s. Try again later.", attempts(current))
	case KindValidation:
		return ""
	case KindByStatus, KindProtocol:
	}

	switch {
	case a.Status == http.StatusInternalServerError:
		return "The server failed. If its log shows that its database or another service was down, try again; " +
			"otherwise it cannot handle this request, and trying again will not help."
	case a.Status == http.StatusProxyAuthRequired:
		return "A proxy wants credentials: put them into HTTPS_PROXY or HTTP_PROXY."
	case a.Status == http.StatusForbidden && a.isPage():
		return "A web page came where the API should answer: a proxy may refuse the request, or " + c.who() + " may not do this."
	case a.isPage():
		return pageRemedy
	default:
		return formatRemedy
	}
}

// attemptRemedy says what to do about a call that ended without an answer.
func attemptRemedy(current *call, attempt *attemptError) string {
	switch attempt.reason {
	case connectionFailed:
		return fmt.Sprintf("%s made. Check that `url` names the server, that it runs, and that no firewall or proxy stands in between.", made(current))
	case timedOut:
		return fmt.Sprintf("%s made. If the server needs longer, raise `request_timeout`.", made(current))
	case tlsFailed:
		return tlsRemedy(attempt.err)
	case tooLarge:
		return narrowRemedy
	case lostInRedirect:
		return formatRemedy
	case cancelled, notSendable:
		return ""
	default:
		return ""
	}
}

// who names the account in the middle of a sentence.
func (c *Client) who() string {
	if c.account == "" {
		return "the account"
	}

	return c.account
}

func attempts(current *call) string {
	if current.attempt == 1 {
		return "one attempt"
	}

	return fmt.Sprintf("%d attempts", current.attempt)
}

func made(current *call) string {
	if current.attempt == 1 {
		return "One attempt was"
	}

	return fmt.Sprintf("%d attempts were", current.attempt)
}
