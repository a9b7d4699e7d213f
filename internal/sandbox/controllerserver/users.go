package controllerserver

import (
	"fmt"
	"slices"
	"strings"
)

// The roles that count for what a user may do; all others are only shown.
const (
	RoleAdmin     = "ops_admin"
	RoleUserAdmin = "ops_user_admin"
	RoleService   = "ops_service_role"
)

// The values of the properties for access and login.
const (
	SystemDefault = "-- System Default --"
	AccessYes     = "Yes"
	AccessNo      = "No"
	LoginStandard = "Standard"
	LoginSSO      = "Single Sign-On"
)

// User is a user with every property that the API has. Empty texts are null in answers
// unless the field says otherwise.
type User struct {
	// SysID is the 32 hexadecimal digits that stay through a rename; empty gets random
	// ones.
	SysID    string
	UserName string
	// Password is in no answer. A user without one cannot log in with Basic.
	Password                                string
	FirstName, MiddleName, LastName         string
	Email, Title, BusinessPhone             string
	MobilePhone, Department                 string
	Manager                                 string // a display name, not a key
	TimeZone                                string // an IANA name, or "System"
	Inactive, LockedOut, PasswordNeedsReset bool
	// BrowserAccess, CommandLineAccess and WebServiceAccess are [AccessYes], [AccessNo],
	// or [SystemDefault], which is what empty means; it grants access.
	BrowserAccess, CommandLineAccess, WebServiceAccess string
	// LoginMethod is a list joined by comma and blank; empty is [LoginStandard].
	LoginMethod string
	Impersonate []string
	Permissions []Permission
	Roles       []UserRole
	// Extra are members of the record that the API does not document.
	Extra []Extra
	Export
}

// Extra is a member of a user's record that the API does not document, as it is in an answer.
type Extra struct {
	Name string
	// JSON is the member's value, and XML what its element holds. Empty is a member that has no
	// value: null, and an empty element.
	JSON, XML string
}

// Permission is what a user may do with one kind of object. Here it is only shown.
type Permission struct {
	// SysID gets random digits when it is empty.
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
	// SysID gets random digits when it is empty.
	SysID string
	// Role is the role's name, such as [RoleAdmin].
	Role        string
	Description string
	Export
}

// Export has the attributes that exported records may carry. They are left out of
// answers when empty.
type Export struct {
	ExcludeRelated                  bool
	ExportReleaseLevel, ExportTable string
}

// RolesOf returns roles of these names, with descriptions.
func RolesOf(names ...string) []UserRole {
	roles := make([]UserRole, len(names))
	for i, name := range names {
		words := strings.TrimSuffix(strings.TrimPrefix(name, "ops_"), "_role")
		roles[i] = UserRole{Role: name, Description: "The " + strings.ReplaceAll(words, "_", " ") + " role."}
	}
	return roles
}

// AddUser adds a user and returns the sysId. A user name that is empty or taken, or a
// sysId that is taken, is an error.
func (s *Server) AddUser(u User) (sysID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.insertUser(u)
}

// UpdateUser changes a user behind the API's back: change gets the user as it is, with
// an empty password, which keeps the one that there is. An unknown user, and a new name
// that is empty or taken, are errors; the sysId stays.
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

// DeleteUser deletes a user and the tokens; unknown names are ignored.
func (s *Server) DeleteUser(userName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.userNamed(userName); row != nil {
		s.removeUser(row)
	}
}

// SysID is the sysId of the user of that name; empty when there is none.
func (s *Server) SysID(userName string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.userNamed(userName); row != nil {
		return row.SysID
	}
	return ""
}

// clone is a copy that shares nothing.
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

// completed is the user with what it has when nothing is said. The slices are filled in
// place.
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
