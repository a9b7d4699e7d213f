package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// series is what is measured of a load, on a platform or for the floor.
type series struct {
	// platform is empty for the floor, and [minimal] for the minimal provider.
	platform string
	load     load
	// on says that coalescing and sessions are.
	on bool
}

// minimal is what stands in for a platform's name where the minimal provider is measured.
const minimal = "Minimal provider"

// results are all that was measured.
type results struct {
	// samples has no entry for what was left out.
	samples map[series]map[operation]sample
	// loggingIn is the apply of the largest load on Foreman, each request a login.
	loggingIn sample
	// crowded is the plan of the few tokens of a user with many revoked rows.
	crowded sample
	// sizes are those of the provider and of the minimal one.
	provider, minimal size
	// micro are the lines of Go's own benchmarks.
	micro []string
}

// bench measures.
type bench struct {
	scale     scale
	workshop  *workshop
	platforms []platform
	// progress gets a line for each run of the CLI.
	progress io.Writer
	results  results
}

// The variants that are compared.
var (
	allOn  = variant{coalescing: true, sessions: true}
	allOff = variant{}
	least  = variant{minimal: true}
)

// measure runs everything, in an order of rising load.
func (b *bench) measure(ctx context.Context) error {
	b.results.samples = map[series]map[operation]sample{}

	for _, l := range b.scale.loads() {
		// Beside what it is compared with, as the machine may have other work at times.
		for _, v := range []variant{allOff, least} {
			if err := b.floor(ctx, l, v); err != nil {
				return err
			}
		}

		for i := range b.platforms {
			if err := b.load(ctx, &b.platforms[i], l); err != nil {
				return err
			}
		}
	}

	foreman := foremanPlatform()
	if err := b.logIns(ctx, &foreman); err != nil {
		return err
	}

	if err := b.crowd(ctx, &foreman); err != nil {
		return err
	}

	if err := b.weigh(ctx); err != nil {
		return err
	}

	return b.micro(ctx)
}

// floor measures the CLI alone or with the minimal provider, with as many resources.
func (b *bench) floor(ctx context.Context, l load, v variant) error {
	space, err := b.workshop.workspace(nil, nil, l)
	if err != nil {
		return err
	}

	return b.run(ctx, space, v, operations...)
}

// load measures a load with all on and all off. Of the most tokens all off is the plan
// only, and over the most users only: the rest would take longer than everything else.
func (b *bench) load(ctx context.Context, p *platform, l load) error {
	switch largest := b.scale.largest(); {
	case l == largest:
		return b.cycle(ctx, p, l, allOn, allOff)
	case l.tokens == largest.tokens:
		return b.cycle(ctx, p, l, allOn)
	}

	if err := b.cycle(ctx, p, l, allOn); err != nil {
		return err
	}

	return b.cycle(ctx, p, l, allOff)
}

// cycle measures all operations of a variant on a new server, and the plan of others.
func (b *bench) cycle(ctx context.Context, p *platform, l load, v variant, others ...variant) (err error) {
	s, err := p.open(b.scale, l.users)
	if err != nil {
		return err
	}

	defer func() { err = s.close(err) }()

	space, err := b.workshop.workspace(p, s, l)
	if err != nil {
		return err
	}

	if err := b.run(ctx, space, v, apply, plan); err != nil {
		return err
	}

	for _, other := range others {
		if err := b.run(ctx, space, other, plan); err != nil {
			return err
		}
	}

	return b.run(ctx, space, v, destroy)
}

// logIns measures what sessions save where nothing can be coalesced.
func (b *bench) logIns(ctx context.Context, p *platform) (err error) {
	l := b.scale.largest()

	s, err := p.open(b.scale, l.users)
	if err != nil {
		return err
	}

	defer func() { err = s.close(err) }()

	space, err := b.workshop.workspace(p, s, l)
	if err != nil {
		return err
	}

	b.results.loggingIn, err = space.measure(ctx, apply, variant{coalescing: true})
	b.say("Foreman without sessions", l, apply, b.results.loggingIn)

	return err
}

// crowd measures the plan of a few tokens of a user who has many revoked ones.
func (b *bench) crowd(ctx context.Context, p *platform) (err error) {
	s, server, err := openForeman(b.scale.foreman, 1)
	if err != nil {
		return err
	}

	defer func() { err = s.close(err) }()

	if err := server.AddRevokedTokens(login(0), "old-", b.scale.revoked); err != nil {
		return err
	}

	l := load{b.scale.kept, 1}

	space, err := b.workshop.workspace(p, s, l)
	if err != nil {
		return err
	}

	if _, err := space.measure(ctx, apply, allOn); err != nil {
		return err
	}

	b.results.crowded, err = space.measure(ctx, plan, allOn)
	b.say(fmt.Sprintf("Foreman with %s revoked rows", thousands(b.scale.revoked)), l, plan, b.results.crowded)

	return err
}

// run measures operations one after the other and keeps the samples.
func (b *bench) run(ctx context.Context, w *workspace, v variant, all ...operation) error {
	of, title := series{load: w.load, on: v == allOn}, "Floor"

	switch {
	case w.platform != nil:
		of.platform, title = w.platform.name, w.platform.name
		if !of.on {
			title += ", all off"
		}
	case v.minimal:
		of.platform, title = minimal, minimal
	}

	if b.results.samples[of] == nil {
		b.results.samples[of] = map[operation]sample{}
	}

	for _, o := range all {
		taken, err := w.measure(ctx, o, v)
		if err != nil {
			return err
		}

		b.results.samples[of][o] = taken
		b.say(title, w.load, o, taken)
	}

	return nil
}

func (b *bench) say(title string, l load, o operation, s sample) {
	_, _ = fmt.Fprintf(b.progress, "%-36s %-26s %-8s %6d requests %8.2f s\n",
		title, l, o, s.Requests, s.Wall.Round(10*time.Millisecond).Seconds())
}

// on, off and floor find a sample. It is empty if nothing was measured.
func (r results) on(platform string, l load, o operation) sample {
	return r.samples[series{platform, l, true}][o]
}

func (r results) off(platform string, l load, o operation) (sample, bool) {
	s, ok := r.samples[series{platform, l, false}][o]

	return s, ok
}

func (r results) floor(l load, o operation) sample { return r.samples[series{load: l}][o] }

func (r results) least(l load, o operation) sample {
	return r.samples[series{platform: minimal, load: l}][o]
}
