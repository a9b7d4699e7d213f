package pat

import "time"

// User is an account of the platform.
type User struct {
	// ID is the platform's own key, which does not change when the user is renamed.
	ID string
	// Username is the name that the user logs in with. It may change.
	Username string
	// FirstName, LastName and Email are empty if the server has none.
	FirstName, LastName, Email string
	// Enabled is false for an account that cannot log in.
	Enabled bool
	// Refusal says why the server would refuse the user's tokens, such as "is disabled"; empty if no
	// reason is known.
	Refusal string
	// Admin is true for an administrator, directly or through a group.
	Admin bool
	// LastLoginAt is zero for an account that never logged in.
	LastLoginAt time.Time
	// Tokens are the user's tokens. It is nil, not empty, unless they were requested.
	Tokens []Token
	// Native is the platform's own record, of a type that the driver documents.
	Native any
}

// UserRef names one user: by ID, by Username, or by both, which then must belong to the same user.
type UserRef struct {
	ID, Username string
}

// String formats the reference for an error message.
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
