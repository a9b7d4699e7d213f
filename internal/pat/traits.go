package pat

import (
	"regexp"
	"time"
)

// Where tokens expire on a date, nobody but the server knows in which zone. A date begins first in
// UTC+14, DateBegins before its midnight UTC, and ends last in UTC-12, DateEnds after it.
const (
	DateBegins = 14 * time.Hour
	DateEnds   = 36 * time.Hour
)

// Traits tells how a platform differs from others, so that nobody above a driver asks
// which one it is.
type Traits struct {
	// Platform is the platform's name in Terraform, "foreman": the provider's block,
	// the `platform` attribute.
	Platform string
	// DisplayName is the platform's name in a sentence, "Foreman".
	DisplayName string
	// ReusableNames is true where revoking a token frees its name. On Foreman a name
	// is burnt for its user for ever.
	ReusableNames bool
	// UserID is what a user's key looks like: digits on Foreman. A login may look so too.
	UserID *regexp.Regexp
	// TokenIDs is true where tokens have ids of their own, and false where a token is
	// addressed by its name.
	TokenIDs bool
	// ExpiryIsDate is true where a token expires on a date, in whatever zone the
	// server reads it, and false where it expires at an instant.
	ExpiryIsDate bool
	// MaxNameLength is the longest name in characters; 0 is no limit.
	MaxNameLength int
	// ReservedNames are names that the platform itself issues tokens under.
	ReservedNames []string
}
