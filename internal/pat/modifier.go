package pat

import "context"

// UserModifier is what a [System] also is if its server lets the properties of a user be modified.
type UserModifier interface {
	// ModifiableUser returns one user, matched exactly, as the server shows it right now. It fails
	// as [System.User] does.
	ModifiableUser(ctx context.Context, ref UserRef) (ModifiableUser, error)
	// ModifyUser gives the properties of a user these values, and returns the user as the server
	// shows it afterwards. All else about the user, its tokens included, stays as it is: a
	// [SideEffectError] says what did not. It sends nothing where nothing differs, and the write at
	// most once.
	ModifyUser(ctx context.Context, userID string, properties Properties) (ModifiableUser, error)
}

// ModifiableUser is a user with the properties that can be modified.
type ModifiableUser struct {
	User

	// BuiltIn is true for a user who comes with every server, under the same id.
	BuiltIn bool
	// Properties are all that the server shows.
	Properties Properties
}

// Property is a property of a user that can be modified, by its name in Terraform.
type Property string

// The properties of a user. [Property.IsFlag] says which are flags; all others are texts.
const (
	Active             Property = "active"
	LockedOut          Property = "locked_out"
	PasswordNeedsReset Property = "password_needs_reset"
	WebServiceAccess   Property = "web_service_access"
	BrowserAccess      Property = "browser_access"
	CommandLineAccess  Property = "command_line_access"
	LoginMethod        Property = "login_method"
	FirstName          Property = "first_name"
	MiddleName         Property = "middle_name"
	LastName           Property = "last_name"
	Email              Property = "email"
	Title              Property = "title"
	Department         Property = "department"
	Manager            Property = "manager"
	BusinessPhone      Property = "business_phone"
	MobilePhone        Property = "mobile_phone"
	TimeZone           Property = "time_zone"
)

// AllProperties returns every property, in the order in which it is documented.
func AllProperties() []Property {
	return []Property{
		Active, LockedOut, PasswordNeedsReset, WebServiceAccess, BrowserAccess, CommandLineAccess, LoginMethod,
		FirstName, MiddleName, LastName, Email, Title, Department, Manager, BusinessPhone, MobilePhone, TimeZone,
	}
}

// IsFlag says whether the property is either true or false.
func (p Property) IsFlag() bool {
	switch p {
	case Active, LockedOut, PasswordNeedsReset:
		return true
	default:
		return false
	}
}

// IsAccess says whether the property grants or denies one way in.
func (p Property) IsAccess() bool {
	switch p {
	case WebServiceAccess, BrowserAccess, CommandLineAccess:
		return true
	default:
		return false
	}
}

// The values of a property that is a flag, and of one that is an access.
const (
	FlagTrue      = "true"
	FlagFalse     = "false"
	AccessYes     = "Yes"
	AccessNo      = "No"
	AccessDefault = "-- System Default --"
)

// LoginStandard is the login by username and password in [LoginMethod], whose values are methods
// joined by a comma and a blank.
const LoginStandard = "Standard"

// Properties are values of properties. One that is not in it is not set. An empty text is a property
// without a value.
type Properties map[Property]string

// Difference returns those properties whose value is another one in have, or is not there.
func (p Properties) Difference(have Properties) Properties {
	different := Properties{}

	for property, value := range p {
		if current, shown := have[property]; !shown || current != value {
			different[property] = value
		}
	}

	return different
}
