package provider

import (
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// What the server does not tell of a token is no reason to count it in: the same filter
// says what is revoked.
func TestTokenFilter(t *testing.T) {
	t.Parallel()

	now := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	unused := tokenFilter{unusedFor: day}
	created := tokenFilter{createdBefore: now}
	expires := tokenFilter{expiresBefore: now}

	for name, test := range map[string]struct {
		filter tokenFilter
		token  pat.Token
		want   bool
	}{
		"no filter":                                  {want: true},
		"used longer ago":                            {filter: unused, token: pat.Token{LastUsedAt: now.Add(-2 * day), Used: true}, want: true},
		"used so long ago":                           {filter: unused, token: pat.Token{LastUsedAt: now.Add(-day), Used: true}, want: true},
		"used since":                                 {filter: unused, token: pat.Token{LastUsedAt: now.Add(-time.Hour), CreatedAt: now.Add(-9 * day), Used: true}},
		"never used, and old":                        {filter: unused, token: pat.Token{CreatedAt: now.Add(-2 * day)}, want: true},
		"never used, and young":                      {filter: unused, token: pat.Token{CreatedAt: now.Add(-time.Hour)}},
		"never used, and of an unknown age":          {filter: unused},
		"used at an unknown time":                    {filter: unused, token: pat.Token{CreatedAt: now.Add(-9 * day), Used: true}},
		"created before":                             {filter: created, token: pat.Token{CreatedAt: now.Add(-time.Second)}, want: true},
		"created then":                               {filter: created, token: pat.Token{CreatedAt: now}},
		"created at an unknown time":                 {filter: created},
		"expires before":                             {filter: expires, token: pat.Token{ExpiresAt: now.Add(-time.Second)}, want: true},
		"never expires":                              {filter: expires},
		"of another status":                          {filter: tokenFilter{status: pat.StatusActive}, token: pat.Token{Status: pat.StatusExpired}},
		"of the status":                              {filter: tokenFilter{status: pat.StatusActive}, token: pat.Token{Status: pat.StatusActive}, want: true},
		"of another name":                            {filter: tokenFilter{namePrefix: "ci-"}, token: pat.Token{Name: "CI-1"}},
		"of the name, and not of the status":         {filter: tokenFilter{namePrefix: "ci-", status: pat.StatusActive}, token: pat.Token{Name: "ci-1"}},
		"of the name, and used since, for all count": {filter: tokenFilter{namePrefix: "ci-", unusedFor: day}, token: pat.Token{Name: "ci-1", LastUsedAt: now, Used: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := test.filter.selects(test.token, now); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
