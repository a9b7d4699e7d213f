package tokens

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// life is a resource and everything that may happen to it, together with another resource of the same
// user.
type life struct {
	*stage

	t      *rapid.T
	config Arguments
	other  *stage
	// backup is an earlier state, with its memory; not set until there is one.
	backup *stage
	// said contains all notices, and kept the tokens that must not be revoked in this run.
	said strings.Builder
}

// anyConfig draws a configuration that is valid on the platform.
func anyConfig(t *rapid.T, reusable bool) Arguments {
	config := basic()
	draw := func(argument string, choices map[string]func(*Arguments)) {
		choices["left as it is"] = func(*Arguments) {}
		config = config.edited(choices[rapid.SampledFrom(slices.Sorted(maps.Keys(choices))).Draw(t, argument)])
	}

	type edits = map[string]func(*Arguments)

	draw("name", edits{"cd-": prefixed("cd-"), "one": named("one"), "two": named("two"), "ci-": prefixed("ci-"), "in ci-": prefixed("ci-")})
	draw("expiry", edits{"none": forEver, "late": until(midnight(200 * day)), "soon": until(midnight(30 * day))})
	draw("max_age", edits{"60d": maxAge(60 * day), "20d": maxAge(20 * day)})
	draw("before_expiry", edits{"30d": beforeExpiry(30 * day)})
	draw("overlap", edits{"0s": overlap(0), "1h": overlap(time.Hour), "72h": overlap(72 * time.Hour)})
	draw("hold", edits{"12h": hold(12 * time.Hour)})
	draw("triggers", edits{"1": trigger(1), "2": trigger(2)})
	draw("reissue_when_invalid", edits{"false": keepInvalid})

	if !config.NamePrefix.Set { // A fixed name allows no policy.
		config.Rotation, config.Policy, config.Triggers = false, lifecycle.Policy{}, lifecycle.Triggers{}
	}

	var notices Notices
	if checkPolicy(config, newFake(reusable).traits, &notices); notices.Failed() {
		t.Skip("an invalid policy")
	}

	return config
}

func newLife(t *rapid.T) *life {
	reusable := rapid.Bool().Draw(t, "names are reusable")
	l := &life{stage: newStage(t, reusable), t: t}

	l.other = l.another()
	if said := l.other.create(basic(forEver, inSeries("zzz234"))); said.Failed() {
		t.Fatal(namesOfNotices(said))
	}

	l.pass(time.Second)

	l.config = anyConfig(t, reusable)
	if said := l.create(l.config); said.Failed() {
		t.Skip("the first token cannot be issued")
	}

	if rapid.Bool().Draw(t, "imported") {
		if said := l.imported(NameMark + l.state.Current.Name.V); said.Failed() {
			t.Fatal(namesOfNotices(said))
		}
	}

	return l
}

// edit draws another configuration.
func (l *life) edit(t *rapid.T) { l.config = anyConfig(t, l.system.traits.ReusableNames) }

// elapse lets time pass.
func (l *life) elapse(t *rapid.T) {
	l.pass(rapid.SampledFrom([]time.Duration{time.Minute, 5 * time.Hour, day, 3 * day, 20 * day, 50 * day}).Draw(t, "time"))
}

// any draws a live token of the user, except that of the other resource.
func (l *life) any(t *rapid.T) pat.Token {
	var live []pat.Token

	for _, token := range l.system.tokens {
		if l.system.shown(token).Status == pat.StatusActive && token.Key() != l.other.state.LiveToken().Key() {
			live = append(live, token)
		}
	}

	if len(live) == 0 {
		t.Skip("there is no live token")
	}

	return rapid.SampledFrom(live).Draw(t, "token")
}

// orphan leaves a token as an interrupted run would.
func (l *life) orphan(t *rapid.T) {
	if !l.state.NamePrefix.Set || !l.state.Series.Set || l.state.Generation.V == 0 {
		t.Skip("its name would not prove that it belongs to the resource")
	}

	l.pass(time.Second)

	generation := l.state.Generation.V + rapid.Int64Range(1, 3).Draw(t, "generations ahead")
	_, _ = l.system.add(l.nameOf(l.state.NamePrefix.V, generation))
}

// save copies the state, and restore returns to the copy.
func (l *life) save(*rapid.T) { l.backup = &stage{state: l.state, memory: l.memory} }

func (l *life) restore(t *rapid.T) {
	if l.backup == nil || !l.backup.state.NamePrefix.Set || !l.state.NamePrefix.Set || l.backup.state.Generation.V == 0 ||
		l.backup.state.Series != l.state.Series || l.backup.state.NamePrefix != l.state.NamePrefix {
		t.Skip("their names would not prove that the newer tokens belong to the resource")
	}

	l.state, l.memory = l.backup.state, l.backup.memory
}

// obscured is the configuration with an argument that is not known yet.
func (l *life) obscured(t *rapid.T) Arguments {
	hide := map[string]func(*Arguments){
		"nothing":     func(*Arguments) {},
		"user_id":     func(a *Arguments) { later(&a.UserID) },
		"name_prefix": func(a *Arguments) { laterIfSet(&a.NamePrefix) },
		"expires_in":  func(a *Arguments) { laterIfSet(&a.ExpiresIn) },
		"expires_at":  func(a *Arguments) { laterIfSet(&a.ExpiresAt) },
		"max_age":     func(a *Arguments) { laterIfSet(&a.Policy.MaxAge) },
		"overlap":     func(a *Arguments) { laterIfSet(&a.Policy.Overlap) },
		"a trigger": func(a *Arguments) {
			if a.Triggers.Values != nil {
				a.Triggers.Values["n"] = lifecycle.Unknown[string]()
			}
		},
	}

	return l.config.edited(hide[rapid.SampledFrom(slices.Sorted(maps.Keys(hide))).Draw(t, "not known yet")])
}

func laterIfSet[T any](value *lifecycle.Value[T]) {
	if value.Set {
		later(value)
	}
}

// breaks scripts the failures of this run.
func (l *life) breaks(t *rapid.T) {
	failures := func(name string, err error) []error {
		return rapid.SliceOfN(rapid.SampledFrom([]error{nil, nil, nil, err}), 0, 4).Draw(t, name)
	}

	l.system.creates = rapid.SliceOfN(rapid.SampledFrom([]outcome{done, done, refused, lostDone, lostNothing, lostLate}), 0, 3).Draw(t, "requests")
	l.system.looks, l.system.revokes = failures("looks", errLook), failures("revocations", errRevoke)
}

// heals ends all failures. Delayed requests are processed first.
func (l *life) heals() {
	l.system.creates, l.system.looks, l.system.revokes = nil, nil, nil
	l.system.land()
}

// runs is a complete run in which anything may fail.
func (l *life) runs(t *rapid.T) {
	l.pass(time.Second)
	l.begin()

	if rapid.Bool().Draw(t, "something fails in the plan") {
		l.breaks(t)
	}

	said := l.refresh()
	l.hears(said)

	if said.Failed() {
		l.heals()

		return
	}

	early, replace, said := l.plan(l.obscured(t))
	l.hears(said)

	if said.Failed() || len(replace) > 0 {
		l.heals()

		return
	}

	between := rapid.SampledFrom([]time.Duration{0, 0, 2 * time.Hour, 3 * day}).Draw(t, "between plan and apply")
	l.pass(between)
	l.begin()

	plan, _, said := l.plan(l.config)
	if l.hears(said); said.Failed() {
		l.heals()

		return
	}

	l.keeps(early, plan)

	if !l.config.NamePrefix.Set { // An older state could not recognize the token by its name.
		l.backup = nil
	}

	before, fails := *l.stage, rapid.Bool().Draw(t, "something fails in the apply")
	if fails {
		l.breaks(t)
	}

	if !empty(l.state, plan) {
		said = l.update(plan)
		l.hears(said)
	}

	l.heals()
	l.checkRevoked(t, &before)
	l.settles(t, !fails && between == 0 && !said.Failed())
}

// begin starts another process, on a machine with any clock, which first reads the other resource.
func (l *life) begin() {
	l.heals()

	l.skew = rapid.SampledFrom([]time.Duration{0, 3 * time.Hour, -3 * time.Hour, day, -day}).Draw(l.t, "the machine's clock is ahead by")
	l.process()
	l.system.revoked = nil

	l.other.engine = l.engine
	l.other.wantNotices(l.other.refresh())
}

func (l *life) hears(said Notices) {
	for _, notice := range said {
		switch n := notice.(type) {
		case StepFailed:
			fmt.Fprintln(&l.said, n.Err)
		case LeftBehind:
			fmt.Fprintln(&l.said, n.Sentence)
		case ResemblingToken:
			fmt.Fprintln(&l.said, n.Token.Name)
		}
	}
}

// checkRevoked fails the test if a token was revoked that is, or was then, to be kept.
func (l *life) checkRevoked(t *rapid.T, before *stage) {
	live, old := l.state.LiveToken(), before.state.LiveToken()

	for _, key := range l.system.revoked {
		switch {
		case key == l.other.state.LiveToken().Key():
			t.Fatalf("the token of the other resource was revoked")
		case key == live.Key() && l.state.Current.Status.V == pat.StatusActive && !l.works(live) && before.works(old):
			t.Fatalf("the live token %s was revoked", live.Name)
		case key == old.Key() && !l.config.Policy.Immediate() && !l.config.asksFor(old):
			t.Fatalf("the token %s was revoked within its overlap", old.Name)
		}

		for _, p := range before.state.Previous.V {
			early := l.system.now.Before(p.RetireAt) && l.config.Policy.Overlap == before.state.Policy.Overlap
			if key == p.Token.Key() && (early || p.Orphan() && l.system.now.Before(p.Token.CreatedAt.Add(day))) {
				t.Fatalf("the predecessor %s was revoked before %s", p.Token.Name, p.RetireAt)
			}
		}
	}
}

// settles refreshes and plans again: after a run without failures nothing is left to do, and no live
// token of the resource is lost.
func (l *life) settles(t *rapid.T, clean bool) {
	l.begin()

	said := l.refresh()
	if l.hears(said); said.Failed() {
		t.Fatalf("a refresh fails, although nothing is wrong: %v", namesOfNotices(said))
	}

	plan, replace, planned := l.plan(l.config)
	overdue := l.state.Generation.V == 0 && l.state.Due.Set

	if clean && !overdue && (planned.Failed() || len(replace) > 0 || !empty(l.state, plan)) {
		t.Fatalf("the plan after a clean run: %v, %v, %s", replace, namesOfNotices(planned), cmp.Diff(flat(l.state), flat(plan)))
	}

	if !l.works(l.other.state.LiveToken()) {
		t.Fatal("the other resource's token does not work")
	}

	known := append(tokensOf(l.state.Previous.V), l.state.LiveToken(), l.other.state.LiveToken())

	for _, token := range l.system.tokens {
		if l.system.shown(token).Status == pat.StatusActive && !slices.ContainsFunc(known, token.SameAs) && !strings.Contains(l.said.String(), token.Name) {
			t.Fatalf("%s is active, but neither recorded nor named in a notice: %s", token.Name, l.said.String())
		}
	}

	// Tokens that are recorded as active work.
	for _, p := range l.state.Previous.V {
		if !l.works(p.Token) {
			t.Fatalf("the predecessor %s is recorded, but does not work", p.Token.Name)
		}
	}

	if live := l.state.LiveToken(); live.Status == pat.StatusActive && !l.works(live) {
		t.Fatalf("the live token %s is recorded as active, but does not work", live.Name)
	}
}

// Whatever happens to a resource: an update does what its plan said, the plan after it is empty
// unless something is due or failed, no live token is lost, and no token is revoked that should be
// kept.
func TestEngine_properties(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t)

		t.Repeat(map[string]func(*rapid.T){
			"run": l.runs, "run again": l.runs, "and again": l.runs,
			"edit": l.edit, "time passes": l.elapse, "leave an orphan": l.orphan,
			"save": l.save, "restore": l.restore,
			"use":    func(t *rapid.T) { l.system.use(l.any(t)) },
			"revoke": func(t *rapid.T) { l.system.kill(l.any(t)) },
		})

		// In the end everything can be destroyed.
		l.begin()

		_, said := l.engine.Destroy(t.Context(), l.state)
		l.wantNotices(said)

		if l.works(l.state.LiveToken()) {
			t.Fatal("a token is still active after the destroy")
		}
	})
}
