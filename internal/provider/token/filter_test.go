package token

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// A filter that cannot be read is an error wherever it is used, and not a filter that lets
// every token pass.
func TestTokenFilter_unreadable(t *testing.T) {
	t.Parallel()

	text := types.StringValue("yesterday")
	list := tokenFilterModel{ExpiresBefore: instant{StringValue: text}, UnusedFor: text}
	revocation := revokeTokensModel{CreatedBefore: instant{StringValue: text}, UnusedFor: text}

	revoking := func(diags *diag.Diagnostics) tokenFilter { return revocation.filter(time.Now(), diags) }

	for name, test := range map[string]struct {
		filter func(*diag.Diagnostics) tokenFilter
		want   []string
	}{
		"of a list":         {list.filter, []string{"expires_before", "unused_for"}},
		"of a revocation":   {revoking, []string{"created_before", "unused_for"}},
		"of nothing at all": {new(tokenFilterModel).filter, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var (
				diags diag.Diagnostics
				got   []string
			)

			test.filter(&diags)

			for _, d := range diags.Errors() {
				if at, ok := d.(diag.DiagnosticWithPath); ok {
					got = append(got, at.Path().String())
				}
			}

			if diff := cmp.Diff(test.want, got); diff != "" || len(got) != len(diags) {
				t.Errorf("%v\n%s", diags, diff)
			}
		})
	}
}

// What the server does not tell of a token is no reason to count it in: the same filter
// says what is revoked.
func TestTokenFilter(t *testing.T) {
	t.Parallel()

	now := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	unused := tokenFilter{unusedFor: pat.Some(24 * time.Hour)}
	created := tokenFilter{createdBefore: pat.Some(now)}
	expires := tokenFilter{expiresBefore: pat.Some(now)}

	for name, test := range map[string]struct {
		filter tokenFilter
		token  pat.Token
		want   bool
	}{
		"no filter":                                  {want: true},
		"created before year 1":                      {filter: tokenFilter{createdBefore: pat.Some(time.Time{})}, token: pat.Token{CreatedAt: now}},
		"expires before year 1":                      {filter: tokenFilter{expiresBefore: pat.Some(time.Time{})}, token: pat.Token{ExpiresAt: now}},
		"of a status that is empty":                  {filter: tokenFilter{status: pat.Some(pat.Status(""))}, token: pat.Token{Status: pat.StatusActive}},
		"expired in year 1":                          {filter: expires, token: pat.Token{ExpiresAt: pat.ServerTime(time.Time{})}, want: true},
		"used longer ago":                            {filter: unused, token: pat.Token{LastUsedAt: now.Add(-2 * 24 * time.Hour), Used: true}, want: true},
		"used so long ago":                           {filter: unused, token: pat.Token{LastUsedAt: now.Add(-24 * time.Hour), Used: true}, want: true},
		"used since":                                 {filter: unused, token: pat.Token{LastUsedAt: now.Add(-time.Hour), CreatedAt: now.Add(-9 * 24 * time.Hour), Used: true}},
		"never used, and old":                        {filter: unused, token: pat.Token{CreatedAt: now.Add(-2 * 24 * time.Hour)}, want: true},
		"never used, and young":                      {filter: unused, token: pat.Token{CreatedAt: now.Add(-time.Hour)}},
		"never used, and of an unknown age":          {filter: unused},
		"used at an unknown time":                    {filter: unused, token: pat.Token{CreatedAt: now.Add(-9 * 24 * time.Hour), Used: true}},
		"created before":                             {filter: created, token: pat.Token{CreatedAt: now.Add(-time.Second)}, want: true},
		"created then":                               {filter: created, token: pat.Token{CreatedAt: now}},
		"created at an unknown time":                 {filter: created},
		"expires before":                             {filter: expires, token: pat.Token{ExpiresAt: now.Add(-time.Second)}, want: true},
		"never expires":                              {filter: expires},
		"of another status":                          {filter: tokenFilter{status: pat.Some(pat.StatusActive)}, token: pat.Token{Status: pat.StatusExpired}},
		"of the status":                              {filter: tokenFilter{status: pat.Some(pat.StatusActive)}, token: pat.Token{Status: pat.StatusActive}, want: true},
		"of another name":                            {filter: tokenFilter{namePrefix: pat.Some("ci-")}, token: pat.Token{Name: "CI-1"}},
		"of the name, and not of the status":         {filter: tokenFilter{namePrefix: pat.Some("ci-"), status: pat.Some(pat.StatusActive)}, token: pat.Token{Name: "ci-1"}},
		"of the name, and used since, for all count": {filter: tokenFilter{namePrefix: pat.Some("ci-"), unusedFor: pat.Some(24 * time.Hour)}, token: pat.Token{Name: "ci-1", LastUsedAt: now, Used: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if got := test.filter.selects(test.token, now); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
