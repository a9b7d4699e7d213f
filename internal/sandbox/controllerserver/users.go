package controllerserver

import (
	"fmt"
	"slices"
	"strings"
)

// The roles that affect what a user may do; all others are only shown.
const (
	RoleAdmin     = "ops_admin"
	RoleUserAdmin = "ops_user_admin"
	RoleService   = "ops_service_role"
)

// The values of the properties for access and login method.
const (
	SystemDefault = "-- System Default --"
	AccessYes     = "Yes"
	AccessNo      = "No"
	LoginStandard = "Standard"
	LoginSSO      = "Single Sign-On"
)

// User is a user with every property of the API. Empty texts are null in responses unless the field
// says otherwise.
type User struct {
	// SysID is 32 hexadecimal digits, which a rename does not change; if empty, the server
	// generates them.
	SysID    string
	UserName string
	// Password never appears in a response. A user without one cannot log in with Basic
	// authentication.
	Password                                string
	FirstName, MiddleName, LastName         string
	Email, Title, BusinessPhone             string
	MobilePhone, Department                 string
	Manager                                 string // a display name, not a key
	TimeZone                                string // an IANA name, or "System"
	Inactive, LockedOut, PasswordNeedsReset bool
	// BrowserAccess, CommandLineAccess and WebServiceAccess are [AccessYes], [AccessNo] or
	// [SystemDefault], which grants access. Empty means [SystemDefault].
	BrowserAccess, CommandLineAccess, WebServiceAccess string
	// LoginMethod is a list joined by comma and blank; empty means [LoginStandard].
	LoginMethod string
	Impersonate []string
	Permissions []Permission
	Roles       []UserRole
	// Extra are the members of the record that the API does not document.
	Extra []Extra
	Export
}

// Extra is a member of a user's record that the API does not document, as responses contain it.
type Extra struct {
	Name string
	// JSON is the member's value, and XML the content of its element. Empty means no value: null in
	// JSON, an empty element in XML.
	JSON, XML string
}

// Permission is what a user may do with one kind of object. This server only shows it.
type Permission struct {
	// SysID is generated when it is empty.
	SysID                                           string
	PermissionType                                  string
	OpCreate, OpRead, OpUpdate, OpDelete, OpExecute bool
	NameWildcard, Commands                          string
	OpswiseGroups                                   []string
	AllGroups, DefaultGroup, NotGroups              bool
	Export
}

// UserRole is a role that a user has.
type UserRole struct {
	// SysID is generated when it is empty.
	SysID string
	// Role is the role's name, such as [RoleAdmin].
	Role        string
	Description string
	Export
}

// Export has the attributes that exported records may carry. Responses omit them when they are
// empty.
type Export struct {
	ExcludeRelated                  bool
	ExportReleaseLevel, ExportTable string
}

// RolesOf returns roles with these names, and with descriptions.
func RolesOf(names ...string) []UserRole {
	roles := make([]UserRole, len(names))
	for i, name := range names {
		words := strings.TrimSuffix(strings.TrimPrefix(name, "ops_"), "_role")
		roles[i] = UserRole{Role: name, Description: "The " + strings.ReplaceAll(words, "_", " ") + " role."}
	}
	return roles
}

// AddUser adds a user and returns the sysId. A user name that is empty or taken, and a sysId that
// is taken, are errors.
func (s *Server) AddUser(u User) (sysID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.insertUser(u)
}

// UpdateUser changes a user without the API. change gets the current user with an empty password;
// leaving it empty keeps the password. An unknown user, and a new name that is empty or taken, are
// errors. The sysId cannot change.
func (s *Server) UpdateUser(userName string, change func(*User)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.userNamed(userName)
	if row == nil {
		return fmt.Errorf("no user %q", userName)
	}
	u := row.clone()
	change(&u)
	if other := s.userNamed(u.UserName); u.UserName == "" || (other != nil && other != row) {
		return fmt.Errorf("user name %q is empty or taken", u.UserName)
	}
	u.SysID = row.SysID
	if !u.LockedOut {
		row.failures = 0
	}
	row.assign(u)
	return nil
}

// DeleteUser deletes a user and its tokens; unknown names are ignored.
func (s *Server) DeleteUser(userName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.userNamed(userName); row != nil {
		s.removeUser(row)
	}
}

// SysID returns the sysId of the user with this name; empty if there is no such user.
func (s *Server) SysID(userName string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.userNamed(userName); row != nil {
		return row.SysID
	}
	return ""
}

// clone returns a deep copy.
func (u User) clone() User {
	u.Impersonate = slices.Clone(u.Impersonate)
	u.Roles = slices.Clone(u.Roles)
	u.Extra = slices.Clone(u.Extra)
	u.Permissions = slices.Clone(u.Permissions)
	for i, p := range u.Permissions {
		u.Permissions[i].OpswiseGroups = slices.Clone(p.OpswiseGroups)
	}
	return u
}

// completed returns the user with the defaults for empty properties. It fills the slices in place.
func (u User) completed() User {
	for _, access := range []*string{&u.BrowserAccess, &u.CommandLineAccess, &u.WebServiceAccess} {
		if *access == "" {
			*access = SystemDefault
		}
	}
	if u.LoginMethod == "" {
		u.LoginMethod = LoginStandard
	}
	if u.SysID == "" {
		u.SysID = newSysID()
	}
	for i := range u.Permissions {
		if u.Permissions[i].SysID == "" {
			u.Permissions[i].SysID = newSysID()
		}
	}
	for i := range u.Roles {
		if u.Roles[i].SysID == "" {
			u.Roles[i].SysID = newSysID()
		}
	}
	return u
}
