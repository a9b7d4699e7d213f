package main

import (
	"fmt"
	"time"
)

// target is what a run has to show, and what it showed.
type target struct {
	// what is measured, limit what it must come to; an empty limit only reports.
	what, limit string
	measured    string
	met         bool
}

// The limits. Those of requests for a plan are the platforms' own.
const (
	floorFactor   = 1.5
	floorSlack    = time.Second
	spareRequests = 30
	loginFactor   = 2.5
	crowdRequests = 5
	crowdBytes    = 64 << 10
	memoryFactor  = 1.5
	sizeFactor    = 1.25
)

// verdict is the last column.
func (t target) verdict() string {
	switch {
	case t.limit == "":
		return "–"
	case t.met:
		return "met"
	default:
		return "**not met**"
	}
}

// targets compares the results with what they have to be.
func (b *bench) targets() []target {
	var all []target

	for _, p := range b.platforms {
		all = append(all, b.planTargets(p)...)
	}

	all = append(all, b.applyTargets()...)
	all = append(all, b.crowdTargets()...)

	for _, p := range b.platforms {
		all = append(all, b.memoryTarget(p))
	}

	return append(all, b.sizeTargets()...)
}

// planTargets are those for the plan of the largest load.
func (b *bench) planTargets(p platform) []target {
	l := b.scale.largest()
	on, floor := b.results.on(p.name, l, plan), b.results.floor(l, plan)
	off, _ := b.results.off(p.name, l, plan)
	what := fmt.Sprintf("%s, plan of %s", p.name, l)
	limit := time.Duration(floorFactor*float64(floor.Wall)) + floorSlack

	return []target{
		{
			what: what + ": requests", limit: fmt.Sprintf("≤ %d", p.requests),
			measured: thousands(on.Requests), met: on.Requests <= p.requests,
		},
		{
			what: what + ": time", limit: fmt.Sprintf("≤ %.1f × floor + %.0f s = %s", floorFactor, floorSlack.Seconds(), seconds(limit)),
			measured: fmt.Sprintf("%s, floor %s, minimal provider %s",
				seconds(on.Wall), seconds(floor.Wall), seconds(b.results.least(l, plan).Wall)),
			met: on.Wall <= limit,
		},
		{
			what: what + ": against all off",
			measured: fmt.Sprintf("%s × fewer requests (%s), %s × faster (%s)",
				ratio(float64(off.Requests), float64(on.Requests)), thousands(off.Requests),
				ratio(off.Wall.Seconds(), on.Wall.Seconds()), seconds(off.Wall)),
		},
	}
}

// applyTargets are those for what a session saves.
func (b *bench) applyTargets() []target {
	l := b.scale.largest()
	foreman := foremanPlatform().name
	on, off := b.results.on(foreman, l, apply), b.results.loggingIn
	what := fmt.Sprintf("%s, apply of %s", foreman, l)

	return []target{
		{
			what: what + ": requests", limit: fmt.Sprintf("≤ one per token + %d", spareRequests),
			measured: thousands(on.Requests), met: on.Requests <= l.tokens+spareRequests,
		},
		{
			what: what + ": against no sessions", limit: fmt.Sprintf("≥ %.1f × faster", loginFactor),
			measured: fmt.Sprintf("%.2f × (%s, %s without)",
				off.Wall.Seconds()/on.Wall.Seconds(), seconds(on.Wall), seconds(off.Wall)),
			met: off.Wall.Seconds() >= loginFactor*on.Wall.Seconds(),
		},
	}
}

// crowdTargets are those for a user with many revoked tokens.
func (b *bench) crowdTargets() []target {
	s := b.results.crowded
	what := fmt.Sprintf("%s, plan of %d tokens beside %s revoked rows",
		foremanPlatform().name, b.scale.kept, thousands(b.scale.revoked))

	return []target{
		{
			what: what + ": requests", limit: fmt.Sprintf("≤ %d", crowdRequests),
			measured: thousands(s.Requests), met: s.Requests <= crowdRequests,
		},
		{
			what: what + ": sent by the server", limit: "≤ " + kibibytes(crowdBytes),
			measured: kibibytes(s.Sent), met: s.Sent <= crowdBytes,
		},
	}
}

// memoryTarget is the worst of the operations.
func (b *bench) memoryTarget(p platform) target {
	small, large := b.scale.smallest(), b.scale.largest()

	t := target{
		what:  fmt.Sprintf("%s, peak memory of the provider at %s against %s", p.name, large, thousands(small.tokens)),
		limit: fmt.Sprintf("≤ %.1f ×", memoryFactor), measured: "not known on this system",
	}

	worst := 0.0

	for _, o := range operations {
		few, many := b.results.on(p.name, small, o).Provider.Peak, b.results.on(p.name, large, o).Provider.Peak
		if few == 0 || float64(many)/float64(few) <= worst {
			continue
		}

		worst = float64(many) / float64(few)
		t.measured = fmt.Sprintf("%.2f × (%s, %s at %s)", worst, o, mebibytes(many), mebibytes(few))
		t.met = worst <= memoryFactor
	}

	return t
}

// sizeTargets are those for what the provider takes before it has done anything.
func (b *bench) sizeTargets() []target {
	own, least := b.results.provider, b.results.minimal
	compare := func(what string, own, least float64, text string) target {
		return target{
			what: what + ", against the minimal provider", limit: fmt.Sprintf("≤ %.2f ×", sizeFactor),
			measured: fmt.Sprintf("%.2f × (%s)", own/least, text), met: own <= sizeFactor*least,
		}
	}

	all := []target{
		compare("Binary", float64(own.Binary), float64(least.Binary),
			fmt.Sprintf("%s, %s", mebibytes(own.Binary), mebibytes(least.Binary))),
		compare("Time to the schemas", own.Schema.Seconds(), least.Schema.Seconds(),
			fmt.Sprintf("%s, %s", seconds(own.Schema), seconds(least.Schema))),
	}

	if least.Memory > 0 {
		all = append(all, compare("Memory with the schemas", float64(own.Memory), float64(least.Memory),
			fmt.Sprintf("%s, %s", mebibytes(own.Memory), mebibytes(least.Memory))))
	}

	return all
}
