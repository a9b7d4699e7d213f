package controllerserver

import (
	"fmt"
	"net/http"
	"strings"
)

// readUser serves GET /resources/user.
func (c *call) readUser() reply {
	u, failed := c.target(c.param("userid"), c.param("username"), c.seesUser)
	if failed != nil {
		return *failed
	}
	return c.document("user", c.viewUser(u, true))
}

// listUsers serves GET /resources/user/list, which has no filters.
func (c *call) listUsers() reply {
	if !c.seesUser(nil) {
		return *prohibited()
	}
	return c.document("users", plainList(c.sortedUsers(), func(u *user) userView { return c.viewUser(u, false) }))
}

// showTokens reports whether the request asks for tokens. Only the parameter's name is
// case-sensitive.
func (c *call) showTokens() bool { return strings.EqualFold(c.param("showTokens"), "true") }

// target returns the one user that a request names, by id or by name; a blank one counts as absent.
// may reports whether the caller has the permission; it gets nil for an unknown user.
func (c *call) target(id, name string, may func(*user) bool) (*user, *reply) {
	hasID, hasName := !blank(id), !blank(name)
	switch {
	case hasID && hasName:
		return nil, failure(http.StatusBadRequest, textBothUsers)
	case !hasID && !hasName:
		return nil, failure(http.StatusBadRequest, textNoUser)
	}
	u, text, key := c.userNamed(name), textNoUserNamed, name
	if hasID {
		u, text, key = c.userWithID(id), textNoUserID, id
	}
	if !may(u) {
		return nil, prohibited()
	}
	if u == nil {
		return nil, failure(http.StatusNotFound, fmt.Sprintf(text, c.quoted(key)))
	}
	return u, nil
}

// seesUser reports whether the caller may read a user; nil stands for an unknown user.
func (c *call) seesUser(u *user) bool {
	return u == c.caller || c.caller.isAdministrator() || c.caller.hasRole(RoleService)
}

func (c *call) quoted(s string) string {
	if c.options.Switches.Quotes == QuotesCurly {
		return "“" + s + "”"
	}
	return `"` + s + `"`
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
