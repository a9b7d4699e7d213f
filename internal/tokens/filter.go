package tokens

import (
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Filter selects some of a user's tokens. A field that is not set selects all.
type Filter struct {
	NamePrefix                   pat.Option[string]
	Status                       pat.Option[pat.Status]
	ExpiresBefore, CreatedBefore pat.Option[time.Time]
	UnusedFor                    pat.Option[time.Duration]
}

// Selects reports whether the token matches all fields of the filter. A token does not match a field
// whose value the server did not send.
func (f Filter) Selects(token pat.Token, now time.Time) bool {
	return strings.HasPrefix(token.Name, f.NamePrefix.V) &&
		(!f.Status.Set || token.Status == f.Status.V) &&
		(!f.ExpiresBefore.Set || knownBefore(token.ExpiresAt, f.ExpiresBefore.V)) &&
		(!f.CreatedBefore.Set || knownBefore(token.CreatedAt, f.CreatedBefore.V)) &&
		(!f.UnusedFor.Set || unusedSince(token, now.Add(-f.UnusedFor.V)))
}

// byTime reports whether the filter compares times, which may have been computed with the runner's
// clock.
func (f Filter) byTime() bool { return f.ExpiresBefore.Set || f.CreatedBefore.Set || f.UnusedFor.Set }

// knownBefore reports whether the time is known and before the other.
func knownBefore(t, other time.Time) bool { return !t.IsZero() && t.Before(other) }

// unusedSince reports whether the token has not been used to log in since then. For a token that was
// never used, its creation counts as its last use.
func unusedSince(token pat.Token, since time.Time) bool {
	used := token.LastUsedAt
	if used.IsZero() && !token.Used {
		used = token.CreatedAt
	}

	return !used.IsZero() && !used.After(since)
}
