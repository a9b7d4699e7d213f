package tokens

import (
	"context"
	"errors"
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

const day = lifecycle.Day

var (
	errDenied = &pat.PermissionError{Failure: pat.Failure{Tried: "asking", Said: "HTTP 403"}}
	errUnseen = &pat.NotFoundError{Failure: pat.Failure{Tried: "asking", Said: "HTTP 404"}}
)

// tester is a test, or one run of a property.
type tester interface {
	rapid.TB

	Context() context.Context
}

// stage is a resource on a scripted server, with what a CLI does between the calls of an Engine.
type stage struct {
	tester

	system *fake
	engine *Engine
	// options are the options of each process's engine.
	options Options
	// skew is how far the clock of the machine is ahead of the server's.
	skew   time.Duration
	state  Record
	memory Memory
}

// newStage returns a stage without a resource.
func newStage(t tester, reusable bool) *stage {
	system := newFake(reusable)
	s := &stage{tester: t, system: system}
	s.options = Options{System: system, Direct: system}
	s.process()

	return s
}

// onEachPlatform runs the test on a platform with reusable names and on one without.
func onEachPlatform(t *testing.T, test func(t *testing.T, s *stage)) {
	t.Helper()

	for name, reusable := range map[string]bool{"names are not reusable": false, "names are reusable": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newStage(t, reusable))
		})
	}
}

// process starts another process of the provider.
func (s *stage) process() {
	s.options.Clock = pat.NewClock(pat.Runner{
		Now:     func() time.Time { return s.system.now.Add(s.skew) },
		Elapsed: func() time.Duration { return s.system.now.Sub(start) },
	})
	s.system.clock = s.options.Clock
	s.engine = NewEngine(s.options)
}

// another returns another resource of the same process.
func (s *stage) another() *stage {
	return &stage{tester: s.tester, system: s.system, engine: s.engine, options: s.options, skew: s.skew}
}

// asked returns a configuration in the form in which a plan starts.
func asked(config Arguments) Record {
	text := lifecycle.Unknown[string]()

	return Record{
		Arguments: config, Owner: Owner{ID: text, Username: text}, Platform: text, Server: text,
		Generation: lifecycle.Unknown[int64](), Previous: lifecycle.Unknown[[]lifecycle.Predecessor](),
	}
}

// create plans and issues the first token.
func (s *stage) create(config Arguments) Notices {
	s.Helper()

	plan, said := s.engine.PlanCreate(s.Context(), asked(config))
	if said.Failed() {
		return said
	}

	created, memory, notices := s.engine.Create(s.Context(), plan, Memory{})
	if said = append(said, notices...); !notices.Failed() {
		s.fits(plan, created)

		s.state, s.memory = created, memory
	}

	return said
}

// created issues the first token, and starts another process.
func (s *stage) created(config Arguments) {
	s.Helper()

	if said := s.create(config); said.Failed() {
		s.Fatalf("create: %v", namesOfNotices(said))
	}

	s.process()
}

// imported imports a token of the user.
func (s *stage) imported(token string) Notices {
	s.Helper()

	record, said := s.engine.Import(s.Context(), user, token)
	if !said.Failed() {
		s.state, s.memory = record, Memory{}
	}

	return said
}

func (s *stage) refresh() Notices {
	s.Helper()

	refreshed, memory, said := s.engine.Refresh(s.Context(), s.state, s.memory)
	if !said.Failed() {
		if refreshed.Policy != s.state.Policy || refreshed.Name != s.state.Name && s.state.Server.Set {
			s.Errorf("a refresh changed an argument: %+v", refreshed.Arguments)
		}

		s.state, s.memory = refreshed, memory
	}

	return said
}

func (s *stage) plan(config Arguments) (plan Record, replace []string, said Notices) {
	s.Helper()

	return s.engine.PlanUpdate(s.Context(), s.state, asked(config), s.memory)
}

// update applies a plan.
func (s *stage) update(plan Record) Notices {
	s.Helper()

	updated, memory, said := s.engine.Update(s.Context(), s.state, plan, s.memory)

	switch {
	case !said.Failed():
		s.fits(plan, updated)
	case updated.Policy != s.state.Policy || updated.NamePrefix != s.state.NamePrefix || updated.Name != s.state.Name:
		s.Errorf("a failed update recorded arguments: %+v", updated.Arguments)
	}

	s.state, s.memory = updated, memory

	return said
}

// apply plans and updates without a refresh.
func (s *stage) apply(config Arguments) Notices {
	s.Helper()

	plan, replace, said := s.plan(config)

	switch {
	case said.Failed():
		return said
	case len(replace) > 0:
		s.Fatalf("a replacement is planned, by %v", replace)
	case empty(s.state, plan):
		return said
	}

	return append(said, s.update(plan)...)
}

// run is a complete run of a CLI, in a new process.
func (s *stage) run(config Arguments) Notices {
	s.Helper()
	s.process()

	said := s.refresh()
	if said.Failed() {
		return said
	}

	return append(said, s.apply(config)...)
}

// unchanged fails the test unless a run has nothing to do, and returns its notices.
func (s *stage) unchanged(config Arguments) Notices {
	s.Helper()
	s.process()

	said := s.refresh()

	plan, replace, planned := s.plan(config)
	if said = append(said, planned...); said.Failed() || len(replace) > 0 || !empty(s.state, plan) {
		s.Errorf("the next plan changes %v, replaces by %v: %v", cmp.Diff(flat(s.state), flat(plan)), replace, namesOfNotices(said))
	}

	return said
}

// empty reports whether a plan changes nothing.
func empty(state, plan Record) bool { return maps.Equal(flat(state), flat(plan)) }

// keeps fails the test if a value differs from that of an earlier plan.
func (s *stage) keeps(plan, later Record) {
	s.Helper()

	now := flat(later)

	for path, planned := range flat(plan) {
		if planned != unknown && planned != now[path] {
			s.Errorf("%s was planned as %q, but is %q", path, planned, now[path])
		}
	}
}

// fits is keeps for the result of an apply.
func (s *stage) fits(plan, applied Record) {
	s.Helper()
	s.keeps(plan, applied)

	if left := unknownsOf(applied); len(left) > 0 {
		s.Errorf("unknown after apply: %v", left)
	}
}

// unknown is what flat returns for a value that is known only after apply.
const unknown = "(known after apply)"

// flat returns all parts of a record, by their paths.
func flat(r Record) map[string]string {
	parts := map[string]string{"id": shownValue(r.ID())}

	for path, value := range map[string]lifecycle.Value[string]{
		"username": r.Username, "user_id": r.UserID, "name": r.Name, "name_prefix": r.NamePrefix, "series": r.Series,
		"encrypt_to": r.Recipients, "owner.id": r.Owner.ID, "owner.username": r.Owner.Username, "platform": r.Platform,
		"server": r.Server, "encrypted_token": r.Secret.Encrypted, "current.id": r.Current.ID, "current.name": r.Current.Name,
		"current.sha256": r.Current.SHA256,
	} {
		parts[path] = shownValue(value)
	}

	for path, value := range map[string]lifecycle.Value[time.Time]{
		"expires_at": r.ExpiresAt, "current.created_at": r.Current.CreatedAt, "current.expires_at": r.Current.ExpiresAt,
		"current.rotate_at": r.Current.RotateAt,
	} {
		parts[path] = shownValue(value)
	}

	for path, value := range map[string]lifecycle.Value[time.Duration]{
		"expires_in": r.ExpiresIn, "rotation.before_expiry": r.Policy.BeforeExpiry, "rotation.max_age": r.Policy.MaxAge,
		"rotation.overlap": r.Policy.Overlap, "rotation.hold_if_used_within": r.Policy.HoldIfUsedWithin,
	} {
		parts[path] = shownValue(value)
	}

	parts["token"] = shownValue(r.Secret.Plain)
	if plain := r.Secret.Plain; plain.Set {
		parts["token"] = plain.V.Reveal()
	}

	parts["generation"] = shownValue(r.Generation)
	parts["rotation_reason"] = shownValue(r.Due)
	parts["current.status"] = shownValue(r.Current.Status)
	parts["current.issue_reason"] = shownValue(r.Current.IssueReason)
	parts["reissue_when_invalid"] = shownValue(r.ReissueWhenInvalid)
	parts["previous"] = shownPrevious(r.Previous)

	parts["rotation.triggers"] = fmt.Sprint(r.Triggers.Values == nil)
	if r.Triggers.Unknown {
		parts["rotation.triggers"] = unknown
	}

	for key, value := range r.Triggers.Values {
		parts["rotation.triggers."+key] = shownValue(value)
	}

	return parts
}

func shownValue[T any](value lifecycle.Value[T]) string {
	switch {
	case value.Unknown:
		return unknown
	case !value.Set:
		return "null"
	default:
		return fmt.Sprint(value.V)
	}
}

// shownPrevious omits the last use of a predecessor, which is not in state.
func shownPrevious(previous lifecycle.Value[[]lifecycle.Predecessor]) string {
	if previous.Unknown {
		return unknown
	}

	var all []string

	for _, p := range previous.V {
		all = append(all, fmt.Sprintf("%s %s %d %s %s %s due %t held %t %s", p.Token.ID, p.Token.Name, p.Generation,
			p.Token.CreatedAt, p.Token.ExpiresAt, p.RetireAt, p.Due, p.Held, p.SHA256))
	}

	return strings.Join(all, "\n")
}

// unknownsOf returns the paths of values that are known only after apply.
func unknownsOf(plan Record) []string {
	var paths []string

	for path, value := range flat(plan) {
		if value == unknown {
			paths = append(paths, path)
		}
	}

	slices.Sort(paths)

	return paths
}

var stepNames = map[Step]string{
	StepFindUser: "FindUser", StepFindImportedUser: "FindImportedUser", StepFindImportedToken: "FindImportedToken",
	StepLookForName: "LookForName", StepIssue: "Issue", StepReissue: "Reissue", StepIssueEphemeral: "IssueEphemeral",
	StepKeepSecret: "KeepSecret", StepRead: "Read", StepReadPredecessor: "ReadPredecessor",
	StepLookOnOtherServer: "LookOnOtherServer", StepRevoke: "Revoke", StepRevokePredecessor: "RevokePredecessor",
	StepRevokeBeforeReissue: "RevokeBeforeReissue",
}

// namesOfNotices returns the types of notices, each with its step or argument.
func namesOfNotices(notices Notices) []string {
	var names []string

	for _, notice := range notices {
		name := strings.TrimPrefix(fmt.Sprintf("%T", notice), "tokens.")

		switch n := notice.(type) {
		case StepFailed:
			name += " " + stepNames[n.Step]
		case InvalidArgument:
			name += " " + n.Argument
		case InvalidPolicy:
			name += " " + n.Argument
		case ImportedDiffers:
			name += " " + n.Argument
		}

		names = append(names, name)
	}

	return names
}

// wantNotices fails the test unless these are the notices, in this order.
func (s *stage) wantNotices(said Notices, want ...string) {
	s.Helper()

	if diff := cmp.Diff(want, namesOfNotices(said)); diff != "" {
		s.Errorf("notices (-want +got):\n%s\n%v", diff, said)
	}
}

// wantToken fails the test unless the live token of the state has this generation, was issued for
// this reason, and works.
func (s *stage) wantToken(generation int64, reason lifecycle.Reason) {
	s.Helper()

	r := s.state
	if r.Generation.V != generation || r.Current.IssueReason.V != reason || r.Current.Status.V != pat.StatusActive {
		s.Errorf("generation %d, %s, %s; want %d, %s", r.Generation.V, r.Current.Status.V, r.Current.IssueReason.V, generation, reason)
	}

	if !s.works(r.LiveToken()) {
		s.Errorf("the token %s does not work", r.Current.Name.V)
	}
}

// wantPrevious fails the test unless the predecessors are these generations, and all work.
func (s *stage) wantPrevious(generations ...int64) {
	s.Helper()

	var got []int64

	for _, predecessor := range s.state.Previous.V {
		got = append(got, predecessor.Generation)

		if !s.works(predecessor.Token) {
			s.Errorf("the predecessor %s does not work", predecessor.Token.Name)
		}
	}

	if !slices.Equal(got, generations) {
		s.Errorf("the predecessors are the generations %v, want %v", got, generations)
	}
}

// works reports whether the server accepts the token.
func (s *stage) works(token pat.Token) bool {
	shown, gone, err := findRecorded(s.Context(), quietly{s.system}, token)

	return err == nil && gone == nil && shown.Status == pat.StatusActive
}

// wantIssued fails the test unless this many tokens were requested so far.
func (s *stage) wantIssued(want int) {
	s.Helper()

	if got := len(s.system.created); got != want {
		s.Errorf("%d tokens were requested, want %d: %v", got, want, s.system.created)
	}
}

// wantLive fails the test unless the tokens with these names are the ones that work.
func (s *stage) wantLive(names ...string) {
	s.Helper()

	got := s.system.live()
	slices.Sort(got)
	slices.Sort(names)

	if !slices.Equal(got, names) {
		s.Errorf("live: %v, want %v", got, names)
	}
}

// quietly is the server without its scripted failures.
type quietly struct{ *fake }

func (q quietly) Token(_ context.Context, key pat.Key) (pat.Token, error) {
	for _, row := range slices.Backward(q.tokens) {
		if row.Key() == key {
			return q.shown(row), nil
		}
	}

	return pat.Token{}, &pat.GoneError{}
}

func (q quietly) Tokens(_ context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	var found []pat.Token

	for _, row := range q.tokens {
		if row.UserID == userID && query.Selects(row) {
			found = append(found, q.shown(row))
		}
	}

	return found, nil
}

// failing lets calls of these kinds fail until it is called without any.
func (s *stage) failing(err error, calls ...call) {
	s.system.fails = func(what call, _ string) error {
		if slices.Contains(calls, what) {
			return err
		}

		return nil
	}
}

// basic is a configuration without a policy.
func basic(edits ...func(*Arguments)) Arguments {
	var a Arguments

	a.UserID = lifecycle.Known(user)
	a.NamePrefix = lifecycle.Known("ci-")
	a.ExpiresIn = lifecycle.Known(90 * day)

	return a.edited(edits...)
}

// aged is basic with a policy by age.
func aged(edits ...func(*Arguments)) Arguments {
	return basic(maxAge(60*day), overlap(48*time.Hour)).edited(edits...)
}

func (a Arguments) edited(edits ...func(*Arguments)) Arguments {
	a.Triggers.Values = maps.Clone(a.Triggers.Values)

	for _, edit := range edits {
		edit(&a)
	}

	return a
}

func maxAge(age time.Duration) func(*Arguments) {
	return func(a *Arguments) { a.Rotation, a.Policy.MaxAge = true, lifecycle.Known(age) }
}

func beforeExpiry(window time.Duration) func(*Arguments) {
	return func(a *Arguments) { a.Rotation, a.Policy.BeforeExpiry = true, lifecycle.Known(window) }
}

func overlap(time time.Duration) func(*Arguments) {
	return func(a *Arguments) { a.Rotation, a.Policy.Overlap = true, lifecycle.Known(time) }
}

func hold(time time.Duration) func(*Arguments) {
	return func(a *Arguments) { a.Rotation, a.Policy.HoldIfUsedWithin = true, lifecycle.Known(time) }
}

func trigger(n int) func(*Arguments) {
	return func(a *Arguments) {
		a.Rotation = true
		a.Triggers.Values = map[string]lifecycle.Value[string]{"n": lifecycle.Known(fmt.Sprint(n))}
	}
}

func inSeries(series string) func(*Arguments) {
	return func(a *Arguments) { a.Series = lifecycle.Known(series) }
}

func prefixed(prefix string) func(*Arguments) {
	return func(a *Arguments) { a.NamePrefix = lifecycle.Known(prefix) }
}

func named(name string) func(*Arguments) {
	return func(a *Arguments) { a.Name, a.NamePrefix = lifecycle.Known(name), lifecycle.Value[string]{} }
}

func forEver(a *Arguments) { a.ExpiresIn = lifecycle.Value[time.Duration]{} }

func until(at time.Time) func(*Arguments) {
	return func(a *Arguments) { forEver(a); a.ExpiresAt = lifecycle.Known(at) }
}

func keepInvalid(a *Arguments) { a.ReissueWhenInvalid = lifecycle.Known(false) }

func ofUser(id string) func(*Arguments) {
	return func(a *Arguments) { a.UserID = lifecycle.Known(id) }
}

func ofLogin(login string) func(*Arguments) {
	return func(a *Arguments) { a.UserID, a.Username = lifecycle.Value[string]{}, lifecycle.Known(login) }
}

// midnight is the beginning of a day, this long after the start.
func midnight(after time.Duration) time.Time { return start.Truncate(day).Add(after) }

// noticesOf returns the notices of a type.
func noticesOf[N Notice](notices Notices) (found []N) {
	for _, notice := range notices {
		if n, ok := notice.(N); ok {
			found = append(found, n)
		}
	}

	return found
}

// errorOf returns the error of the first failed step.
func errorOf(notices Notices) error {
	for _, failed := range noticesOf[StepFailed](notices) {
		return failed.Err
	}

	return errors.New("no step failed")
}
