package controllerserver

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strconv"
)

// userInput is the record with which a PUT replaces a user's record.
type userInput struct {
	// texts are the members that are texts or flags, by name; nil is null, and members that the
	// request omits are missing.
	texts map[string]*string

	impersonate []string
	permissions []Permission
	roles       []UserRole
	// tokens are the names of the tokens; nil if the record has no list.
	tokens []string
	// extra are all other members, in the format of the request.
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

// userTexts returns the documented members that are texts, by name.
func userTexts(u *User) map[string]*string {
	return map[string]*string{
		"userName": &u.UserName, "firstName": &u.FirstName, "middleName": &u.MiddleName, "lastName": &u.LastName, "email": &u.Email,
		"title": &u.Title, "businessPhone": &u.BusinessPhone, "mobilePhone": &u.MobilePhone, "department": &u.Department,
		"manager": &u.Manager, "timeZone": &u.TimeZone, "browserAccess": &u.BrowserAccess, "commandLineAccess": &u.CommandLineAccess,
		"webServiceAccess": &u.WebServiceAccess, "loginMethod": &u.LoginMethod,
	}
}

// userFlags returns the documented members that are flags, by name.
func userFlags(u *User) map[string]*bool {
	return map[string]*bool{"lockedOut": &u.LockedOut, "passwordNeedsReset": &u.PasswordNeedsReset}
}

// otherTexts are the members that are read as texts but are neither in userTexts nor in userFlags.
var otherTexts = map[string]bool{
	"active": true, "sysId": true, "userPassword": true,
	"excludeRelated": true, "retainSysIds": true, "exportReleaseLevel": true, "exportTable": true,
}

func isText(name string) bool {
	var u User
	return userTexts(&u)[name] != nil || userFlags(&u)[name] != nil || otherTexts[name]
}

// text returns a text member; empty if it is null or missing.
func (in *userInput) text(name string) string {
	if value := in.texts[name]; value != nil {
		return *value
	}
	return ""
}

// flag returns a flag member, and whether its value is valid.
func (in *userInput) flag(name string) (value, ok bool) {
	text := in.text(name)
	if text == "" {
		return false, true
	}
	value, err := strconv.ParseBool(text)
	return value, err == nil
}

// jsonMembers returns the members of an object in their order.
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
			ok = readList(raw, in.setPermissions)
		case m.Name == memberRoles:
			ok = readList(raw, in.setRoles)
		case m.Name == memberTokens:
			ok = readList(raw, in.setTokens)
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

// scalarOf returns the text of a string or a boolean; nil for null.
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

// permissionInput is a permission in a record.
type permissionInput struct {
	SysID          string      `json:"sysId" xml:"sysId"`
	PermissionType string      `json:"permissionType" xml:"permissionType"`
	OpCreate       bool        `json:"opCreate" xml:"opCreate"`
	OpRead         bool        `json:"opRead" xml:"opRead"`
	OpUpdate       bool        `json:"opUpdate" xml:"opUpdate"`
	OpDelete       bool        `json:"opDelete" xml:"opDelete"`
	OpExecute      bool        `json:"opExecute" xml:"opExecute"`
	NameWildcard   string      `json:"nameWildcard" xml:"nameWildcard"`
	Commands       string      `json:"commands" xml:"commands"`
	OpswiseGroups  groupsInput `json:"opswiseGroups" xml:"opswiseGroups"`
	AllGroups      bool        `json:"allGroups" xml:"allGroups"`
	DefaultGroup   bool        `json:"defaultGroup" xml:"defaultGroup"`
	NotGroups      bool        `json:"notGroups" xml:"notGroups"`
}

// groupsInput are the names of business services; in JSON they are an array of strings.
type groupsInput struct {
	Names []string `json:"names" xml:"opswiseGroup"`
}

// UnmarshalJSON reads the array.
func (in *groupsInput) UnmarshalJSON(raw []byte) error { return json.Unmarshal(raw, &in.Names) }

// roleInput is a role in a record.
type roleInput struct {
	SysID string `json:"sysId" xml:"sysId"`
	Role  struct {
		Description string `json:"description" xml:"description,attr"`
		Value       string `json:"value" xml:",chardata"`
	} `json:"role" xml:"role"`
}

// listedToken is a token in a record.
type listedToken struct {
	Name string `json:"name" xml:"name"`
}

func (in *userInput) setPermissions(rows []permissionInput) {
	for _, r := range rows {
		in.permissions = append(in.permissions, Permission{
			SysID: r.SysID, PermissionType: r.PermissionType, OpCreate: r.OpCreate, OpRead: r.OpRead, OpUpdate: r.OpUpdate,
			OpDelete: r.OpDelete, OpExecute: r.OpExecute, NameWildcard: r.NameWildcard, Commands: r.Commands,
			OpswiseGroups: r.OpswiseGroups.Names, AllGroups: r.AllGroups, DefaultGroup: r.DefaultGroup, NotGroups: r.NotGroups,
		})
	}
}

func (in *userInput) setRoles(rows []roleInput) {
	for _, r := range rows {
		in.roles = append(in.roles, UserRole{SysID: r.SysID, Role: r.Role.Value, Description: r.Role.Description})
	}
}

func (in *userInput) setTokens(rows []listedToken) {
	in.tokens = []string{}
	for _, r := range rows {
		in.tokens = append(in.tokens, r.Name)
	}
}

// readList reads a JSON array.
func readList[Row any](raw []byte, set func([]Row)) bool {
	var rows []Row
	if json.Unmarshal(raw, &rows) != nil {
		return false
	}
	set(rows)
	return true
}

// userElement is a user in XML.
type userElement struct {
	XMLName    xml.Name    `xml:"user"`
	Attributes []xml.Attr  `xml:",any,attr"`
	Children   []userChild `xml:",any"`
}

// userChild is any member of a user in XML.
type userChild struct {
	XMLName     xml.Name          `xml:",omitempty"`
	Text        string            `xml:",chardata"`
	Inner       string            `xml:",innerxml"`
	Allowed     []string          `xml:"allowed"`
	Permissions []permissionInput `xml:"permission"`
	Roles       []roleInput       `xml:"userRole"`
	Tokens      []listedToken     `xml:"token"`
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
			in.setPermissions(child.Permissions)
		case name == memberRoles:
			in.setRoles(child.Roles)
		case name == memberTokens:
			in.setTokens(child.Tokens)
		case isText(name):
			in.texts[name] = &child.Text
		default:
			in.extra = append(in.extra, Extra{Name: name, XML: child.Inner})
		}
	}
	return true
}
