package controllerserver

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strconv"
)

// userInput is the record that a PUT replaces a user by.
type userInput struct {
	// texts are the members that are texts or flags, by name; nil is null, and what is left out is
	// not in it.
	texts map[string]*string

	impersonate []string
	permissions []Permission
	roles       []UserRole
	// tokens are the names of the tokens; nil if the record has no list.
	tokens []string
	// extra are all other members, in the form that was sent.
	extra []Extra
	inXML bool
}

// The members that are lists.
const (
	memberImpersonate = "impersonate"
	memberPermissions = "permissions"
	memberRoles       = "userRoles"
	memberTokens      = "tokens"
)

// userTexts are the documented members that are texts, by name.
func userTexts(u *User) map[string]*string {
	return map[string]*string{
		"userName": &u.UserName, "firstName": &u.FirstName, "middleName": &u.MiddleName, "lastName": &u.LastName, "email": &u.Email,
		"title": &u.Title, "businessPhone": &u.BusinessPhone, "mobilePhone": &u.MobilePhone, "department": &u.Department,
		"manager": &u.Manager, "timeZone": &u.TimeZone, "browserAccess": &u.BrowserAccess, "commandLineAccess": &u.CommandLineAccess,
		"webServiceAccess": &u.WebServiceAccess, "loginMethod": &u.LoginMethod,
	}
}

// userFlags are the documented members that are flags, by name.
func userFlags(u *User) map[string]*bool {
	return map[string]*bool{"lockedOut": &u.LockedOut, "passwordNeedsReset": &u.PasswordNeedsReset}
}

// otherTexts are the members that are read as texts and are neither in userTexts nor in userFlags.
var otherTexts = map[string]bool{
	"active": true, "sysId": true, "userPassword": true,
	"excludeRelated": true, "retainSysIds": true, "exportReleaseLevel": true, "exportTable": true,
}

func isText(name string) bool {
	var u User
	return userTexts(&u)[name] != nil || userFlags(&u)[name] != nil || otherTexts[name]
}

// text is a member that is a text; empty if it is null or left out.
func (in *userInput) text(name string) string {
	if value := in.texts[name]; value != nil {
		return *value
	}
	return ""
}

// flag is a member that is a flag, and whether it can be read as one.
func (in *userInput) flag(name string) (value, ok bool) {
	text := in.text(name)
	if text == "" {
		return false, true
	}
	value, err := strconv.ParseBool(text)
	return value, err == nil
}

// jsonMembers are the members of an object in their order.
func jsonMembers(body []byte) (members []Extra, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if first, err := decoder.Token(); err != nil || first != json.Delim('{') {
		return nil, false
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		var raw json.RawMessage
		if decoder.Decode(&raw) != nil {
			return nil, false
		}
		text, _ := name.(string)
		members = append(members, Extra{Name: text, JSON: string(raw)})
	}
	last, err := decoder.Token()
	return members, err == nil && last == json.Delim('}') && !decoder.More()
}

// readJSON reads an object.
func (in *userInput) readJSON(body []byte) bool {
	members, ok := jsonMembers(body)
	if !ok {
		return false
	}
	in.texts = map[string]*string{}
	for _, m := range members {
		raw := []byte(m.JSON)
		switch {
		case m.Name == memberImpersonate:
			ok = json.Unmarshal(raw, &in.impersonate) == nil
		case m.Name == memberPermissions:
			ok = in.readPermissionsJSON(raw)
		case m.Name == memberRoles:
			ok = in.readRolesJSON(raw)
		case m.Name == memberTokens:
			ok = in.readTokensJSON(raw)
		case isText(m.Name):
			in.texts[m.Name], ok = scalarOf(raw)
		default:
			if m.JSON == "null" {
				m.JSON = ""
			}
			in.extra = append(in.extra, m)
		}
		if !ok {
			return false
		}
	}
	return true
}

// scalarOf is the text of a text or a flag; nil is null.
func scalarOf(raw []byte) (*string, bool) {
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return nil, false
	}
	switch value := value.(type) {
	case nil:
		return nil, true
	case string:
		return &value, true
	case bool:
		text := strconv.FormatBool(value)
		return &text, true
	default:
		return nil, false
	}
}

func (in *userInput) readPermissionsJSON(raw []byte) bool {
	var rows []struct {
		SysID, PermissionType                           string
		OpCreate, OpRead, OpUpdate, OpDelete, OpExecute bool
		NameWildcard, Commands                          string
		OpswiseGroups                                   []string
		AllGroups, DefaultGroup, NotGroups              bool
	}
	if json.Unmarshal(raw, &rows) != nil {
		return false
	}
	for _, r := range rows {
		in.permissions = append(in.permissions, Permission{
			SysID: r.SysID, PermissionType: r.PermissionType, OpCreate: r.OpCreate, OpRead: r.OpRead, OpUpdate: r.OpUpdate,
			OpDelete: r.OpDelete, OpExecute: r.OpExecute, NameWildcard: r.NameWildcard, Commands: r.Commands,
			OpswiseGroups: r.OpswiseGroups, AllGroups: r.AllGroups, DefaultGroup: r.DefaultGroup, NotGroups: r.NotGroups,
		})
	}
	return true
}

func (in *userInput) readRolesJSON(raw []byte) bool {
	var rows []struct {
		SysID string
		Role  struct{ Description, Value string }
	}
	if json.Unmarshal(raw, &rows) != nil {
		return false
	}
	for _, r := range rows {
		in.roles = append(in.roles, UserRole{SysID: r.SysID, Role: r.Role.Value, Description: r.Role.Description})
	}
	return true
}

func (in *userInput) readTokensJSON(raw []byte) bool {
	var rows []struct{ Name string }
	if json.Unmarshal(raw, &rows) != nil {
		return false
	}
	in.tokens = []string{}
	for _, r := range rows {
		in.tokens = append(in.tokens, r.Name)
	}
	return true
}

// userElement is a user in XML.
type userElement struct {
	XMLName    xml.Name   `xml:"user"`
	Attributes []xml.Attr `xml:",any,attr"`
	Children   []struct {
		XMLName     xml.Name
		Text        string   `xml:",chardata"`
		Inner       string   `xml:",innerxml"`
		Allowed     []string `xml:"allowed"`
		Permissions []struct {
			SysID          string   `xml:"sysId"`
			PermissionType string   `xml:"permissionType"`
			OpCreate       bool     `xml:"opCreate"`
			OpRead         bool     `xml:"opRead"`
			OpUpdate       bool     `xml:"opUpdate"`
			OpDelete       bool     `xml:"opDelete"`
			OpExecute      bool     `xml:"opExecute"`
			NameWildcard   string   `xml:"nameWildcard"`
			Commands       string   `xml:"commands"`
			OpswiseGroups  []string `xml:"opswiseGroups>opswiseGroup"`
			AllGroups      bool     `xml:"allGroups"`
			DefaultGroup   bool     `xml:"defaultGroup"`
			NotGroups      bool     `xml:"notGroups"`
		} `xml:"permission"`
		Roles []struct {
			SysID string `xml:"sysId"`
			Role  struct {
				Description string `xml:"description,attr"`
				Value       string `xml:",chardata"`
			} `xml:"role"`
		} `xml:"userRole"`
		Tokens []struct {
			Name string `xml:"name"`
		} `xml:"token"`
	} `xml:",any"`
}

// readXML reads a user element.
func (in *userInput) readXML(body []byte) bool {
	var element userElement
	if xml.Unmarshal(body, &element) != nil {
		return false
	}
	in.texts, in.inXML = map[string]*string{}, true
	for _, attribute := range element.Attributes {
		in.texts[attribute.Name.Local] = &attribute.Value
	}
	for _, child := range element.Children {
		switch name := child.XMLName.Local; {
		case name == memberImpersonate:
			in.impersonate = child.Allowed
		case name == memberPermissions:
			for _, p := range child.Permissions {
				in.permissions = append(in.permissions, Permission{
					SysID: p.SysID, PermissionType: p.PermissionType, OpCreate: p.OpCreate, OpRead: p.OpRead, OpUpdate: p.OpUpdate,
					OpDelete: p.OpDelete, OpExecute: p.OpExecute, NameWildcard: p.NameWildcard, Commands: p.Commands,
					OpswiseGroups: p.OpswiseGroups, AllGroups: p.AllGroups, DefaultGroup: p.DefaultGroup, NotGroups: p.NotGroups,
				})
			}
		case name == memberRoles:
			for _, r := range child.Roles {
				in.roles = append(in.roles, UserRole{SysID: r.SysID, Role: r.Role.Value, Description: r.Role.Description})
			}
		case name == memberTokens:
			in.tokens = []string{}
			for _, t := range child.Tokens {
				in.tokens = append(in.tokens, t.Name)
			}
		case isText(name):
			in.texts[name] = &child.Text
		default:
			in.extra = append(in.extra, Extra{Name: name, XML: child.Inner})
		}
	}
	return true
}
