package tokens

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// A token does not match a filter for a value that the server did not send, because the same filter
// decides what is revoked.
func TestFilter(t *testing.T) {
	t.Parallel()

	now := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	unused := Filter{UnusedFor: pat.Some(24 * time.Hour)}
	created := Filter{CreatedBefore: pat.Some(now)}
	expires := Filter{ExpiresBefore: pat.Some(now)}

	for name, test := range map[string]struct {
		filter Filter
		token  pat.Token
		want   bool
	}{
		"no filter":                          {want: true},
		"created before year 1":              {filter: Filter{CreatedBefore: pat.Some(time.Time{})}, token: pat.Token{CreatedAt: now}},
		"expires before year 1":              {filter: Filter{ExpiresBefore: pat.Some(time.Time{})}, token: pat.Token{ExpiresAt: now}},
		"of a status that is empty":          {filter: Filter{Status: pat.Some(pat.Status(""))}, token: pat.Token{Status: pat.StatusActive}},
		"expired in year 1":                  {filter: expires, token: pat.Token{ExpiresAt: pat.ServerTime(time.Time{})}, want: true},
		"used earlier":                       {filter: unused, token: pat.Token{LastUsedAt: now.Add(-2 * 24 * time.Hour), Used: true}, want: true},
		"used exactly then":                  {filter: unused, token: pat.Token{LastUsedAt: now.Add(-24 * time.Hour), Used: true}, want: true},
		"used since":                         {filter: unused, token: pat.Token{LastUsedAt: now.Add(-time.Hour), CreatedAt: now.Add(-9 * 24 * time.Hour), Used: true}},
		"never used, and old":                {filter: unused, token: pat.Token{CreatedAt: now.Add(-2 * 24 * time.Hour)}, want: true},
		"never used, and young":              {filter: unused, token: pat.Token{CreatedAt: now.Add(-time.Hour)}},
		"never used, and of an unknown age":  {filter: unused},
		"used at an unknown time":            {filter: unused, token: pat.Token{CreatedAt: now.Add(-9 * 24 * time.Hour), Used: true}},
		"created before":                     {filter: created, token: pat.Token{CreatedAt: now.Add(-time.Second)}, want: true},
		"created then":                       {filter: created, token: pat.Token{CreatedAt: now}},
		"created at an unknown time":         {filter: created},
		"expires before":                     {filter: expires, token: pat.Token{ExpiresAt: now.Add(-time.Second)}, want: true},
		"never expires":                      {filter: expires},
		"of another status":                  {filter: Filter{Status: pat.Some(pat.StatusActive)}, token: pat.Token{Status: pat.StatusExpired}},
		"of the status":                      {filter: Filter{Status: pat.Some(pat.StatusActive)}, token: pat.Token{Status: pat.StatusActive}, want: true},
		"of another name":                    {filter: Filter{NamePrefix: pat.Some("ci-")}, token: pat.Token{Name: "CI-1"}},
		"of the name, and not of the status": {filter: Filter{NamePrefix: pat.Some("ci-"), Status: pat.Some(pat.StatusActive)}, token: pat.Token{Name: "ci-1"}},
		"of the name, but used since":        {filter: Filter{NamePrefix: pat.Some("ci-"), UnusedFor: pat.Some(24 * time.Hour)}, token: pat.Token{Name: "ci-1", LastUsedAt: now, Used: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := test.filter.Selects(test.token, now); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
