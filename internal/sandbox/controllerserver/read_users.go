package controllerserver

import (
	"fmt"
	"net/http"
	"strings"
)

// readUser answers GET /resources/user.
func (c *call) readUser() reply {
	u, failed := c.target(c.param("userid"), c.param("username"), c.seesUser)
	if failed != nil {
		return *failed
	}
	return c.document("user", c.viewUser(u, true))
}

// listUsers answers GET /resources/user/list, whose filters there are none.
func (c *call) listUsers() reply {
	if !c.seesUser(nil) {
		return *prohibited()
	}
	return c.document("users", plainList(c.sortedUsers(), func(u *user) userView { return c.viewUser(u, false) }))
}

// showTokens says whether tokens were asked for. Only the parameter's name is
// case-sensitive.
func (c *call) showTokens() bool { return strings.EqualFold(c.param("showTokens"), "true") }

// target finds the one user that a call is about, by id or by name, of which a blank
// one counts as absent. may says whether the caller may do it; it gets nil for a user
// that is not there.
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

// seesUser says whether the caller may read a user; nil is one that is not there.
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
