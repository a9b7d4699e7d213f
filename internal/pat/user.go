package pat

import "time"

// User is an account of the platform.
type User struct {
	// ID is the platform's own key, stable across a rename.
	ID string
	// Username is the login. It may change.
	Username string
	// FirstName, LastName and Email are empty where the server has none.
	FirstName, LastName, Email string
	// Enabled is false for an account that cannot log in.
	Enabled bool
	// Refusal says why the server would refuse the user's tokens, "is disabled"; empty where nothing
	// is known of that.
	Refusal string
	// Admin is true for an administrator, by itself or through a group.
	Admin bool
	// LastLoginAt is zero for an account that never logged in.
	LastLoginAt time.Time
	// Tokens are the user's tokens; nil, not empty, unless they were asked for.
	Tokens []Token
	// Native is the platform's own record, of a type that the driver documents.
	Native any
}

// UserRef names one user: by ID, by Username, or by both when they must agree.
type UserRef struct {
	ID, Username string
}

// String returns the reference as an error message shows it.
func (r UserRef) String() string {
	username := r.Username
	if MayBeSecret(username) {
		username = Quote(username)
	}

	switch {
	case r.ID != "" && r.Username != "":
		return "user " + username + " with id " + r.ID
	case r.ID != "":
		return "user with id " + r.ID
	default:
		return "user " + username
	}
}
