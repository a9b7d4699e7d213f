package lifecycle

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever happens to a token and its predecessors, each issue has a reason, and each reason leads to
// one issue.
func TestHistory(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t, configuration{
			namePrefix: "ci-", series: "abc234",
			expiresIn:        rapid.SampledFrom([]string{"90d", "10d"}).Draw(t, "expires_in"),
			beforeExpiry:     rapid.SampledFrom([]string{"", "7d"}).Draw(t, "before_expiry"),
			maxAge:           rapid.SampledFrom([]string{"", "1d"}).Draw(t, "max_age"),
			overlap:          rapid.SampledFrom([]string{"", "3d", "10d"}).Draw(t, "overlap"),
			holdIfUsedWithin: rapid.SampledFrom([]string{"", "2d"}).Draw(t, "hold_if_used_within"),
		})
		h.skew = rapid.SampledFrom([]time.Duration{0, 5 * time.Minute, -5 * time.Minute}).Draw(t, "server's clock ahead by")

		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { h.accounted(t) },
			"apply": func(t *rapid.T) {
				if h.run(t, 0) {
					h.settled(t)
				}
			},
			"apply later": func(t *rapid.T) {
				h.now = h.now.Add(passing(t))

				if h.run(t, 0) {
					h.settled(t)
				}
			},
			"apply a saved plan": func(t *rapid.T) {
				if before := h.state.current.ID; !h.run(t, passing(t)) || h.state.current.ID == before {
					return
				}

				if h.read(); h.plan(h.wanted).Action != Keep {
					t.Fatalf("a token was issued, and the next plan is %+v", h.plan(h.wanted))
				}
			},
			"read":        func(*rapid.T) { h.read() },
			"time passes": func(t *rapid.T) { h.now = h.now.Add(passing(t)) },
			"edit":        h.edit,
			"use":         func(t *rapid.T) { h.pick(t).LastUsedAt = h.server.clock() },
			"use and apply": func(t *rapid.T) {
				h.now = h.now.Add(passing(t))
				h.pick(t).LastUsedAt = h.server.clock()
				h.now = h.now.Add(passing(t))

				if h.run(t, 0) {
					h.settled(t)
				}
			},
			"revoke":          func(t *rapid.T) { h.pick(t).revoked = true },
			"cannot revoke":   func(t *rapid.T) { h.server.failures = rapid.IntRange(0, 2).Draw(t, "times") },
			"leave an orphan": h.orphan,
		})

		h.revokesAll(t)
	})
}

// If the overlap is shorter than the time between two rotations, there are at most two tokens,
// however often or rarely Terraform runs.
func TestHistory_twoTokensAtMost(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t, configuration{
			namePrefix: "ci-", series: "abc234",
			expiresIn:    rapid.SampledFrom([]string{"3d", "30d", "90d"}).Draw(t, "expires_in"),
			beforeExpiry: rapid.SampledFrom([]string{"12h", "1d", "10d"}).Draw(t, "before_expiry"),
			overlap:      rapid.SampledFrom([]string{"", "0s", "10m", "12h", "1d", "10d"}).Draw(t, "overlap"),
		})

		policy, in := h.wanted.policy(h.resource.t), span(h.resource.t, h.wanted.expiresIn)
		turn := in.V - policy.BeforeExpiry.V

		if h.server.traits.ExpiryIsDate {
			turn -= Day
		}

		if policy.overlap() >= turn {
			t.Skip("an overlap as long as the time between two rotations")
		}

		for range rapid.IntRange(1, 40).Draw(t, "runs") {
			h.read()

			_, err := h.apply(h.plan(h.wanted), h.wanted)
			if err != nil {
				t.Fatal(err)
			}

			h.settled(t)

			if live := h.server.live(); len(live) > 2 {
				t.Fatalf("%d tokens are active, with %+v in previous", len(live), h.state.previous)
			}

			h.now = h.now.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours until the next run")) * time.Hour)
		}
	})
}
