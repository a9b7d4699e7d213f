package foremanserver

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// findTaxonomies reads organization_id and location_id. An unknown taxonomy, or one that the caller
// does not belong to, is a 404 without the usual wrapper.
func (c *call) findTaxonomies() *reply {
	for _, kind := range []string{kindOrganization, kindLocation} {
		asked, _ := c.params.text(strings.ToLower(kind) + "_id")
		if asked == "" {
			continue
		}
		found := c.findTaxonomy(kind, asked)
		if found == nil {
			failed := jsonReply(http.StatusNotFound, message{Message: fmt.Sprintf("%s with id %s not found", kind, asked)})
			return &failed
		}
		if kind == kindOrganization {
			c.organization = found
		} else {
			c.location = found
		}
	}
	return nil
}

// findTaxonomy looks for the exact name first, then for the id.
func (c *call) findTaxonomy(kind, asked string) *taxonomy {
	found := c.taxonomies[parentID(asked)]
	for _, t := range c.taxonomies {
		if t.kind == kind && t.name == asked {
			found = t
		}
	}
	if found == nil || found.kind != kind {
		return nil
	}
	if !c.caller.admin && !slices.Contains(c.caller.taxonomyIDs(kind), found.id) {
		return nil
	}
	return found
}

func (c *call) addTaxonomies() {
	header := func(t *taxonomy) []string {
		if t == nil {
			return []string{"; ANY"}
		}
		return []string{strconv.Itoa(t.id) + "; " + t.name}
	}
	c.header["Foreman_current_organization"] = header(c.organization)
	c.header["Foreman_current_location"] = header(c.location)
}

// unrestricted reports whether the caller sees every user: an administrator, in no organization or
// location.
func (c *call) unrestricted() bool {
	return c.caller.admin && c.organization == nil && c.location == nil
}

// isMember reports whether a user belongs to the current organization and location. Without a
// current one, an administrator counts everyone as a member, and any other caller the users who
// share one with it.
func (c *call) isMember(u *user) bool {
	return c.shares(kindOrganization, c.organization, u) && c.shares(kindLocation, c.location, u)
}

func (c *call) shares(kind string, inForce *taxonomy, u *user) bool {
	if inForce != nil {
		return slices.Contains(u.taxonomyIDs(kind), inForce.id)
	}
	if c.caller.admin {
		return true
	}
	return slices.ContainsFunc(c.caller.taxonomyIDs(kind), func(id int) bool {
		return slices.Contains(u.taxonomyIDs(kind), id)
	})
}

// reachable reports whether the caller can address the tokens of a user: members, the caller itself
// and every administrator.
func (c *call) reachable(u *user) bool {
	return c.unrestricted() || u == c.caller || c.isMember(u) || u.admin
}

// condition returns the SQL condition that the server appends to its message when it searched only
// some users; empty when it searched all of them.
func (c *call) condition() string {
	if c.unrestricted() {
		return ""
	}
	var ids []string
	for _, u := range c.users {
		if c.reachable(u) {
			ids = append(ids, strconv.Itoa(u.id))
		}
	}
	return " [WHERE (users.id IN (" + strings.Join(ids, ",") + "))]"
}

func (u *user) taxonomyIDs(kind string) []int {
	if kind == kindOrganization {
		return u.organizationIDs
	}
	return u.locationIDs
}
