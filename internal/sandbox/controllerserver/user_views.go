package controllerserver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"strings"
)

// The members of the views are in alphabetical order, as the server writes them.

// exportView has the attributes of [Export].
type exportView struct {
	ExcludeRelated     bool   `json:"excludeRelated,omitempty" xml:"excludeRelated,attr,omitempty"`
	ExportReleaseLevel string `json:"exportReleaseLevel,omitempty" xml:"exportReleaseLevel,attr,omitempty"`
	ExportTable        string `json:"exportTable,omitempty" xml:"exportTable,attr,omitempty"`
}

// userView is a user in a response.
type userView struct {
	XMLName           xml.Name `json:"-" xml:"user"`
	Active            bool     `json:"active" xml:"active"`
	BrowserAccess     scalar   `json:"browserAccess" xml:"browserAccess"`
	BusinessPhone     scalar   `json:"businessPhone" xml:"businessPhone"`
	CommandLineAccess scalar   `json:"commandLineAccess" xml:"commandLineAccess"`
	Department        scalar   `json:"department" xml:"department"`
	Email             scalar   `json:"email" xml:"email"`
	exportView
	FirstName          scalar               `json:"firstName" xml:"firstName"`
	Impersonate        *list[allowedView]   `json:"impersonate,omitempty" xml:"impersonate"`
	LastName           scalar               `json:"lastName" xml:"lastName"`
	LockedOut          bool                 `json:"lockedOut" xml:"lockedOut"`
	LoginMethod        scalar               `json:"loginMethod" xml:"loginMethod"`
	Manager            scalar               `json:"manager" xml:"manager"`
	MiddleName         scalar               `json:"middleName" xml:"middleName"`
	MobilePhone        scalar               `json:"mobilePhone" xml:"mobilePhone"`
	PasswordNeedsReset bool                 `json:"passwordNeedsReset" xml:"passwordNeedsReset"`
	Permissions        list[permissionView] `json:"permissions" xml:"permissions"`
	RetainSysIDs       bool                 `json:"retainSysIds,omitempty" xml:"retainSysIds,attr,omitempty"`
	SysID              string               `json:"sysId" xml:"sysId"`
	TimeZone           scalar               `json:"timeZone" xml:"timeZone"`
	Title              scalar               `json:"title" xml:"title"`
	Tokens             *list[tokenView]     `json:"tokens,omitempty" xml:"tokens"`
	UserName           string               `json:"userName" xml:"userName"`
	UserRoles          list[userRoleView]   `json:"userRoles" xml:"userRoles"`
	WebServiceAccess   scalar               `json:"webServiceAccess" xml:"webServiceAccess"`
	// extraJSON and ExtraXML are the members that the API does not document, in the two formats.
	extraJSON string
	ExtraXML  string `json:"-" xml:",innerxml"`
}

// MarshalJSON writes the documented members and then the others.
func (v userView) MarshalJSON() ([]byte, error) {
	type documented userView
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(documented(v)); err != nil {
		return nil, err
	}
	return append(bytes.TrimSuffix(body.Bytes(), []byte("}\n")), v.extraJSON+"}"...), nil
}

// permissionView is a permission in a response.
type permissionView struct {
	XMLName      xml.Name `json:"-" xml:"permission"`
	AllGroups    bool     `json:"allGroups" xml:"allGroups"`
	Commands     scalar   `json:"commands" xml:"commands"`
	DefaultGroup bool     `json:"defaultGroup" xml:"defaultGroup"`
	exportView
	NameWildcard   scalar          `json:"nameWildcard" xml:"nameWildcard"`
	NotGroups      *bool           `json:"notGroups,omitempty" xml:"notGroups"`
	OpCreate       bool            `json:"opCreate" xml:"opCreate"`
	OpDelete       bool            `json:"opDelete" xml:"opDelete"`
	OpExecute      bool            `json:"opExecute" xml:"opExecute"`
	OpRead         bool            `json:"opRead" xml:"opRead"`
	OpUpdate       bool            `json:"opUpdate" xml:"opUpdate"`
	OpswiseGroups  list[groupView] `json:"opswiseGroups" xml:"opswiseGroups"`
	PermissionType scalar          `json:"permissionType" xml:"permissionType"`
	SysID          string          `json:"sysId" xml:"sysId"`
}

// userRoleView is a user's role in a response.
type userRoleView struct {
	XMLName xml.Name `json:"-" xml:"userRole"`
	exportView
	Role  roleView `json:"role" xml:"role"`
	SysID string   `json:"sysId" xml:"sysId"`
}

// roleView is a role in a response.
type roleView struct {
	Description string `json:"description" xml:"description,attr"`
	Value       string `json:"value" xml:",chardata"`
}

// allowedView is a user that may be impersonated.
type allowedView struct {
	XMLName xml.Name `xml:"allowed"`
	Name    string   `xml:",chardata"`
}

// MarshalJSON writes only the name.
func (v allowedView) MarshalJSON() ([]byte, error) { return json.Marshal(v.Name) }

// groupView is a business service to which a permission is limited.
type groupView struct {
	XMLName xml.Name `xml:"opswiseGroup"`
	Name    string   `xml:",chardata"`
}

// MarshalJSON writes only the name.
func (v groupView) MarshalJSON() ([]byte, error) { return json.Marshal(v.Name) }

// viewUser returns a user as the caller sees it, alone or in a list.
func (c *call) viewUser(u *user, alone bool) userView {
	view := userView{
		exportView: exportView(u.Export),
		Active:     !u.Inactive, BrowserAccess: nullable(u.BrowserAccess), BusinessPhone: nullable(u.BusinessPhone),
		CommandLineAccess: nullable(u.CommandLineAccess), Department: nullable(u.Department), Email: nullable(u.Email),
		FirstName: nullable(u.FirstName), LastName: nullable(u.LastName), LockedOut: u.LockedOut,
		LoginMethod: nullable(u.LoginMethod), Manager: nullable(u.Manager), MiddleName: nullable(u.MiddleName),
		MobilePhone: nullable(u.MobilePhone), PasswordNeedsReset: u.PasswordNeedsReset,
		Permissions: plainList(u.Permissions, c.viewPermission), RetainSysIDs: true, SysID: u.SysID,
		TimeZone: nullable(u.TimeZone), Title: nullable(u.Title), UserName: u.UserName,
		UserRoles: plainList(u.Roles, viewRole), WebServiceAccess: nullable(u.WebServiceAccess),
	}
	asked := c.showTokens()
	if c.options.Switches.UserShape == UserShapeCurrent {
		allowed := plainList(u.Impersonate, func(name string) allowedView { return allowedView{Name: name} })
		view.Impersonate = &allowed
	} else {
		view.RetainSysIDs = alone
	}
	if asked || c.options.Switches.UserShape == UserShapeCurrent {
		view.Tokens = &list[tokenView]{}
	}
	if asked && c.seesTokensOf(u) {
		tokens := c.viewTokens(u)
		view.Tokens = &tokens
	}
	view.extraJSON, view.ExtraXML = viewExtra(u.Extra)
	return view
}

// viewExtra returns the end of a record in JSON and in XML.
func viewExtra(extra []Extra) (inJSON, inXML string) {
	var object, element strings.Builder
	for _, e := range extra {
		object.WriteString(`,"` + e.Name + `":` + cmp.Or(e.JSON, "null"))
		element.WriteString("<" + e.Name + ">" + e.XML + "</" + e.Name + ">")
	}
	return object.String(), element.String()
}

func (c *call) viewPermission(p Permission) permissionView {
	view := permissionView{
		exportView: exportView(p.Export),
		AllGroups:  p.AllGroups, Commands: nullable(p.Commands), DefaultGroup: p.DefaultGroup, NameWildcard: nullable(p.NameWildcard),
		OpCreate: p.OpCreate, OpDelete: p.OpDelete, OpExecute: p.OpExecute, OpRead: p.OpRead, OpUpdate: p.OpUpdate,
		OpswiseGroups:  plainList(p.OpswiseGroups, func(name string) groupView { return groupView{Name: name} }),
		PermissionType: nullable(p.PermissionType), SysID: p.SysID,
	}
	if c.options.Switches.UserShape == UserShapeCurrent {
		view.NotGroups = &p.NotGroups
	}
	return view
}

func viewRole(r UserRole) userRoleView {
	return userRoleView{exportView: exportView(r.Export), Role: roleView{Description: r.Description, Value: r.Role}, SysID: r.SysID}
}
