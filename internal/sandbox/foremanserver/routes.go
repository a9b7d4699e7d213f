package foremanserver

import (
	"net/http"
	"net/url"
	"strings"
)

// action is what a route does.
type action int

const (
	actionPing action = iota
	actionStatus
	actionCurrentUser
	actionUsers
	actionUser
	actionDeleteUser
	actionTokens
	actionToken
	actionCreateToken
	actionRevokeToken
)

// tokensSegment is the path segment of a user's tokens.
const tokensSegment = "personal_access_tokens"

// The actions by the path below /api and by method.
var (
	topActions = map[string]action{
		"ping": actionPing, "status": actionStatus, "current_user": actionCurrentUser, "users": actionUsers,
	}
	userActions   = map[string]action{http.MethodGet: actionUser, http.MethodDelete: actionDeleteUser}
	tokensActions = map[string]action{http.MethodGet: actionTokens, http.MethodPost: actionCreateToken}
	tokenActions  = map[string]action{http.MethodGet: actionToken, http.MethodDelete: actionRevokeToken}
)

// route is what the method and the path of a request select.
type route struct {
	action action
	// userID and tokenID are unescaped path segments; they need not be numbers.
	userID, tokenID string
	// xml is set when the path ends in .xml, for which the server has no view.
	xml bool
}

// permission returns the permission that an action on another user requires; empty for none.
func (a action) permission() string {
	switch a {
	case actionUsers, actionUser:
		return "view_users"
	case actionDeleteUser:
		return "destroy_users"
	case actionTokens, actionToken:
		return "view_personal_access_tokens"
	case actionCreateToken:
		return "create_personal_access_tokens"
	case actionRevokeToken:
		return "revoke_personal_access_tokens"
	case actionPing, actionStatus, actionCurrentUser:
	}
	return ""
}

// findRoute returns the route of a request; false means an HTML 404.
func findRoute(r *http.Request, prefix string) (route, bool) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix)
	if !ok || !strings.HasPrefix(rest, "/") {
		return route{}, false
	}
	// Empty segments collapse, so a client that omits an id requests something else.
	segments := strings.FieldsFunc(rest, func(ch rune) bool { return ch == '/' })
	if len(segments) < 2 || segments[0] != "api" {
		return route{}, false
	}
	segments = segments[1:]
	if segments[0] == "v2" {
		segments = segments[1:]
	}
	return matchRoute(method(r), segments)
}

func matchRoute(method string, segments []string) (found route, ok bool) {
	// A suffix after a user's id belongs to the segment, because a login may contain dots;
	// elsewhere it is a format.
	if n := len(segments); n != 2 && n > 0 {
		name, format, hasFormat := strings.Cut(segments[n-1], ".")
		if strings.Contains(format, ".") || name == "" || (hasFormat && format == "") {
			return route{}, false
		}
		segments = append(segments[:n-1:n-1], name)
		found.xml = format == "xml"
	}
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return route{}, false
		}
		segments[i] = plain
	}
	if len(segments) == 1 {
		found.action, ok = topActions[segments[0]]
		return found, ok && method == http.MethodGet
	}
	if len(segments) == 0 || segments[0] != "users" || len(segments) > 2 && segments[2] != tokensSegment {
		return route{}, false
	}
	found.userID = segments[1]
	switch len(segments) {
	case 2:
		found.action, ok = userActions[method]
		// Here the path has collapsed because its user's id is empty. The server must not delete
		// anything.
		return found, ok && (method == http.MethodGet || found.userID != tokensSegment)
	case 3:
		found.action, ok = tokensActions[method]
		return found, ok
	case 4:
		found.tokenID = segments[3]
		found.action, ok = tokenActions[method]
		return found, ok
	}
	return route{}, false
}

// method returns the request's method; HEAD is served as GET.
func method(r *http.Request) string {
	if r.Method == http.MethodHead {
		return http.MethodGet
	}
	return r.Method
}
