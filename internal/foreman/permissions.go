package foreman

import (
	"slices"
	"strings"
)

// editUsers is the permission that Foreman wants beside its own for the revocation of another
// user's token. It does not name it: without it the token is not found.
const editUsers = "edit_users"

// managing are all permissions that an account needs to issue, read and revoke the tokens of other
// users, and reading those to read them and the users.
var (
	managing = []string{
		"view_users", "view_personal_access_tokens", "create_personal_access_tokens", "revoke_personal_access_tokens", editUsers,
	}
	reading = managing[:2]
)

// grantAll names at the first refusal all that is needed for the whole life of a token. Foreman names
// one permission at a time, and each would cost a run.
var grantAll = "To manage tokens of other users, grant this account a role with all of " + enumerate(managing) +
	", or use an administrator. To read users and tokens, " + enumerate(reading) +
	" are enough. An account needs no permission for itself and its own tokens."

// grant says what an account is to be given that lacks some permissions.
func grant(missing []string) string {
	if slices.ContainsFunc(missing, func(name string) bool { return !slices.Contains(managing, name) }) {
		return "Grant this account a role with " + enumerate(missing) + ", or use an administrator."
	}

	return grantAll
}

// enumerate joins names as a sentence does.
func enumerate(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}

	return strings.Join(names[:last], ", ") + " and " + names[last]
}
