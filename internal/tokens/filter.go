package tokens

import (
	"strings"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Filter says which of a user's tokens are meant. What is not set lets all pass.
type Filter struct {
	NamePrefix                   pat.Option[string]
	Status                       pat.Option[pat.Status]
	ExpiresBefore, CreatedBefore pat.Option[time.Time]
	UnusedFor                    pat.Option[time.Duration]
}

// Selects says whether all parts of the filter let the token pass. What the server does not
// tell is no reason to let it pass.
func (f Filter) Selects(token pat.Token, now time.Time) bool {
	return strings.HasPrefix(token.Name, f.NamePrefix.V) &&
		(!f.Status.Set || token.Status == f.Status.V) &&
		(!f.ExpiresBefore.Set || knownBefore(token.ExpiresAt, f.ExpiresBefore.V)) &&
		(!f.CreatedBefore.Set || knownBefore(token.CreatedAt, f.CreatedBefore.V)) &&
		(!f.UnusedFor.Set || unusedSince(token, now.Add(-f.UnusedFor.V)))
}

// byTime says whether the filter compares times, with one that the runner's clock may have made.
func (f Filter) byTime() bool { return f.ExpiresBefore.Set || f.CreatedBefore.Set || f.UnusedFor.Set }

// knownBefore says whether the time is known and before the other.
func knownBefore(t, other time.Time) bool { return !t.IsZero() && t.Before(other) }

// unusedSince says whether nobody has logged in with the token since. One that was never
// used counts from its creation.
func unusedSince(token pat.Token, since time.Time) bool {
	used := token.LastUsedAt
	if used.IsZero() && !token.Used {
		used = token.CreatedAt
	}

	return !used.IsZero() && !used.After(since)
}
