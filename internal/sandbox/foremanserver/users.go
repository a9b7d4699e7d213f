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
	// By first name, those without one last; that is the only default order there is.
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

// currentUser answers who calls. Named taxonomies are more than the server copes with
// there.
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

// findUser finds the user of a path: by leading integer first, then by exact login.
// Callers always find themselves; others have to be visible.
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

// visible says whether the caller may look at a user: at members of what is in force,
// and always at themselves.
func (c *call) visible(u *user) bool {
	return c.unrestricted() || u == c.caller || c.isMember(u)
}

// listed says whether a user is in the list: members of what is in force. Callers
// without administrator's rights are in their own list too.
func (c *call) listed(u *user) bool {
	return c.unrestricted() || c.isMember(u) || (!c.caller.admin && u == c.caller)
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}
