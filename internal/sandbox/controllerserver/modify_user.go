package controllerserver

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// textDuplicateUser follows the documented text of a failed create.
const textDuplicateUser = "Update user failed. A duplicate value has been detected. User Id (Username) must be unique."

// limitedMembers are the members of its own record that a user without a role may modify, apart
// from those that identify it.
var limitedMembers = []string{
	"firstName", "middleName", "lastName", "email", "timeZone", "title", "department", "businessPhone", "mobilePhone",
}

// modifyUser serves PUT /resources/user: it replaces the record of the user with the sysId in the
// body.
func (c *call) modifyUser() reply {
	var input userInput
	if failed := c.readBody(input.readJSON, input.readXML); failed != nil {
		return *failed
	}
	if blank(input.text("sysId")) {
		return sentence(http.StatusBadRequest, "Required sysId.")
	}
	row, failed := c.target(input.text("sysId"), "", c.modifiesUser)
	if failed != nil {
		return *failed
	}
	changed, failed := c.replaced(row, input)
	if failed == nil && !c.caller.isAdministrator() {
		failed = c.limit(row, &changed, input)
	}
	if failed != nil {
		return *failed
	}
	if c.options.Switches.PasswordLeftOut == PasswordLeftOutCleared && changed.Password == "" {
		row.passwordHash = ""
	}
	if !changed.LockedOut {
		row.failures = 0
	}
	row.assign(changed)
	c.modifyTokens(row, input)
	return sentence(http.StatusOK, fmt.Sprintf(textUpdated, c.quoted(row.SysID)))
}

// modifiesUser reports whether the caller may modify a user at all; nil stands for an unknown user.
func (c *call) modifiesUser(u *user) bool { return u == c.caller || c.caller.isAdministrator() }

// replaced returns the user with the input as its record, or a refusal.
func (c *call) replaced(row *user, input userInput) (User, *reply) {
	refuse := func(words string) (User, *reply) { return User{}, failure(http.StatusBadRequest, words) }
	changed := row.clone()
	changed.Password = input.text("userPassword")
	for name, member := range userTexts(&changed) {
		*member = input.text(name)
	}
	active, readable := input.flag("active")
	changed.Inactive = !active
	for name, member := range userFlags(&changed) {
		value, ok := input.flag(name)
		*member, readable = value, readable && ok
	}
	excludeRelated, ok := input.flag("excludeRelated")
	if !readable || !ok {
		return refuse(textBadJSON)
	}
	if blank(changed.UserName) {
		return refuse("User Id (Username) is required.")
	}
	if other := c.userNamed(changed.UserName); other != nil && other != row {
		return User{}, failure(http.StatusNotFound, textDuplicateUser)
	}
	for _, access := range []string{changed.BrowserAccess, changed.CommandLineAccess, changed.WebServiceAccess} {
		if access != "" && !slices.Contains([]string{SystemDefault, AccessYes, AccessNo}, access) {
			return refuse(fmt.Sprintf("Invalid access %q.", access))
		}
	}
	if changed.Password == "" && c.options.Switches.PasswordLeftOut == PasswordLeftOutRefused {
		return refuse("Password is required.")
	}
	changed.Impersonate = nil
	if len(input.impersonate) > 0 {
		changed.Impersonate = input.impersonate
	}
	if !excludeRelated {
		changed.Permissions, changed.Roles = input.permissions, input.roles
	}
	switch c.options.Switches.UnknownMembers {
	case UnknownMembersStored:
		changed.Extra = input.replaceExtra(changed.Extra)
	case UnknownMembersRefused:
		if len(input.extra) > 0 {
			return refuse(fmt.Sprintf("Unrecognized field %q.", input.extra[0].Name))
		}
	case UnknownMembersIgnored:
	}
	return changed, nil
}

// replaceExtra returns the undocumented members after the update. A member that changes is stored
// only in the format of the request.
func (in *userInput) replaceExtra(have []Extra) []Extra {
	for i, member := range have {
		at := slices.IndexFunc(in.extra, func(e Extra) bool { return e.Name == member.Name })
		switch {
		case at < 0:
			have[i] = Extra{Name: member.Name}
		case in.inXML && in.extra[at].XML != member.XML, !in.inXML && in.extra[at].JSON != member.JSON:
			have[i] = in.extra[at]
		}
	}
	for _, member := range in.extra {
		if !slices.ContainsFunc(have, func(e Extra) bool { return e.Name == member.Name }) {
			have = append(have, member)
		}
	}
	return have
}

// limit keeps a user without a role from modifying more of its own record than it may.
func (c *call) limit(row *user, changed *User, input userInput) *reply {
	allowed := row.clone()
	own, sent := userTexts(&allowed), userTexts(changed)
	for _, name := range limitedMembers {
		*own[name] = *sent[name]
	}
	switch c.options.Switches.LimitedUpdate {
	case LimitedUpdateIgnored:
		*changed = allowed
	case LimitedUpdateCompared:
		if !reflect.DeepEqual(plainUser(allowed), plainUser(*changed)) {
			return prohibited()
		}
	case LimitedUpdateRefused:
		for name := range input.texts {
			if !slices.Contains(append([]string{"sysId", "excludeRelated"}, limitedMembers...), name) {
				return prohibited()
			}
		}
	}
	return nil
}

// plainUser returns the user for a comparison, with nil for empty lists.
func plainUser(u User) User {
	u = u.clone().completed()
	if len(u.Impersonate) == 0 {
		u.Impersonate = nil
	}
	if len(u.Permissions) == 0 {
		u.Permissions = nil
	}
	if len(u.Roles) == 0 {
		u.Roles = nil
	}
	if len(u.Extra) == 0 {
		u.Extra = nil
	}
	return u
}

// modifyTokens changes the tokens as the switch says.
func (c *call) modifyTokens(row *user, input userInput) {
	listed := input.tokens
	switch c.options.Switches.PayloadTokens {
	case PayloadTokensIgnored:
		return
	case PayloadTokensReconciled:
		if listed == nil {
			return
		}
	case PayloadTokensCleared:
	}
	for _, t := range row.sortedTokens() {
		if !slices.ContainsFunc(listed, func(name string) bool { return strings.EqualFold(name, t.name) }) {
			c.removeTokens(row, t.name)
		}
	}
}
