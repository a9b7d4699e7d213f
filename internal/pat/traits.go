package pat

import (
	"regexp"
	"time"
)

// If tokens expire on a date, only the server knows in which time zone. A date begins first in
// UTC+14, DateBegins before its midnight UTC, and ends last in UTC-12, DateEnds after it.
const (
	DateBegins = 14 * time.Hour
	DateEnds   = 36 * time.Hour
)

// Traits describes how a platform differs from others, so that only its driver needs to know which
// platform it is.
type Traits struct {
	// Platform is the platform's name in Terraform, such as "foreman", in the provider's block and in
	// the attribute `platform`.
	Platform string
	// DisplayName is the platform's name in a sentence, such as "Foreman".
	DisplayName string
	// ReusableNames is true if revoking a token frees its name. On Foreman, a user can use a name
	// only once.
	ReusableNames bool
	// UserID matches a user id: digits on Foreman. A username may match as well.
	UserID *regexp.Regexp
	// TokenIDs is true if tokens have their own ids, and false if a token is identified by its name.
	TokenIDs bool
	// ExpiryIsDate is true if a token expires on a date, in the time zone of the server, and false if
	// it expires at an instant.
	ExpiryIsDate bool
	// MaxNameLength is the length of the longest name in characters; 0 means that there is no limit.
	MaxNameLength int
	// ReservedNames are names under which the platform itself issues tokens.
	ReservedNames []string
}
