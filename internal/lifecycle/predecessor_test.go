package lifecycle

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestPolicy_RetireAt(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		before, overlap, expires, successor, want string
	}{
		"after the default overlap":                           {successor: "2026-01-01T12:00:00Z", want: "2026-01-02T12:00:00Z"},
		"after a short before_expiry":                         {before: "1h", successor: "2026-01-01T12:00:00Z", want: "2026-01-01T13:00:00Z"},
		"after the configured overlap":                        {overlap: "48h", successor: "2026-01-01T12:00:00Z", want: "2026-01-03T12:00:00Z"},
		"at once":                                             {overlap: "0s", successor: "2026-01-01T12:00:00Z", want: "2026-01-01T12:00:00Z"},
		"capped by its own expiry":                            {overlap: "48h", expires: "2026-01-02T00:00:00Z", successor: "2026-01-01T12:00:00Z", want: "2026-01-02T00:00:00Z"},
		"capped by a second":                                  {overlap: "48h", expires: "2026-01-03T11:59:59Z", successor: "2026-01-01T12:00:00Z", want: "2026-01-03T11:59:59Z"},
		"not capped by a later expiry":                        {overlap: "48h", expires: "2026-01-03T12:00:01Z", successor: "2026-01-01T12:00:00Z", want: "2026-01-03T12:00:00Z"},
		"an expiry that has passed, although the token works": {overlap: "48h", expires: "2026-01-01T00:00:00Z", successor: "2026-01-01T12:00:00Z", want: "2026-01-03T12:00:00Z"},
		"an expiry in the same second":                        {overlap: "48h", expires: "2026-01-01T12:00:00Z", successor: "2026-01-01T12:00:00Z", want: "2026-01-03T12:00:00Z"},
		"an expiry in a second":                               {overlap: "48h", expires: "2026-01-01T12:00:01Z", successor: "2026-01-01T12:00:00Z", want: "2026-01-01T12:00:01Z"},
		"an expiry in 15 minutes":                             {expires: "2026-01-01T12:15:00Z", successor: "2026-01-01T12:00:00Z", want: "2026-01-01T12:15:00Z"},
		"across the start of summer time":                     {successor: "2026-03-28T12:00:00+01:00", want: "2026-03-29T11:00:00Z"},
		"on a leap day":                                       {successor: "2028-02-28T12:00:00Z", want: "2028-02-29T12:00:00Z"},
		"an expiry in another zone":                           {expires: "2026-01-01T15:00:00+02:00", successor: "2026-01-01T12:00:00Z", want: "2026-01-01T13:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			policy := Policy{BeforeExpiry: span(t, test.before), Overlap: span(t, test.overlap)}

			got := policy.RetireAt(moment(t, test.expires), moment(t, test.successor))
			if want := moment(t, test.want); !got.Equal(want) || got.Location() != time.UTC {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestPolicy_Judge(t *testing.T) {
	t.Parallel()

	const retire = "2026-01-02T12:00:00Z"

	for name, test := range map[string]struct {
		hold, used, now string
		due, held       bool
	}{
		"a second before":                                 {now: "2026-01-02T11:59:59Z"},
		"on time":                                         {now: retire, due: true},
		"a second after":                                  {now: "2026-01-02T12:00:01Z", due: true},
		"in the zone of the caller":                       {now: "2026-01-02T13:00:00+01:00", due: true},
		"used, without a hold":                            {used: "2026-01-02T11:59:59Z", now: retire, due: true},
		"an unknown hold holds nothing":                   {hold: "?", used: "2026-01-02T11:59:59Z", now: retire, due: true},
		"never used":                                      {hold: "24h", now: retire, due: true},
		"used, but not due yet":                           {hold: "24h", used: "2026-01-02T11:59:00Z", now: "2026-01-02T11:59:59Z"},
		"used a second within the hold":                   {hold: "24h", used: "2026-01-01T12:00:01Z", now: retire, held: true},
		"used exactly the hold ago":                       {hold: "24h", used: "2026-01-01T12:00:00Z", now: retire, due: true},
		"used a second before that":                       {hold: "24h", used: "2026-01-01T11:59:59Z", now: retire, due: true},
		"used just now":                                   {hold: "1s", used: retire, now: retire, held: true},
		"held for a year":                                 {hold: "24h", used: "2027-01-02T11:00:00Z", now: "2027-01-02T12:00:00Z", held: true},
		"our clock is behind: used five minutes from now": {hold: "1s", used: "2026-01-02T12:05:00Z", now: retire, held: true},
		"our clock is behind, and not due yet":            {hold: "24h", used: "2026-01-02T12:00:00Z", now: "2026-01-02T11:55:00Z"},
		"our clock is ahead: used five minutes ago":       {hold: "1h", used: "2026-01-02T11:55:00Z", now: retire, held: true},
		"our clock is ahead, within the rest of the hold": {hold: "1h", used: "2026-01-02T11:00:01Z", now: retire, held: true},
		"used at the latest possible time":                {hold: "1s", used: "9999-12-31T23:59:59Z", now: retire, held: true},
		"used at the earliest possible time":              {hold: "36525d", used: "0001-01-02T00:00:00Z", now: retire, due: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			policy := Policy{HoldIfUsedWithin: span(t, test.hold)}
			token := pat.Token{Name: "ci-abc234-1", LastUsedAt: moment(t, test.used)}
			now := moment(t, test.now)

			want := Predecessor{Token: token, Generation: 1, SHA256: "known", RetireAt: moment(t, retire), Due: test.due, Held: test.held}

			// The earlier result does not matter.
			for _, before := range []bool{false, true} {
				got := want
				got.Due, got.Held = before, before

				got = policy.Judge(got, now)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}

				if again := policy.Judge(got, now); !cmp.Equal(got, again) {
					t.Errorf("the second time: %+v", again)
				}
			}

			if until := policy.HeldUntil(want); test.held && !now.Before(until) || test.used == "" && !until.IsZero() {
				t.Errorf("held at %s, but only until %s", now, until)
			}

			past := !now.Before(want.RetireAt)
			if got := policy.HoldsNow(token, now); past && got != test.held {
				t.Errorf("held without an overlap: %t, want %t", got, test.held)
			}
		})
	}
}

// Whatever the difference between the clocks: a token that was used within the hold, less the
// difference, is kept.
func TestPolicy_Judge_withClocksFiveMinutesApart(t *testing.T) {
	t.Parallel()

	const (
		hold = time.Hour
		skew = 5 * time.Minute
	)

	policy := Policy{HoldIfUsedWithin: set(hold)}
	server := instant(t, "2026-01-02T12:00:00Z")

	for _, ours := range []time.Time{server.Add(-skew), server, server.Add(skew)} {
		for ago := time.Duration(0); ago < hold-skew; ago += time.Second {
			predecessor := Predecessor{Token: pat.Token{LastUsedAt: server.Add(-ago)}, RetireAt: server.Add(-Day)}

			if got := policy.Judge(predecessor, ours); got.Due || !got.Held {
				t.Fatalf("used %s ago, and our clock shows %s: %+v", ago, ours.Format(time.TimeOnly), got)
			}
		}

		forgotten := Predecessor{Token: pat.Token{LastUsedAt: server.Add(-hold - skew)}, RetireAt: server.Add(-Day)}
		if got := policy.Judge(forgotten, ours); !got.Due {
			t.Errorf("used %s ago, and our clock shows %s: %+v", hold+skew, ours.Format(time.TimeOnly), got)
		}
	}
}

func TestPolicy_Reschedule(t *testing.T) {
	t.Parallel()

	type old struct {
		generation               int64
		created, expires, retire string
	}

	const (
		first  = "2026-01-01T12:00:00Z" // when generation 1 was created
		second = "2026-02-01T12:00:00Z"
		third  = "2026-03-01T12:00:00Z"
	)

	for name, test := range map[string]struct {
		before, after    Policy
		currentCreated   string // generation 3
		previous         []old
		want             []string
		nowRetiresAtOnce bool // all predecessors, a minute after generation 3 was created
	}{
		"none": {before: Policy{}, after: Policy{Overlap: set(Day)}, currentCreated: third},
		"overlap did not change": {
			before: Policy{Overlap: set(Day)}, after: Policy{Overlap: set(Day), MaxAge: set(Week)}, currentCreated: third,
			previous: []old{{2, second, "", "2026-03-05T00:00:00Z"}}, want: []string{"2026-03-05T00:00:00Z"},
		},
		"only before_expiry: the default changes for the next token": {
			before: Policy{}, after: Policy{BeforeExpiry: set(time.Hour)}, currentCreated: third,
			previous: []old{{2, second, "", "2026-03-02T12:00:00Z"}}, want: []string{"2026-03-02T12:00:00Z"},
		},
		"to zero": {
			before: Policy{}, after: Policy{Overlap: set(time.Duration(0))}, currentCreated: third,
			previous: []old{{2, second, "", "2026-03-02T12:00:00Z"}}, want: []string{third}, nowRetiresAtOnce: true,
		},
		"to zero, capped by an expiry to come": {
			before: Policy{Overlap: set(10 * Day)}, after: Policy{Overlap: set(time.Duration(0))}, currentCreated: third,
			previous: []old{{2, second, "2026-03-04T00:00:00Z", "2026-03-04T00:00:00Z"}}, want: []string{third}, nowRetiresAtOnce: true,
		},
		"to zero, of two": {
			before: Policy{Overlap: set(60 * Day)}, after: Policy{Overlap: set(time.Duration(0))}, currentCreated: third,
			previous: []old{{2, second, "", "2026-04-30T12:00:00Z"}, {1, first, "", "2026-04-02T12:00:00Z"}},
			want:     []string{third, second}, nowRetiresAtOnce: true,
		},
		"longer": {
			before: Policy{}, after: Policy{Overlap: set(3 * Day)}, currentCreated: third,
			previous: []old{{2, second, "", "2026-03-02T12:00:00Z"}}, want: []string{"2026-03-04T12:00:00Z"},
		},
		"longer, capped": {
			before: Policy{}, after: Policy{Overlap: set(3 * Day)}, currentCreated: third,
			previous: []old{{2, second, "2026-03-03T00:00:00Z", "2026-03-02T12:00:00Z"}}, want: []string{"2026-03-03T00:00:00Z"},
		},
		"longer, of one that was due": {
			before: Policy{Overlap: set(time.Duration(0))}, after: Policy{Overlap: set(3 * Day)}, currentCreated: third,
			previous: []old{{2, second, "", third}}, want: []string{"2026-03-04T12:00:00Z"},
		},
		"removed": {
			before: Policy{Overlap: set(3 * Day)}, after: Policy{}, currentCreated: third,
			previous: []old{{2, second, "", "2026-03-04T12:00:00Z"}}, want: []string{"2026-03-02T12:00:00Z"},
		},
		"shorter, was capped": {
			before: Policy{Overlap: set(10 * Day)}, after: Policy{Overlap: set(Day)}, currentCreated: third,
			previous: []old{{2, second, "2026-03-04T00:00:00Z", "2026-03-04T00:00:00Z"}}, want: []string{"2026-03-02T12:00:00Z"},
		},
		"an imported one": {
			before: Policy{}, after: Policy{Overlap: set(3 * Day)}, currentCreated: third,
			previous: []old{{0, "", "", "2026-03-02T12:00:00Z"}}, want: []string{"2026-03-04T12:00:00Z"},
		},
		"its successor does not exist any more": {
			before: Policy{Overlap: set(60 * Day)}, after: Policy{Overlap: set(70 * Day)}, currentCreated: third,
			previous: []old{{1, first, "", "2026-04-02T12:00:00Z"}}, want: []string{"2026-04-12T12:00:00Z"},
		},
		"its successor does not exist any more, and it was capped: rather too late": {
			before: Policy{Overlap: set(60 * Day)}, after: Policy{Overlap: set(30 * Day)}, currentCreated: third,
			previous: []old{{1, first, "2026-03-20T00:00:00Z", "2026-03-20T00:00:00Z"}}, want: []string{"2026-03-20T00:00:00Z"},
		},
		"the live token has no time of creation": {
			before: Policy{}, after: Policy{Overlap: set(3 * Day)},
			previous: []old{{2, second, "", "2026-03-02T12:00:00Z"}}, want: []string{"2026-03-04T12:00:00Z"},
		},
		"the live token has no time of creation, and it was capped": {
			before: Policy{Overlap: set(10 * Day)}, after: Policy{Overlap: set(9 * Day)},
			previous: []old{{2, second, "2026-03-04T00:00:00Z", "2026-03-04T00:00:00Z"}}, want: []string{"2026-03-04T00:00:00Z"},
		},
		// Both were found when generation 3 was issued, and are active since then.
		"two orphans": {
			before: Policy{}, after: Policy{Overlap: set(3 * Day)}, currentCreated: third,
			previous: []old{{2, second, "", "2026-03-02T12:00:00Z"}, {1, first, "", "2026-03-02T12:00:00Z"}},
			want:     []string{"2026-03-04T12:00:00Z", "2026-03-04T12:00:00Z"},
		},
		"two orphans, capped": {
			before: Policy{Overlap: set(3 * Day)}, after: Policy{Overlap: set(Day)}, currentCreated: third,
			previous: []old{{2, second, "2026-03-03T00:00:00Z", "2026-03-03T00:00:00Z"}, {1, first, "2026-03-02T18:00:00Z", "2026-03-02T18:00:00Z"}},
			want:     []string{"2026-03-02T12:00:00Z", "2026-03-02T12:00:00Z"},
		},
		// Scheduled with a default of 1h, which an edit of before_expiry changed to 24h.
		"the default was shorter": {
			before: Policy{BeforeExpiry: set(Week)}, after: Policy{BeforeExpiry: set(Week), Overlap: set(2 * Day)}, currentCreated: third,
			previous: []old{{2, second, "", "2026-03-01T13:00:00Z"}}, want: []string{"2026-03-03T12:00:00Z"},
		},
		"the default was longer": {
			before: Policy{BeforeExpiry: set(time.Hour)}, after: Policy{BeforeExpiry: set(time.Hour), Overlap: set(time.Minute)}, currentCreated: third,
			previous: []old{{2, second, "", "2026-03-02T12:00:00Z"}}, want: []string{"2026-03-01T12:01:00Z"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var previous []Predecessor

			for _, o := range test.previous {
				previous = append(previous, Predecessor{
					Token:      pat.Token{CreatedAt: moment(t, o.created), ExpiresAt: moment(t, o.expires)},
					Generation: o.generation, RetireAt: moment(t, o.retire), SHA256: "ab", Held: true,
				})
			}

			want := make([]Predecessor, len(previous))
			for i := range previous {
				want[i] = previous[i]
				want[i].RetireAt = moment(t, test.want[i])
			}

			current := pat.Token{CreatedAt: moment(t, test.currentCreated)}
			kept := append([]Predecessor(nil), previous...)

			got := test.before.Reschedule(test.after, previous, current, 3)
			if diff := cmp.Diff(want, append(make([]Predecessor, 0), got...)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}

			if diff := cmp.Diff(kept, previous); diff != "" {
				t.Errorf("Reschedule changed the given list (-before +after)\n%s", diff)
			}

			// Applying the same policy again changes nothing.
			if diff := cmp.Diff(got, test.after.Reschedule(test.after, got, current, 3)); diff != "" {
				t.Errorf("the second time (-first +second)\n%s", diff)
			}

			for _, predecessor := range got {
				if now := current.CreatedAt.Add(time.Minute); test.nowRetiresAtOnce && !test.after.Judge(predecessor, now).Due {
					t.Errorf("generation %d is not due at %s", predecessor.Generation, now)
				}
			}
		})
	}
}

func TestPolicy_orphanPolicy(t *testing.T) {
	t.Parallel()

	created := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	none := Policy{Overlap: set(time.Duration(0)), MaxAge: set(Day)}

	if got := none.orphanPolicy().RetireAt(time.Time{}, created); !got.Equal(created.Add(defaultOverlap)) {
		t.Errorf("without an overlap: %s", got)
	}

	if some := (Policy{Overlap: set(time.Hour)}); some.orphanPolicy() != some {
		t.Error("a policy with an overlap was changed")
	}
}
