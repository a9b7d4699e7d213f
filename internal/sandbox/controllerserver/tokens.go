package controllerserver

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"
)

// MaxNameLength is the longest name of a token, in characters.
const MaxNameLength = 100

// textDuplicate follows the wording of the API's other creates.
const textDuplicate = "Create personal access token failed. A duplicate value has been detected. Name must be unique."

// tokenView is a token in a response.
type tokenView struct {
	XMLName    xml.Name `json:"-" xml:"token"`
	CreateTime string   `json:"createTime" xml:"createTime"`
	Expiration *scalar  `json:"expiration,omitempty" xml:"expiration"`
	LastUsed   scalar   `json:"lastUsed" xml:"lastUsed"`
	Name       string   `json:"name" xml:"name"`
	UserID     *scalar  `json:"userId,omitempty" xml:"userId"`
	UserName   string   `json:"userName" xml:"userName"`
}

// createToken serves POST /resources/user/token and responds with the bare secret.
func (c *call) createToken() reply {
	input, failed := c.readTokenInput()
	if failed != nil {
		return *failed
	}
	owner, failed := c.target(input.userID, input.userName, c.managesTokensOf)
	if failed != nil {
		return *failed
	}
	expiration, failed := c.checkToken(owner, input)
	if failed != nil {
		return *failed
	}
	return sentence(http.StatusOK, c.issue(owner, input.name, expiration))
}

// listTokens serves GET /resources/user/token/list.
func (c *call) listTokens() reply {
	id, name := c.param("userid"), c.param("username")
	if blank(id) && blank(name) && c.options.Switches.ListWithoutUser == ListWithoutUserIsOwn {
		id = c.caller.SysID
	}
	owner, failed := c.target(id, name, c.seesTokensOf)
	switch {
	case failed == nil:
		return c.document("tokens", c.viewTokens(owner))
	case failed.status == http.StatusNotFound && c.options.Switches.UnknownUser == UnknownUserIsEmpty:
		return c.document("tokens", list[tokenView]{})
	default:
		return *failed
	}
}

// revokeToken serves DELETE /resources/user/token and removes the row.
func (c *call) revokeToken() reply {
	owner, failed := c.target(c.param("userid"), c.param("username"), c.managesTokensOf)
	if failed != nil {
		return *failed
	}
	name := c.param("tokenname")
	if blank(name) {
		return sentence(http.StatusBadRequest, "Required tokenname.")
	}
	if !c.removeTokens(owner, name) {
		missing := fmt.Sprintf("Personal access token %s not found.", c.quoted(name))
		switch c.options.Switches.UnknownToken {
		case UnknownTokenIs404:
			return sentence(http.StatusNotFound, missing)
		case UnknownTokenIs400:
			return sentence(http.StatusBadRequest, missing)
		case UnknownTokenIs200:
		}
	}
	if c.options.Switches.RevokeAnswer == RevokeAnswerEmpty {
		return sentence(http.StatusOK, "")
	}
	return sentence(http.StatusOK, textRevoked)
}

// checkToken returns the expiration of a new token, or a refusal.
func (c *call) checkToken(owner *user, input tokenInput) (expiration time.Time, failed *reply) {
	refuse := func(words string) (time.Time, *reply) { return time.Time{}, failure(http.StatusBadRequest, words) }
	if blank(input.name) {
		return refuse("Token Name is required.")
	}
	if utf8.RuneCountInString(input.name) > MaxNameLength {
		return refuse(fmt.Sprintf("Token Name must not be longer than %d characters.", MaxNameLength))
	}
	longest := c.options.Switches.MaxLifetimeDays
	switch {
	case !blank(input.expiration):
		var err error
		if expiration, err = time.Parse(dateLayoutIn, input.expiration); err != nil {
			return refuse(fmt.Sprintf("Invalid expiration %q. The format is yyyy-MM-dd.", input.expiration))
		}
		if expiration.Before(c.firstValidDay()) {
			return refuse("Expiration must not be in the past.")
		}
		if longest > 0 && expiration.After(c.today().AddDate(0, 0, longest)) {
			return refuse(fmt.Sprintf("Expiration must not be more than %d days from today.", longest))
		}
	case longest > 0:
		return refuse(fmt.Sprintf("Expiration is required and must not be more than %d days from today.", longest))
	}
	if owner.hasToken(input.name) {
		switch c.options.Switches.DuplicateName {
		case DuplicateIs400:
			return time.Time{}, failure(http.StatusBadRequest, textDuplicate)
		case DuplicateIs404:
			return time.Time{}, failure(http.StatusNotFound, textDuplicate)
		case DuplicateAllowed:
		}
	}
	return expiration, nil
}

// managesTokensOf reports whether the caller may issue and revoke a user's tokens; nil stands for
// an unknown user.
func (c *call) managesTokensOf(u *user) bool { return u == c.caller || c.caller.isAdministrator() }

// seesTokensOf reports whether the caller may list a user's tokens; nil stands for an unknown user.
func (c *call) seesTokensOf(u *user) bool {
	return c.managesTokensOf(u) ||
		(c.options.Switches.ServiceRole == ServiceRoleAllTokens && c.caller.hasRole(RoleService))
}

// viewTokens returns a user's tokens as the caller sees them, by name.
func (c *call) viewTokens(owner *user) list[tokenView] {
	zone := c.zoneFor(c.caller)
	out := list[tokenView]{}
	for _, t := range owner.sortedTokens() {
		if c.options.Switches.ExpiredTokens == ExpiredHidden && c.expired(t) {
			continue
		}
		view := tokenView{
			CreateTime: t.created.In(zone).Format(timeLayout), Expiration: c.viewExpiration(t),
			LastUsed: c.viewLastUse(t, zone), Name: t.name, UserID: c.viewUserID(owner), UserName: owner.UserName,
		}
		out = append(out, view)
	}
	return out
}

// viewLastUse returns the time of the last use, or the word for never.
func (c *call) viewLastUse(t *token, zone *time.Location) scalar {
	if t.lastUsed.IsZero() {
		return scalar{text: never}
	}
	switch c.options.Switches.LastUse {
	case LastUseIsISO:
		return scalar{text: t.lastUsed.In(zone).Format(time.RFC3339)}
	case LastUseIsMilliseconds:
		return scalar{text: strconv.FormatInt(t.lastUsed.UnixMilli(), 10), number: true}
	case LastUseIsTime:
	}
	return scalar{text: t.lastUsed.In(zone).Format(timeLayout)}
}

// viewExpiration returns nil where the property is omitted.
func (c *call) viewExpiration(t *token) *scalar {
	if !t.expiration.IsZero() {
		return &scalar{text: t.expiration.Format(dateLayoutOut)}
	}
	switch c.options.Switches.NoExpiry {
	case NoExpiryIsNull:
		return &scalar{null: true}
	case NoExpiryIsEmpty:
		return &scalar{}
	case NoExpiryIsNever:
		return &scalar{text: never}
	case NoExpiryIsAbsent:
	}
	return nil
}

// viewUserID returns nil where the property is omitted.
func (c *call) viewUserID(owner *user) *scalar {
	switch c.options.Switches.TokenUserID {
	case TokenUserIDPresent:
		return &scalar{text: owner.SysID}
	case TokenUserIDNull:
		return &scalar{null: true}
	case TokenUserIDAbsent:
	}
	return nil
}
