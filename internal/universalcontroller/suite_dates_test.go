package universalcontroller

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func lifetimeBeyondTheMaximum(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")

	_, err := s.admin(t).Create(t.Context(), alice, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(date(2028, 2, 29))})

	if s.switches().MaxLifetimeDays == 0 {
		verdict.Want(t, err, "none")

		return
	}

	verdict.Want(t, err, "validation", "Expiration must not be more than 365 days from today.", "Maximum Expiration In Days")

	invalid, ok := errors.AsType[*pat.ValidationError](err)
	if !ok || !slices.Equal(invalid.FieldNames(), []string{"expiration"}) || s.LiveTokens("alice") != 0 {
		t.Errorf("the fields are %v, %d tokens", invalid.FieldNames(), s.LiveTokens("alice"))
	}
}

func leapDayAcrossTimeZones(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")

	// In -04:00 this moment is on the day before; for the account in +05:30 it is 07:30. The leap day
	// has not begun anywhere.
	leap := date(2028, 2, 29)
	now := leap.Add(-22 * time.Hour)
	s.Advance(now.Sub(today))

	issued, err := s.admin(t).Create(t.Context(), alice, pat.NewToken{Name: "deploy", ExpiresAt: pat.Some(leap.In(time.FixedZone("", 19800)))})
	if err != nil {
		t.Fatal(err)
	}

	if !issued.CreatedAt.Equal(now) || !issued.ExpiresAt.Equal(leap) {
		t.Errorf("created at %v, expires at %v", issued.CreatedAt, issued.ExpiresAt)
	}

	if there := s.Tokens("alice")[0]; !there.Expiration.Equal(leap) || !there.CreatedAt.Equal(issued.CreatedAt) {
		t.Errorf("the server has %+v", there)
	}
}

func expiredToken(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	s.addToken(t, "alice", "expired", date(2026, 11, 20))
	s.addToken(t, "alice", "long ago", date(2022, 7, 30))
	s.addToken(t, "alice", "today", date(2026, 11, 21))

	got, err := s.admin(t).Tokens(t.Context(), alice, pat.TokenQuery{})
	if err != nil {
		t.Fatal(err)
	}

	all := map[string]pat.Status{}
	for _, token := range got {
		all[token.Name] = token.Status
	}

	// At noon UTC of the 21st, the 20th has just ended in UTC-12.
	want := map[string]pat.Status{
		"expired": pat.StatusExpired, "long ago": pat.StatusExpired, "today": pat.StatusActive,
	}
	if s.switches().ExpiredTokens == controllerserver.ExpiredHidden {
		delete(want, "expired")
		delete(want, "long ago")

		if s.switches().LastDay == controllerserver.ExpiredFromDay {
			delete(want, "today")
		}
	}

	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
}

// dateThatIsOverThere issues tokens for the dates around a moment at which it is already another date
// in some time zones. Only the server knows which of them has ended.
func dateThatIsOverThere(t *testing.T, s *stage) {
	alice := s.addUser(t, "alice")
	driver := s.admin(t)

	first := today.Add(time.Duration(s.zone) * time.Hour).Truncate(24 * time.Hour)
	if s.switches().LastDay == controllerserver.ExpiredFromDay {
		first = first.AddDate(0, 0, 1)
	}

	for days := -2; days <= 2; days++ {
		expires := first.AddDate(0, 0, days)

		issued, err := driver.Create(t.Context(), alice, pat.NewToken{Name: expires.Format(time.DateOnly), ExpiresAt: pat.Some(expires)})
		if days < 0 {
			verdict.Want(t, err, "validation", "Expiration must not be in the past.", "in the server's time zone")

			if strings.Contains(err.Error(), "Maximum Expiration In Days") {
				t.Errorf("the advice is about the longest lifetime: %v", err)
			}

			continue
		}

		// A token that the server accepts is not expired, whatever its time zone.
		if err != nil || issued.Status != pat.StatusActive || !s.Authenticates(issued.Secret.Reveal()) {
			t.Errorf("until %s: %s, %v; want a token that works", expires.Format(time.DateOnly), issued.Status, err)
		}
	}
}

func lastUseOfTheOwnToken(t *testing.T, s *stage) {
	driver := s.admin(t)
	s.addToken(t, controllerserver.AdminUserName, "unused", time.Time{})

	tokens, err := driver.Tokens(t.Context(), controllerserver.AdminSysID, pat.TokenQuery{})
	if err != nil {
		t.Fatal(err)
	}

	// A time in an unknown form is not a time, but counts as a use.
	want := today
	if s.switches().LastUse == controllerserver.LastUseIsMilliseconds {
		want = time.Time{}
	}

	for _, token := range tokens {
		used := token.Name != "unused"
		if token.Used != used || used && !token.LastUsedAt.Equal(want) || !used && !token.LastUsedAt.IsZero() {
			t.Errorf("%s was used: %t, at %v", token.Name, token.Used, token.LastUsedAt)
		}
	}
}
