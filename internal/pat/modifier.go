package pat

import "context"

// UserModifier is also implemented by a [System] whose server allows the properties of a user to be
// modified.
type UserModifier interface {
	// ModifiableUser returns one user, matched exactly, as it is on the server now. It fails as
	// [System.User] does.
	ModifiableUser(ctx context.Context, ref UserRef) (ModifiableUser, error)
	// ModifyUser sets the properties of a user to these values, and returns the user as the server
	// returns it afterwards. Everything else about the user, including its tokens, stays unchanged,
	// and a [SideEffectError] lists what did not. It sends no write if nothing differs, and otherwise
	// exactly one.
	ModifyUser(ctx context.Context, userID string, properties Properties) (ModifiableUser, error)
}

// ModifiableUser is a user with the properties that can be modified.
type ModifiableUser struct {
	User

	// BuiltIn is true for a user that every server has, with the same id.
	BuiltIn bool
	// Properties are all properties that the server returns.
	Properties Properties
}

// Property is a property of a user that can be modified. Its value is its name in Terraform.
type Property string

// The properties of a user. [Property.IsFlag] reports which are flags; all others are texts.
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

// AllProperties returns every property, in the order in which they are documented.
func AllProperties() []Property {
	return []Property{
		Active, LockedOut, PasswordNeedsReset, WebServiceAccess, BrowserAccess, CommandLineAccess, LoginMethod,
		FirstName, MiddleName, LastName, Email, Title, Department, Manager, BusinessPhone, MobilePhone, TimeZone,
	}
}

// IsFlag reports whether the property is either true or false.
func (p Property) IsFlag() bool {
	switch p {
	case Active, LockedOut, PasswordNeedsReset:
		return true
	default:
		return false
	}
}

// IsAccess reports whether the property allows or denies one kind of access.
func (p Property) IsAccess() bool {
	switch p {
	case WebServiceAccess, BrowserAccess, CommandLineAccess:
		return true
	default:
		return false
	}
}

// The values of a property that is a flag, and of one that is a kind of access.
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

// Properties maps properties to their values. A property that is not in the map is not set. An empty
// text is a property without a value.
type Properties map[Property]string

// Difference returns the properties that have another value in have, or are missing there.
func (p Properties) Difference(have Properties) Properties {
	different := Properties{}

	for property, value := range p {
		if current, shown := have[property]; !shown || current != value {
			different[property] = value
		}
	}

	return different
}
