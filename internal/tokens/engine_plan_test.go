package tokens

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// The values that are known only after apply, by what a plan does. No other value may be unknown:
// anything that uses a value which is unnecessarily unknown changes unnecessarily.
var (
	unknownInReissue = []string{
		"current.created_at", "current.expires_at", "current.id", "current.name", "current.rotate_at", "current.sha256",
		"generation", "id", "previous", "token",
	}
	unknownInCreate = []string{
		"current.created_at", "current.expires_at", "current.id", "current.name", "current.rotate_at", "current.sha256",
		"generation", "id", "owner.id", "owner.username", "platform", "series", "server", "token",
	}
	unknownIfUndecided = also(unknownInReissue, "current.issue_reason")
	unknownInPrune     = []string{"previous"}
)

// also returns the paths with additional ones.
func also(paths []string, more ...string) []string {
	return slices.Sorted(slices.Values(append(slices.Clone(paths), more...)))
}

// but returns the paths without some of them.
func but(paths []string, not ...string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return slices.Contains(not, path) })
}

func later[T any](value *lifecycle.Value[T]) { *value = lifecycle.Unknown[T]() }

func TestPlanCreate_unknowns(t *testing.T) {
	t.Parallel()

	_, key := agekeys.Native(t)

	for name, test := range map[string]struct {
		config Arguments
		want   []string
		said   []string
	}{
		"a generated name": {config: basic(), want: unknownInCreate},
		"a set series":     {config: basic(inSeries("abc234")), want: also(but(unknownInCreate, "series"), "previous")},
		"a fixed name":     {config: basic(named("ci")), want: but(unknownInCreate, "series")},
		"recipients": {
			config: basic(func(a *Arguments) { a.Recipients = lifecycle.Known(key.Recipient) }),
			want:   also(but(unknownInCreate, "token"), "encrypted_token"),
		},
		"recipients that are not known": {
			config: basic(func(a *Arguments) { later(&a.Recipients) }), want: also(unknownInCreate, "encrypted_token", "encrypt_to"),
		},
		"a series that is not known": {
			config: basic(func(a *Arguments) { later(&a.Series) }), want: also(unknownInCreate, "previous"),
		},
		"a name that is not known": {
			config: basic(func(a *Arguments) { later(&a.NamePrefix) }), want: also(unknownInCreate, "name_prefix"),
		},
		"a user who is not known": {
			config: basic(func(a *Arguments) { later(&a.UserID) }), want: also(unknownInCreate, "user_id"),
		},
		"no expiry": {config: basic(forEver), want: unknownInCreate, said: []string{"NeverExpires"}},
		"an expiry that is not known": {
			config: basic(func(a *Arguments) { later(&a.ExpiresIn) }), want: also(unknownInCreate, "expires_in"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				plan, said := s.engine.PlanCreate(t.Context(), asked(test.config))
				if diff := cmp.Diff(test.want, unknownsOf(plan)); diff != "" {
					t.Errorf("known after apply (-want +got):\n%s", diff)
				}

				s.wantNotices(said, test.said...)

				if plan.Current.Status.V != pat.StatusActive || plan.Current.IssueReason.V != lifecycle.ReasonCreated {
					t.Errorf("the token is planned as %+v", plan.Current)
				}
			})
		})
	}
}

// planRow is a change of a resource, and what its plan contains.
type planRow struct {
	before, after Arguments
	// meanwhile happens before the run that plans.
	meanwhile func(s *stage)
	// settles is the configuration at apply; if it is not set, that of the plan.
	settles *Arguments
	want    []string
	said    []string
	// generation and reason are those of the token after the update.
	generation int64
	reason     lifecycle.Reason
}

// planRows are the changes of a resource that has one token.
func planRows(recipient string) map[string]planRow {
	var (
		pass    = func(by time.Duration) func(*stage) { return func(s *stage) { s.system.now = s.system.now.Add(by) } }
		settles = func(a Arguments) *Arguments { return &a }
		sealed  = func(a *Arguments) { a.Recipients = lifecycle.Known(recipient) }
		twoKeys = func(a, b lifecycle.Value[string]) func(*Arguments) {
			return func(args *Arguments) {
				args.Rotation, args.Triggers.Values = true, map[string]lifecycle.Value[string]{"a": a, "b": b}
			}
		}
		oneKey = func(key, value string) func(*Arguments) {
			return func(args *Arguments) {
				args.Rotation, args.Triggers.Values = true, map[string]lifecycle.Value[string]{key: lifecycle.Known(value)}
			}
		}
		one, null = lifecycle.Known("1"), lifecycle.Value[string]{}
	)

	const (
		created   = lifecycle.ReasonCreated
		changed   = lifecycle.ReasonChanged
		triggered = lifecycle.ReasonTriggers
	)

	return map[string]planRow{
		// Edits that are only recorded.
		"nothing":                          {before: aged(), after: aged(), generation: 1, reason: created},
		"a rotation block":                 {before: basic(), after: aged(), want: unknownIfUndecided, generation: 1, reason: created},
		"no rotation block":                {before: aged(), after: basic(), generation: 1, reason: created},
		"an older age":                     {before: aged(), after: aged(maxAge(70 * day)), generation: 1, reason: created},
		"a shorter window":                 {before: basic(beforeExpiry(30 * day)), after: basic(beforeExpiry(20 * day)), generation: 1, reason: created},
		"an overlap":                       {before: aged(), after: aged(overlap(time.Hour)), generation: 1, reason: created},
		"a hold":                           {before: aged(), after: aged(hold(time.Hour)), generation: 1, reason: created},
		"triggers are added":               {before: aged(), after: aged(trigger(1)), said: []string{"TriggersRecorded"}, generation: 1, reason: created},
		"triggers are removed":             {before: aged(trigger(1)), after: aged(), said: []string{"TriggersRecorded"}, generation: 1, reason: created},
		"a shorter lifetime":               {before: basic(), after: basic(func(a *Arguments) { a.ExpiresIn = lifecycle.Known(80 * day) }), said: []string{"OutlivesExpiresIn"}, generation: 1, reason: created},
		"no lifetime":                      {before: basic(), after: basic(forEver), generation: 1, reason: created},
		"a lifetime instead of an instant": {before: basic(until(midnight(40 * day))), after: basic(), generation: 1, reason: created},
		"no instant":                       {before: basic(until(midnight(40 * day))), after: basic(forEver), generation: 1, reason: created},
		"reissue_when_invalid":             {before: basic(), after: basic(keepInvalid), generation: 1, reason: created},
		"another series":                   {before: basic(), after: basic(inSeries("zzz234")), generation: 1, reason: created},
		"a username instead of the id":     {before: basic(), after: basic(ofLogin("svc")), generation: 1, reason: created},
		"username and id":                  {before: basic(), after: basic(func(a *Arguments) { a.Username = lifecycle.Known("svc") }), generation: 1, reason: created},
		"the live name in addition to the prefix": {
			before: basic(), after: basic(func(a *Arguments) { a.Name = lifecycle.Known("x") }), generation: 1, reason: created,
		},

		// Changes that require another token.
		"another prefix": {before: basic(), after: basic(prefixed("cd-")), want: unknownInReissue, said: []string{"PrefixChanged"}, generation: 2, reason: changed},
		"another name": {
			before: basic(named("one")), after: basic(named("two")), want: unknownInReissue, generation: 2, reason: changed,
		},
		"a prefix instead of a name": {
			before: basic(named("one")), after: basic(), want: also(unknownInReissue, "series"), said: []string{"PrefixChanged"}, generation: 2, reason: changed,
		},
		"an instant": {
			before: basic(), after: basic(until(midnight(40 * day))), want: unknownInReissue, generation: 2, reason: changed,
		},
		"another instant": {
			before: basic(until(midnight(30 * day))), after: basic(until(midnight(40 * day))), want: unknownInReissue, generation: 2, reason: changed,
		},
		"recipients": {
			before: basic(), after: basic(sealed), want: also(but(unknownInReissue, "token"), "encrypted_token"),
			said: []string{"RecipientsChanged"}, generation: 2, reason: changed,
		},
		"no recipients": {
			before: basic(sealed), after: basic(), want: unknownInReissue, said: []string{"RecipientsChanged"}, generation: 2, reason: changed,
		},
		"a changed trigger": {before: basic(trigger(1)), after: basic(trigger(2)), want: unknownInReissue, generation: 2, reason: triggered},
		"another key":       {before: basic(oneKey("a", "1")), after: basic(twoKeys(one, one)), want: unknownInReissue, generation: 2, reason: triggered},
		"one key less":      {before: basic(twoKeys(one, one)), after: basic(oneKey("b", "1")), want: unknownInReissue, generation: 2, reason: triggered},
		"a null trigger":    {before: basic(twoKeys(one, one)), after: basic(twoKeys(one, null)), want: unknownInReissue, generation: 2, reason: triggered},
		"an empty trigger":  {before: basic(twoKeys(one, null)), after: basic(twoKeys(one, lifecycle.Known(""))), want: unknownInReissue, generation: 2, reason: triggered},
		"no overlap, and a trigger": {
			before: basic(trigger(1), overlap(0)), after: basic(trigger(2), overlap(0)), want: unknownInReissue, said: []string{"RevokedFirst"},
			generation: 2, reason: triggered,
		},

		// The policy and the clock.
		"due by age": {
			before: aged(), after: aged(), meanwhile: pass(61 * day), want: unknownInReissue, generation: 2, reason: lifecycle.ReasonMaxAge,
		},
		"due before expiry": {
			before: basic(beforeExpiry(30 * day)), after: basic(beforeExpiry(30 * day)), meanwhile: pass(61 * day),
			want: unknownInReissue, generation: 2, reason: lifecycle.ReasonBeforeExpiry,
		},
		"due, and removed from the policy": {
			before: aged(), after: basic(), meanwhile: pass(61 * day), want: unknownIfUndecided, generation: 1, reason: created,
		},
		"due, and the policy edited": {
			before: aged(), after: aged(overlap(time.Hour)), meanwhile: pass(61 * day), want: unknownIfUndecided, generation: 2, reason: lifecycle.ReasonMaxAge,
		},
		"a lower age, not yet reached": {
			before: aged(), after: aged(maxAge(50 * day)), want: unknownIfUndecided, generation: 1, reason: created,
		},
		"a lower age, already reached": {
			before: aged(), after: aged(maxAge(10 * day)), meanwhile: pass(11 * day), want: unknownIfUndecided, generation: 2, reason: lifecycle.ReasonMaxAge,
		},
		"a longer window, already reached": {
			before: basic(beforeExpiry(10 * day)), after: basic(beforeExpiry(50 * day)), meanwhile: pass(45 * day),
			want: unknownIfUndecided, generation: 2, reason: lifecycle.ReasonBeforeExpiry,
		},

		// A token that no longer works.
		"expired": {
			before: basic(), after: basic(), meanwhile: pass(93 * day), want: unknownInReissue, generation: 2, reason: lifecycle.ReasonExpired,
		},
		"expired on time": {
			before: basic(until(midnight(10 * day))), after: basic(until(midnight(10 * day))), meanwhile: pass(13 * day),
			said: []string{"ExpiredOnTime"}, generation: 1, reason: created,
		},
		"expired on time, and a trigger": {
			before: basic(until(midnight(10*day)), trigger(1)), after: basic(until(midnight(10*day)), trigger(2)), meanwhile: pass(13 * day),
			said: []string{"ExpiredOnTime"}, generation: 1, reason: created,
		},
		"expired, and another instant": {
			before: basic(until(midnight(10 * day))), after: basic(until(midnight(40 * day))), meanwhile: pass(13 * day),
			want: unknownInReissue, generation: 2, reason: lifecycle.ReasonExpired,
		},
		"expired, and kept": {
			before: basic(keepInvalid), after: basic(keepInvalid), meanwhile: pass(93 * day), said: []string{"KeptInvalid"}, generation: 1, reason: created,
		},
		"expired, kept, and due": {
			before: aged(keepInvalid), after: aged(keepInvalid), meanwhile: pass(93 * day), said: []string{"KeptInvalid"}, generation: 1, reason: created,
		},
		"expired, kept, and a lower age": {
			before: aged(keepInvalid), after: aged(keepInvalid, maxAge(10*day)), meanwhile: pass(93 * day), said: []string{"KeptInvalid"}, generation: 1, reason: created,
		},
		"expired, kept, and a trigger": {
			before: basic(keepInvalid, trigger(1)), after: basic(keepInvalid, trigger(2)), meanwhile: pass(93 * day),
			want: unknownInReissue, generation: 2, reason: triggered,
		},
		"expired, and no longer kept": {
			before: basic(keepInvalid), after: basic(), meanwhile: pass(93 * day), want: unknownInReissue, generation: 2, reason: lifecycle.ReasonExpired,
		},

		// Arguments that are not known yet, and turn out not to change.
		"an unknown prefix": {
			before: basic(), after: basic(func(a *Arguments) { later(&a.NamePrefix) }), settles: settles(basic()),
			want: also(unknownIfUndecided, "name_prefix"), generation: 1, reason: created,
		},
		"an unknown name": {
			before: basic(named("one")), after: basic(named("one"), func(a *Arguments) { later(&a.Name) }), settles: settles(basic(named("one"))),
			want: also(unknownIfUndecided, "name"), generation: 1, reason: created,
		},
		"an unknown instant": {
			before: basic(until(midnight(40 * day))), after: basic(forEver, func(a *Arguments) { later(&a.ExpiresAt) }), settles: settles(basic(until(midnight(40 * day)))),
			want: also(unknownIfUndecided, "expires_at"), said: []string{"ExpiryMoves"}, generation: 1, reason: created,
		},
		"an unknown age": {
			before: aged(), after: aged(func(a *Arguments) { later(&a.Policy.MaxAge) }), settles: settles(aged()),
			want: also(unknownIfUndecided, "rotation.max_age"), generation: 1, reason: created,
		},
		"an unknown trigger": {
			before: basic(twoKeys(one, one)), after: basic(twoKeys(one, lifecycle.Unknown[string]())), settles: settles(basic(twoKeys(one, one))),
			want: also(unknownIfUndecided, "rotation.triggers.b"), generation: 1, reason: created,
		},
		"an unknown trigger that changes": {
			before: basic(twoKeys(one, one)), after: basic(twoKeys(one, lifecycle.Unknown[string]())), settles: settles(basic(twoKeys(one, null))),
			want: also(unknownIfUndecided, "rotation.triggers.b"), generation: 2, reason: triggered,
		},
		"unknown recipients": {
			before: basic(sealed), after: basic(func(a *Arguments) { later(&a.Recipients) }), settles: settles(basic(sealed)),
			want: also(unknownIfUndecided, "encrypt_to", "encrypted_token"), generation: 1, reason: created,
		},
		"an unknown series": {
			before: basic(inSeries("abc234")), after: basic(func(a *Arguments) { later(&a.Series) }), settles: settles(basic(inSeries("abc234"))),
			want: []string{"series"}, generation: 1, reason: created,
		},
		"an unknown user": {
			before: basic(), after: basic(func(a *Arguments) { later(&a.UserID) }), settles: settles(basic()),
			want: []string{"owner.username", "user_id"}, generation: 1, reason: created,
		},
		"an unknown overlap": {
			before: aged(), after: aged(func(a *Arguments) { later(&a.Policy.Overlap) }), settles: settles(aged()),
			want: []string{"rotation.overlap"}, generation: 1, reason: created,
		},
	}
}

// Each argument is edited alone. The update is consistent with the plan, the plan after it is empty,
// and a token is issued only if the row says so.
func TestPlanUpdate_eachChange(t *testing.T) {
	t.Parallel()

	_, key := agekeys.Native(t)

	for name, row := range planRows(key.Recipient) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) { row.check(t, s, key.Identity) })
		})
	}
}

func (row planRow) check(t *testing.T, s *stage, identity age.Identity) {
	t.Helper()
	s.created(row.before)

	before := s.state

	if row.meanwhile != nil {
		row.meanwhile(s)
	}

	s.wantNotices(s.refresh())

	plan, replace, said := s.plan(row.after)
	if diff := cmp.Diff(row.want, unknownsOf(plan)); diff != "" || len(replace) > 0 {
		t.Errorf("known after apply (-want +got):\n%s\nreplaced by %v", diff, replace)
	}

	s.wantNotices(said, row.said...)

	if plan.Due.Set && row.reason != lifecycle.ReasonCreated {
		t.Errorf("the next token is planned to be due: %v", plan.Due)
	}

	again, _, _ := s.plan(row.after) // Terraform plans twice.
	if diff := cmp.Diff(flat(plan), flat(again)); diff != "" {
		t.Errorf("the second plan differs (-first +second):\n%s", diff)
	}

	settles := row.after
	if row.settles != nil {
		settles = *row.settles
		s.process() // Another process applies it.
	}

	final, _, said := s.plan(settles)
	if said.Failed() {
		t.Fatalf("the plan at apply fails: %v", namesOfNotices(said))
	}

	s.keeps(plan, final)

	if said := s.update(final); said.Failed() {
		t.Fatalf("the update fails: %v", namesOfNotices(said))
	}

	if s.state.Generation.V != row.generation || s.state.Current.IssueReason.V != row.reason {
		t.Errorf("generation %d, %s; want %d, %s", s.state.Generation.V, s.state.Current.IssueReason.V, row.generation, row.reason)
	}

	s.wantIssued(int(row.generation))

	if sealed := s.state.Secret.Encrypted; sealed.Set {
		if got := agekeys.Decrypt(t, sealed.V, identity); got != secretOf(s.state.LiveToken()).Reveal() {
			t.Error("the recipient decrypts another secret")
		}
	}

	if row.generation == 1 {
		for _, part := range []string{"id", "token", "encrypted_token", "current.name", "current.sha256", "current.created_at"} {
			if flat(before)[part] != flat(s.state)[part] {
				t.Errorf("%s changed, although the edit is only recorded", part)
			}
		}
	}

	s.unchanged(settles)
}

// While the platform is not known, a plan contains only what would happen on all platforms.
func TestPlan_platformNotKnown(t *testing.T) {
	t.Parallel()

	var nowhere Engine

	window := basic(beforeExpiry(10 * day))

	for _, reusable := range []bool{false, true} {
		// A few hours before the window begins, or after that: it depends on how the platform reads a
		// date.
		expires := window.Lifetime().Expiry(start, newFake(reusable).traits).V
		age := expires.Sub(start) - 10*day - 7*time.Hour

		for name, test := range map[string]struct{ before, after Arguments }{
			"a longer window":                {window, basic(beforeExpiry(20 * day))},
			"a shorter window":               {window, basic(beforeExpiry(5*day), overlap(day))},
			"an age instead of a window":     {window, aged()},
			"an age in addition":             {window, window.edited(maxAge(age))},
			"a window in addition to an age": {basic(maxAge(age)), window.edited(maxAge(age))},
			"an overlap":                     {window, window.edited(overlap(time.Hour))},
			"no policy":                      {window, basic()},
			"another prefix":                 {window, window.edited(prefixed("cd-"))},
			"nothing":                        {window, window},
			"a fixed name":                   {basic(named("ci")), basic(named("cd"))},
		} {
			t.Run(fmt.Sprintf("%s, reusable %t", name, reusable), func(t *testing.T) {
				t.Parallel()

				s := newStage(t, reusable)
				s.created(test.before)

				first, replace, said := nowhere.PlanUpdate(t.Context(), s.state, asked(test.after), s.memory)
				if name == "another prefix" {
					s.wantNotices(said, "PrefixChanged")
				} else {
					s.wantNotices(said)
				}

				second, _, _ := s.plan(test.after)
				s.keeps(first, second)
				s.wantNotices(s.update(second))

				if len(replace) > 0 {
					t.Errorf("replaced by %v", replace)
				}
			})
		}
	}

	created, said := nowhere.PlanCreate(t.Context(), asked(basic()))
	if diff := cmp.Diff(unknownInCreate, unknownsOf(created)); diff != "" || len(said) > 0 {
		t.Errorf("%s, %v", diff, namesOfNotices(said))
	}

	s := newStage(t, false)
	s.created(basic())
	_, _, said = nowhere.PlanUpdate(t.Context(), s.state, asked(basic(ofUser("6"))), s.memory)
	s.wantNotices(said, "ServerUnknown")
	s.wantNotices(nowhere.PlanDestroy(s.state))
	s.wantNotices(nowhere.CheckEphemeral(lifecycle.Known("svc"), Order{NamePrefix: " "}))
}

// If recipients are only recorded, the plain secret is removed from the record.
func TestPlanUpdate_recordedRecipientsRemoveThePlainSecret(t *testing.T) {
	t.Parallel()

	sealed := func(a *Arguments) {
		a.Recipients = lifecycle.Known("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")
	}
	plain := basic(until(midnight(10 * day)))

	for name, test := range map[string]struct{ planned, applied Arguments }{
		"known":                                  {plain.edited(sealed), plain.edited(sealed)},
		"recipients not known yet":               {plain.edited(func(a *Arguments) { later(&a.Recipients) }), plain.edited(sealed)},
		"an expiry not known yet":                {plain.edited(sealed, func(a *Arguments) { later(&a.ExpiresAt) }), plain.edited(sealed)},
		"kept on purpose":                        {plain.edited(sealed, keepInvalid), plain.edited(sealed, keepInvalid)},
		"none, and none before":                  {plain, plain},
		"recipients that turn out not to be set": {plain.edited(func(a *Arguments) { later(&a.Recipients) }), plain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				s.created(plain)
				s.pass(13 * day)
				s.refresh()

				first, _, _ := s.plan(test.planned)
				second, _, _ := s.plan(test.applied)
				s.keeps(first, second)
				s.update(second)
				s.wantIssued(1)

				if s.state.Secret.Plain.Set == test.applied.Recipients.Set {
					t.Errorf("the plain secret is recorded: %t", s.state.Secret.Plain.Set)
				}

				s.unchanged(test.applied)
			})
		})
	}
}

// A change that does less than it seems gets a warning, and other changes get none.
func TestPlanUpdate_warnsWhereAChangeDoesLess(t *testing.T) {
	t.Parallel()

	noTriggers := func(a *Arguments) { a.Triggers = lifecycle.Triggers{Values: map[string]lifecycle.Value[string]{}} }

	for name, test := range map[string]struct {
		before, after Arguments
		said          []string
	}{
		"an empty map of triggers":        {before: aged(), after: aged(noTriggers)},
		"a first trigger in an empty map": {before: aged(noTriggers), after: aged(trigger(1))},
		"an empty map is removed":         {before: aged(noTriggers), after: aged()},
		"a longer lifetime":               {before: basic(), after: basic(func(a *Arguments) { a.ExpiresIn = lifecycle.Known(100 * day) })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(_ *testing.T, s *stage) {
				s.created(test.before)

				_, _, said := s.plan(test.after)
				s.wantNotices(said, test.said...)
			})
		})
	}
}
