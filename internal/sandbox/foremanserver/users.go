package foremanserver

import (
	"net/http"
	"slices"
	"strings"
)

func (c *call) listUsers() reply {
	var rows []*user
	for _, u := range c.users {
		if !u.hidden && c.listed(u) {
			rows = append(rows, u)
		}
	}
	// Users without an order come by first name, those without one last. No other list has a
	// default order.
	slices.SortStableFunc(rows, func(a, b *user) int {
		if a.firstname == nil || b.firstname == nil {
			return boolRank(a.firstname == nil) - boolRank(b.firstname == nil)
		}
		return strings.Compare(*a.firstname, *b.firstname)
	})
	return list(c, rows, c.userFields(), func(u *user) any { return c.viewUser(u) })
}

func (c *call) showUser() reply {
	u := c.findUser()
	if u == nil {
		return notFound("user", c.route.userID)
	}
	return c.one(c.viewUserInFull(u))
}

// currentUser responds with the caller. A request that names an organization or a location is an
// internal error of the server.
func (c *call) currentUser() reply {
	if c.organization != nil || c.location != nil {
		return *failure("ERF42-5531 [Foreman::Exception]: unknown permission for api/v2/users#show_current")
	}
	return c.one(c.viewUserInFull(c.caller))
}

func (c *call) deleteUser() reply {
	u := c.findUser()
	if u == nil {
		return notFound("user", c.route.userID)
	}
	if u == c.caller {
		return errorReply(http.StatusForbidden, struct {
			Message string `json:"message"`
			Details string `json:"details"`
		}{"Access denied", "You are trying to delete your own account"})
	}
	gone := c.rawUser(u)
	c.removeUser(u)
	return jsonReply(http.StatusOK, gone)
}

// findUser finds the user of a path: by leading integer first, then by exact login. A caller always
// finds itself; other users must be visible.
func (c *call) findUser() *user {
	segment := c.route.userID
	if c.isSelf() {
		return c.caller
	}
	u := c.usersByID[leadingInteger(segment)]
	if named := c.usersLogin[strings.ToLower(segment)]; u == nil && named != nil && named.login == segment && !isDigits(segment) {
		u = named
	}
	if u == nil || u.hidden || !c.visible(u) {
		return nil
	}
	return u
}

// visible reports whether the caller may see a user: members of the current taxonomies, and always
// itself.
func (c *call) visible(u *user) bool {
	return c.unrestricted() || u == c.caller || c.isMember(u)
}

// listed reports whether a user is in the list: members of the current taxonomies. A caller who is
// not an administrator is in its own list too.
func (c *call) listed(u *user) bool {
	return c.unrestricted() || c.isMember(u) || (!c.caller.admin && u == c.caller)
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
