package foremanserver

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// authenticate determines the calling user and returns nil, or the refusal. A session overrides
// credentials. authenticate takes the store's lock itself, because simulated work must not hold it.
func (c *call) authenticate() *reply {
	if c.resumeSession() {
		return c.checkDisabled()
	}
	ip := clientIP(c.r)
	if c.lockout.locked(ip, c.options.FailedLoginLimit, c.Now()) {
		failed := messageReply(http.StatusUnauthorized, "Too many tries, please try again in a few minutes.")
		return &failed
	}
	login, password, failed := credentials(c.r.Header.Get("Authorization"))
	if failed != nil {
		return failed
	}
	if login != "" || password != "" {
		sandbox.Spend(c.r.Context(), sandbox.CostLogin)
	}
	if !c.logIn(login, password) {
		c.lockout.count(ip, c.Now())
		failed := messageReply(http.StatusUnauthorized, "Unable to authenticate user %s", login)
		return &failed
	}
	return c.checkDisabled()
}

// resumeSession makes the user of a known session cookie the caller. An expired session still
// identifies the caller; authorize refuses it later.
func (c *call) resumeSession() bool {
	open := c.sessions.find(c.r)
	if open == nil {
		return false
	}
	sandbox.Spend(c.r.Context(), sandbox.CostSession)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.caller = c.usersByID[open.userID]
	if c.caller == nil {
		return false
	}
	c.session = open
	c.identify(sandbox.AuthSession)
	return true
}

// logIn checks credentials, tokens before the password, and opens a session.
func (c *call) logIn(login, password string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.usersLogin[strings.ToLower(login)]
	if u == nil || u.hidden || password == "" {
		return false
	}
	now := c.moment()
	how := sandbox.AuthPassword
	if t := c.activeToken(u, password, now); t != nil {
		how = sandbox.AuthToken
		// The server validates the row when it saves it, which fails for a token that shares its
		// name with another row. The last use of such a token is not updated.
		if !c.isTwin(t) {
			t.lastUsed, t.modified = now, now
			c.tokenMoved(t)
		}
	} else if u.passwordHash != hashPassword(u.passwordSalt, password) {
		return false
	}
	c.caller = u
	c.identify(how)
	if u.disabled {
		return true
	}
	u.lastLogin, u.modified = now, now
	c.userMoved(u)
	c.session = c.sessions.open(u.id)
	c.sessions.touch(c.session, now.Add(c.options.IdleTimeout))
	return true
}

func (c *call) checkDisabled() *reply {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.caller.disabled {
		return nil
	}
	failed := messageReply(http.StatusUnauthorized, "User account is disabled, please contact your administrator")
	return &failed
}

// authorize looks up the taxonomies that the request names and checks the permission and the age of
// the session. The caller must hold the store's lock.
func (c *call) authorize() *reply {
	c.zone = zoneOf(c.caller, c.r)
	unknown := c.findTaxonomies()
	if need := c.route.action.permission(); need != "" && !c.isSelf() && !c.caller.can(need) {
		failed := denied(need)
		if unknown != nil {
			// The server renders both errors, which Rails does not allow.
			failed = statusReply(http.StatusInternalServerError, "Internal Server Error")
		}
		return &failed
	}
	if unknown != nil {
		return unknown
	}
	if c.sessions.endIfExpired(c.session, c.Now()) {
		return &reply{status: http.StatusUnauthorized, contentType: contentText}
	}
	c.sessions.touch(c.session, c.Now().Add(c.options.IdleTimeout))
	cookie := &http.Cookie{ //nolint:gosec // Foreman sets Secure only when it requires HTTPS.
		Name: sessionCookie, Value: c.session.id, Path: "/",
		HttpOnly: true, Secure: c.r.TLS != nil, SameSite: http.SameSiteLaxMode,
	}
	c.header.Add("Set-Cookie", cookie.String())
	return nil
}

// isSelf reports whether the caller acts on its own account, which requires no permission.
func (c *call) isSelf() bool {
	switch c.route.action {
	case actionUser:
		return c.route.userID == c.caller.login || leadingInteger(c.route.userID) == c.caller.id
	case actionTokens, actionToken, actionCreateToken, actionRevokeToken:
		return leadingInteger(c.route.userID) == c.caller.id
	case actionPing, actionStatus, actionCurrentUser, actionUsers, actionDeleteUser:
	}
	return false
}

// activeToken returns the token of u with this secret if it authenticates; else nil.
func (s *store) activeToken(u *user, secret string, now time.Time) *token {
	t := s.tokensHash[hashToken(u.id, secret)]
	if t == nil || t.userID != u.id || !t.active(now) {
		return nil
	}
	return t
}

// credentials reads an Authorization header. Only the exact word Basic counts; the server ignores
// any other scheme. Bytes that are not valid text are an internal error of the server.
func credentials(header string) (login, password string, failed *reply) {
	encodedPair, ok := strings.CutPrefix(header, "Basic ")
	if !ok {
		return "", "", nil
	}
	pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encodedPair))
	if err != nil || !utf8.Valid(pair) {
		failed := messageReply(http.StatusInternalServerError, "invalid byte sequence in UTF-8")
		return "", "", &failed
	}
	login, password, _ = strings.Cut(string(pair), ":")
	return login, password, nil
}
