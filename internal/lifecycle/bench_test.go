package lifecycle

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// benchmarked is a token that becomes due before it expires, with its arguments.
func benchmarked(b *testing.B) (Current, Arguments) {
	b.Helper()

	created := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	current := Current{Generation: 3, Due: ReasonBeforeExpiry, Token: pat.Token{
		Name: "ci-abc234-3", Status: pat.StatusActive, CreatedAt: created, ExpiresAt: created.Add(90 * Day),
	}}

	return current, configuration{
		namePrefix: "ci-", expiresIn: "90d", beforeExpiry: "14d", maxAge: "80d", triggers: "a=1 b=2 c=null", holdIfUsedWithin: "1d",
	}.arguments(b)
}

func BenchmarkDecide(b *testing.B) {
	current, arguments := benchmarked(b)

	for b.Loop() {
		if Decide(current, arguments, arguments, burning).Action != Reissue {
			b.Fatal("the token is due")
		}
	}
}

func BenchmarkPolicy_DueAt(b *testing.B) {
	current, arguments := benchmarked(b)

	for b.Loop() {
		if _, reason := arguments.Policy.DueAt(current.CreatedAt, current.ExpiresAt, days); reason != ReasonBeforeExpiry {
			b.Fatal("the token is not due before it expires")
		}
	}
}

func BenchmarkPolicy_Judge(b *testing.B) {
	current, arguments := benchmarked(b)
	predecessor := Predecessor{Token: current.Token, RetireAt: current.ExpiresAt}
	predecessor.Token.LastUsedAt = current.ExpiresAt

	for b.Loop() {
		if !arguments.Policy.Judge(predecessor, current.ExpiresAt.Add(time.Hour)).Held {
			b.Fatal("the token is held")
		}
	}
}
