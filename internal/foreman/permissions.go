package foreman

import (
	"slices"
	"strings"
)

// editUsers is the permission that revoking another user's token requires in addition to the obvious
// one. Foreman does not name it: without it, the token is not found.
const editUsers = "edit_users"

// managing are all permissions that an account needs to issue, read and revoke the tokens of other
// users. reading are those for only reading tokens and users.
var (
	managing = []string{
		"view_users", "view_personal_access_tokens", "create_personal_access_tokens", "revoke_personal_access_tokens", editUsers,
	}
	reading = managing[:2]
)

// grantAll names, at the first refusal, all permissions that are needed to manage a token. Foreman
// names one missing permission at a time, and each would cost a run.
var grantAll = "To manage tokens of other users, grant this account a role with all of " + enumerate(managing) +
	", or use an administrator. To read users and tokens, " + enumerate(reading) +
	" are enough. An account needs no permission for itself and its own tokens."

// grant returns the advice for an account that lacks permissions.
func grant(missing []string) string {
	if slices.ContainsFunc(missing, func(name string) bool { return !slices.Contains(managing, name) }) {
		return "Grant this account a role with " + enumerate(missing) + ", or use an administrator."
	}

	return grantAll
}

// enumerate joins names as in a sentence.
func enumerate(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}

	return strings.Join(names[:last], ", ") + " and " + names[last]
}
