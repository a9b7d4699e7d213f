package lifecycle

import (
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestPolicy_anOrphanIsHeldByDefault(t *testing.T) {
	t.Parallel()

	const now = "2026-01-05T12:00:00Z"

	for name, test := range map[string]struct {
		hold, used string
		unreadable bool
		known      bool
		generation int64
		due, held  bool
	}{
		"never used":                                  {generation: 4, due: true},
		"used within the last day":                    {generation: 4, used: "2026-01-04T12:00:01Z", held: true},
		"used a day ago":                              {generation: 4, used: "2026-01-04T12:00:00Z", due: true},
		"a longer hold of the policy":                 {generation: 4, hold: "48h", used: "2026-01-04T12:00:00Z", held: true},
		"a shorter hold of the policy":                {generation: 4, hold: "1h", used: "2026-01-05T10:00:00Z", due: true},
		"used at an unknown time":                     {generation: 4, unreadable: true, held: true},
		"no orphan, because its secret is known":      {generation: 4, known: true, used: "2026-01-05T11:00:00Z", due: true},
		"no orphan, because it was imported":          {used: "2026-01-05T11:00:00Z", due: true},
		"imported, and used at an unknown time":       {unreadable: true, due: true},
		"known, and used at an unknown time":          {generation: 4, known: true, unreadable: true, due: true},
		"known, held, and used at an unknown time":    {generation: 4, known: true, hold: "1h", unreadable: true, held: true},
		"imported, held, and used at an unknown time": {hold: "1h", unreadable: true, held: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			token := pat.Token{LastUsedAt: moment(t, test.used), Used: test.used != "" || test.unreadable}
			predecessor := Predecessor{Token: token, Generation: test.generation, RetireAt: moment(t, "2026-01-05T12:00:00Z")}

			if test.known {
				predecessor.SHA256 = "known"
			}

			got := Policy{HoldIfUsedWithin: span(t, test.hold)}.Judge(predecessor, moment(t, now))
			if got.Due != test.due || got.Held != test.held {
				t.Errorf("due %t, held %t; want %t, %t", got.Due, got.Held, test.due, test.held)
			}
		})
	}
}

func TestPolicy_Adopt(t *testing.T) {
	t.Parallel()

	const now = "2026-01-05T12:00:00Z"

	for name, test := range map[string]struct {
		overlap, created, expires string
		retire                    string
	}{
		"issued just now":                  {created: now, retire: "2026-01-06T12:00:00Z"},
		"a short overlap":                  {overlap: "1h", created: now, retire: "2026-01-06T12:00:00Z"},
		"a long overlap":                   {overlap: "48h", created: now, retire: "2026-01-07T12:00:00Z"},
		"no overlap":                       {overlap: "0s", created: now, retire: "2026-01-06T12:00:00Z"},
		"issued long ago":                  {created: "2026-01-01T12:00:00Z", retire: "2026-01-06T12:00:00Z"},
		"issued long ago, a short overlap": {overlap: "1h", created: "2026-01-01T12:00:00Z", retire: "2026-01-05T13:00:00Z"},
		"issued at an unknown time":        {overlap: "48h", retire: "2026-01-07T12:00:00Z"},
		"it expires before that":           {created: now, expires: "2026-01-05T15:00:00Z", retire: "2026-01-05T15:00:00Z"},
		"it expires within the overlap":    {overlap: "48h", created: "2026-01-01T12:00:00Z", expires: "2026-01-06T00:00:00Z", retire: "2026-01-06T00:00:00Z"},
		"its expiry has passed long ago":   {created: "2026-01-01T12:00:00Z", expires: "2026-01-02T00:00:00Z", retire: "2026-01-06T12:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			orphan := Orphan{Generation: 7, Token: pat.Token{
				CreatedAt: moment(t, test.created), ExpiresAt: moment(t, test.expires),
			}}

			adopted := Policy{Overlap: span(t, test.overlap)}.Adopt(orphan, moment(t, now))
			if adopted.Generation != 7 || !adopted.RetireAt.Equal(moment(t, test.retire)) {
				t.Errorf("generation %d, revoked at %s; want 7, %s", adopted.Generation, adopted.RetireAt, test.retire)
			}
		})
	}
}

// However overlap is edited, an orphan stays active for a day after its creation, and an overlap of
// "0s" does not apply to it.
func TestReschedule_anOrphan(t *testing.T) {
	t.Parallel()

	const created = "2026-01-05T12:00:00Z"

	for name, test := range map[string]struct{ before, after, want string }{
		"shorter":     {before: "48h", after: "1h", want: "2026-01-06T12:00:00Z"},
		"none":        {before: "48h", after: "0s", want: "2026-01-06T12:00:00Z"},
		"longer":      {before: "24h", after: "72h", want: "2026-01-08T12:00:00Z"},
		"was shorter": {before: "1h", after: "24h", want: "2026-01-07T11:00:00Z"}, // Rather too late.
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			before, after := Policy{Overlap: span(t, test.before)}, Policy{Overlap: span(t, test.after)}
			current := pat.Token{CreatedAt: moment(t, "2026-01-01T00:00:00Z")}
			orphan := before.Adopt(Orphan{Generation: 7, Token: pat.Token{CreatedAt: moment(t, created)}}, moment(t, created))

			if got := before.Reschedule(after, []Predecessor{orphan}, current, 3)[0].RetireAt; !got.Equal(moment(t, test.want)) {
				t.Errorf("revoked at %s, want %s", got, test.want)
			}
		})
	}
}

// A newer token that was found late stays active for an overlap from then on, however old the live
// one is.
func TestReschedule_anOrphanThatIsNewerThanTheLiveToken(t *testing.T) {
	t.Parallel()

	before, after := Policy{Overlap: span(t, "48h")}, Policy{Overlap: span(t, "24h")}
	current := pat.Token{CreatedAt: moment(t, "2026-01-01T00:00:00Z")}
	found := before.Adopt(Orphan{Token: pat.Token{Used: true}, Generation: 7}, moment(t, "2026-03-01T00:00:00Z"))

	got := before.Reschedule(after, []Predecessor{found}, current, 3)[0].RetireAt
	if want := moment(t, "2026-03-02T00:00:00Z"); !got.Equal(want) {
		t.Errorf("to be revoked at %s, want %s", got, want)
	}
}
