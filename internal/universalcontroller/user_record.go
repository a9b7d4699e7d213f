package universalcontroller

import (
	"errors"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const (
	// adminRole is the role of administrators; ops_user_admin administers only users.
	adminRole = "ops_admin"
	// builtInAdmin is an administrator, whatever roles its record contains.
	builtInAdmin = "ops.admin"
	// builtInID is the sysId of that user in the samples of Universal Controller's documentation.
	builtInID = "e0bde364c0a802ba0092e79554132023"
)

var (
	errNoUser = errors.New("a user has no sysId of 32 digits or no userName")
	// errNoTokens means that a response lacks the requested tokens. An empty list proves that the
	// user has none only if the tokens were requested.
	errNoTokens = errors.New("a user has no list of tokens, as before Universal Controller " + MinimumVersion)
)

// User contains what Universal Controller documents about a user beyond [pat.User]. A pointer to it
// is the type of [pat.User.Native]. Texts are empty if Universal Controller sends null, and lists nil
// if it sends none. The password that some versions return is never read.
type User struct {
	MiddleName, Title, BusinessPhone, MobilePhone string
	// TimeZone is empty or "System" for the server's own time zone.
	TimeZone, Department string
	// Manager is a display name, not an id.
	Manager string
	// Active is the account's own flag; [pat.User.Enabled] is false for a locked account too.
	Active, LockedOut, PasswordNeedsReset bool
	// BrowserAccess, CommandLineAccess and WebServiceAccess are "Yes", "No" or "-- System Default
	// --".
	BrowserAccess, CommandLineAccess, WebServiceAccess string
	// LoginMethod is one or more methods, such as "Standard, Single Sign-On".
	LoginMethod string
	// Impersonate are the users as whom the user may act; since 7.6.
	Impersonate []string
	Permissions []Permission
	// Roles are the user's own roles, without those of its groups.
	Roles []Role
}

// Permission is what a user is allowed to do with one kind of object.
type Permission struct {
	SysID, Type                           string
	Create, Read, Update, Delete, Execute bool
	// NameWildcard selects the objects by name; "*" selects all.
	NameWildcard string
	// Commands are the allowed commands; "ALL" allows all.
	Commands string
	// OpswiseGroups are the business services to whose objects the permission applies.
	OpswiseGroups           []string
	AllGroups, DefaultGroup bool
	// NotGroups makes the permission apply to all business services except OpswiseGroups; since 7.6.
	NotGroups bool
}

// Role is a role of a user.
type Role struct {
	// Name is the name of the role, such as "ops_admin".
	Name, Description string
}

// userRecord is a user as Universal Controller's responses contain it, without the password and
// without what is only used to export and import records.
type userRecord struct {
	SysID              onceText `json:"sysId" xml:"sysId"`
	UserName           onceText `json:"userName" xml:"userName"`
	FirstName          string   `json:"firstName" xml:"firstName"`
	MiddleName         string   `json:"middleName" xml:"middleName"`
	LastName           string   `json:"lastName" xml:"lastName"`
	Email              string   `json:"email" xml:"email"`
	Title              string   `json:"title" xml:"title"`
	Active             bool     `json:"active" xml:"active"`
	LockedOut          bool     `json:"lockedOut" xml:"lockedOut"`
	PasswordNeedsReset bool     `json:"passwordNeedsReset" xml:"passwordNeedsReset"`
	BusinessPhone      string   `json:"businessPhone" xml:"businessPhone"`
	MobilePhone        string   `json:"mobilePhone" xml:"mobilePhone"`
	TimeZone           string   `json:"timeZone" xml:"timeZone"`
	Department         string   `json:"department" xml:"department"`
	Manager            string   `json:"manager" xml:"manager"`
	BrowserAccess      string   `json:"browserAccess" xml:"browserAccess"`
	CommandLineAccess  string   `json:"commandLineAccess" xml:"commandLineAccess"`
	WebServiceAccess   string   `json:"webServiceAccess" xml:"webServiceAccess"`
	LoginMethod        string   `json:"loginMethod" xml:"loginMethod"`

	Impersonate elements[string]           `json:"impersonate" xml:"impersonate"`
	Permissions elements[permissionRecord] `json:"permissions" xml:"permissions"`
	UserRoles   elements[userRoleRecord]   `json:"userRoles" xml:"userRoles"`
	Tokens      elements[tokenRecord]      `json:"tokens" xml:"tokens"`
}

type permissionRecord struct {
	SysID         string           `json:"sysId" xml:"sysId"`
	Type          string           `json:"permissionType" xml:"permissionType"`
	Create        bool             `json:"opCreate" xml:"opCreate"`
	Read          bool             `json:"opRead" xml:"opRead"`
	Update        bool             `json:"opUpdate" xml:"opUpdate"`
	Delete        bool             `json:"opDelete" xml:"opDelete"`
	Execute       bool             `json:"opExecute" xml:"opExecute"`
	NameWildcard  string           `json:"nameWildcard" xml:"nameWildcard"`
	Commands      string           `json:"commands" xml:"commands"`
	OpswiseGroups elements[string] `json:"opswiseGroups" xml:"opswiseGroups"`
	AllGroups     bool             `json:"allGroups" xml:"allGroups"`
	DefaultGroup  bool             `json:"defaultGroup" xml:"defaultGroup"`
	NotGroups     bool             `json:"notGroups" xml:"notGroups"`
}

// userRoleRecord is the assignment of a role. In XML the role's name is the text of its element.
type userRoleRecord struct {
	Role struct {
		Description string `json:"description" xml:"description,attr"`
		Value       string `json:"value" xml:",chardata"`
	} `json:"role" xml:"role"`
}

// convertUser converts a record, with its tokens if they were requested.
func (s *System) convertUser(record userRecord, withTokens bool) (pat.User, error) {
	if !anySysID.MatchString(string(record.SysID)) || record.UserName == "" {
		return pat.User{}, errNoUser
	}

	user := record.user()
	if !withTokens {
		return user, nil
	}

	if record.Tokens == nil {
		return pat.User{}, errNoTokens
	}

	var err error
	user.Tokens, err = s.convertTokens(record.Tokens, user.ID)

	return user, err
}

// refusal says why Universal Controller refuses the user's tokens.
func (r userRecord) refusal() string {
	switch {
	case !r.Active:
		return "is not active"
	case r.LockedOut:
		return "is locked"
	case r.WebServiceAccess == "No":
		return "has no web service access"
	default:
		return ""
	}
}

// user converts the record.
func (r userRecord) user() pat.User {
	native := &User{
		MiddleName:         r.MiddleName,
		Title:              r.Title,
		BusinessPhone:      r.BusinessPhone,
		MobilePhone:        r.MobilePhone,
		TimeZone:           r.TimeZone,
		Department:         r.Department,
		Manager:            r.Manager,
		Active:             r.Active,
		LockedOut:          r.LockedOut,
		PasswordNeedsReset: r.PasswordNeedsReset,
		BrowserAccess:      r.BrowserAccess,
		CommandLineAccess:  r.CommandLineAccess,
		WebServiceAccess:   r.WebServiceAccess,
		LoginMethod:        r.LoginMethod,
		Impersonate:        r.Impersonate,
		Permissions:        convert(r.Permissions, permissionRecord.permission),
		Roles:              convert(r.UserRoles, userRoleRecord.role),
	}

	isAdmin := func(role Role) bool { return role.Name == adminRole }

	return pat.User{
		ID:        string(r.SysID),
		Username:  string(r.UserName),
		FirstName: r.FirstName,
		LastName:  r.LastName,
		Email:     r.Email,
		Enabled:   r.Active && !r.LockedOut,
		Refusal:   r.refusal(),
		Admin:     r.UserName == builtInAdmin || slices.ContainsFunc(native.Roles, isAdmin),
		Native:    native,
	}
}

func (r permissionRecord) permission() Permission {
	return Permission{
		SysID: r.SysID, Type: r.Type,
		Create: r.Create, Read: r.Read, Update: r.Update, Delete: r.Delete, Execute: r.Execute,
		NameWildcard: r.NameWildcard, Commands: r.Commands, OpswiseGroups: r.OpswiseGroups,
		AllGroups: r.AllGroups, DefaultGroup: r.DefaultGroup, NotGroups: r.NotGroups,
	}
}

func (r userRoleRecord) role() Role {
	return Role{Name: r.Role.Value, Description: r.Role.Description}
}

// convert converts each item of a list, and keeps nil distinct from empty.
func convert[Record, Value any](records elements[Record], one func(Record) Value) []Value {
	if records == nil {
		return nil
	}

	values := make([]Value, 0, len(records))
	for _, record := range records {
		values = append(values, one(record))
	}

	return values
}
