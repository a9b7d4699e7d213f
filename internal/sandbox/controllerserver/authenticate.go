package controllerserver

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// authenticate determines the calling user. It returns nil when the request may go on.
func (c *call) authenticate() *reply {
	scheme, value, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	how := sandbox.AuthPassword
	switch strings.ToLower(scheme) {
	case "basic":
		c.caller = c.logIn(value)
	case "bearer":
		how = sandbox.AuthToken
		if t := c.bearer(strings.TrimSpace(value)); t != nil {
			t.lastUsed = c.moment()
			c.caller = t.owner
		}
	}
	if c.caller == nil {
		return unauthorized()
	}
	sandbox.Identify(c.r.Context(), c.caller.UserName, how)
	if c.caller.WebServiceAccess == AccessNo || (how == sandbox.AuthPassword && c.caller.PasswordNeedsReset) {
		return prohibited()
	}
	return nil
}

// logIn returns the user of Basic credentials; nil when they are refused.
func (c *call) logIn(credentials string) *user {
	pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(credentials))
	if err != nil {
		return nil
	}
	name, password, _ := strings.Cut(string(pair), ":")
	row := c.userNamed(name)
	if row == nil || !row.usable() {
		return nil
	}
	if !row.hasPassword(password) {
		row.failures++
		row.LockedOut = c.options.FailedLoginLimit > 0 && row.failures >= c.options.FailedLoginLimit
		return nil
	}
	row.failures = 0
	if !slices.Contains(strings.Split(row.LoginMethod, ", "), LoginStandard) {
		return nil
	}
	return row
}

// bearer returns the token with this secret if the server accepts it; else nil. The caller must
// hold the lock.
func (s *Server) bearer(secret string) *token {
	t := s.secrets[hashed(secret)]
	if t == nil || s.expired(t) || !t.owner.usable() {
		return nil
	}
	return t
}
