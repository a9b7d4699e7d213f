package lifecycle

import (
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestPolicy_aStrayIsHeldByDefault(t *testing.T) {
	t.Parallel()

	const now = "2026-01-05T12:00:00Z"

	for name, test := range map[string]struct {
		hold, used string
		unreadable bool
		known      bool
		generation int64
		due, held  bool
	}{
		"never used":                            {generation: 4, due: true},
		"used within a day":                     {generation: 4, used: "2026-01-04T12:00:01Z", held: true},
		"used a day ago":                        {generation: 4, used: "2026-01-04T12:00:00Z", due: true},
		"a longer hold of the policy":           {generation: 4, hold: "48h", used: "2026-01-04T12:00:00Z", held: true},
		"a shorter hold of the policy":          {generation: 4, hold: "1h", used: "2026-01-05T10:00:00Z", due: true},
		"used nobody knows when":                {generation: 4, unreadable: true, held: true},
		"not a stray, for its secret was known": {generation: 4, known: true, used: "2026-01-05T11:00:00Z", due: true},
		"not a stray, for it was imported":      {used: "2026-01-05T11:00:00Z", due: true},
		"imported, and used nobody knows when":  {unreadable: true, due: true},
		"known, and used nobody knows when":     {generation: 4, known: true, unreadable: true, due: true},
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

func TestPolicy_Found(t *testing.T) {
	t.Parallel()

	now := moment(t, "2026-01-05T12:00:00Z")

	for name, test := range map[string]struct {
		overlap, expires string
		used             bool
		retire           string
	}{
		"never used, so due at once":          {overlap: "48h", retire: "2026-01-05T12:00:00Z"},
		"used, so after the overlap":          {overlap: "48h", used: true, retire: "2026-01-07T12:00:00Z"},
		"used, and no overlap was set":        {used: true, retire: "2026-01-06T12:00:00Z"},
		"used, and there is to be no overlap": {overlap: "0s", used: true, retire: "2026-01-06T12:00:00Z"},
		"used, and it expires before that":    {overlap: "48h", used: true, expires: "2026-01-06T00:00:00Z", retire: "2026-01-06T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			token := pat.Token{Used: test.used, ExpiresAt: moment(t, test.expires)}
			policy := Policy{Overlap: span(t, test.overlap)}

			found := policy.Found(token, 7, now)
			if found.Generation != 7 || !found.RetireAt.Equal(moment(t, test.retire)) {
				t.Errorf("generation %d, to be revoked at %s; want 7, %s", found.Generation, found.RetireAt, test.retire)
			}

			if due := policy.Judge(found, now).Due; due == test.used {
				t.Errorf("due %t of a token that was used: %t", due, test.used)
			}
		})
	}
}

// A newer token that was found late lives for an overlap from then on, however old the live
// one is.
func TestReschedule_aStrayThatIsNewerThanTheLiveToken(t *testing.T) {
	t.Parallel()

	before, after := Policy{Overlap: span(t, "48h")}, Policy{Overlap: span(t, "24h")}
	current := pat.Token{CreatedAt: moment(t, "2026-01-01T00:00:00Z")}
	found := before.Found(pat.Token{Used: true}, 7, moment(t, "2026-03-01T00:00:00Z"))

	got := before.Reschedule(after, []Predecessor{found}, current, 3)[0].RetireAt
	if want := moment(t, "2026-03-02T00:00:00Z"); !got.Equal(want) {
		t.Errorf("to be revoked at %s, want %s", got, want)
	}
}
