package users

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// fake is an in-memory server with users. It cannot modify users by itself.
type fake struct {
	pat.System // Nil, because no other method is called.

	server string
	self   string // The id of the provider's own user; empty if not known.
	users  []pat.ModifiableUser
	fail   map[string]error
	sent   []string
}

// numbers matches the ids of users.
var numbers = regexp.MustCompile(`^[0-9]+$`)

// modifying is a fake that can modify users.
type modifying struct{ *fake }

func (f *fake) Traits() pat.Traits { return pat.Traits{DisplayName: "Fakeman", UserID: numbers} }

func (f *fake) Server() string { return f.server }

func (f *fake) CurrentUser(context.Context) (pat.User, error) {
	if f.self == "" {
		return pat.User{}, errors.New("the current user is not known")
	}

	return pat.User{ID: f.self}, nil
}

func (f *fake) find(ref pat.UserRef) (*pat.ModifiableUser, error) {
	for i, user := range f.users {
		if (ref.ID == "" || ref.ID == user.ID) && (ref.Username == "" || ref.Username == user.Username) {
			return &f.users[i], nil
		}
	}

	return nil, &pat.GoneError{UserGone: true, Failure: pat.Failure{Said: "no " + ref.String()}}
}

func (m modifying) ModifiableUser(_ context.Context, ref pat.UserRef) (pat.ModifiableUser, error) {
	m.sent = append(m.sent, "read "+ref.String())

	if err := m.fail["read"]; err != nil {
		return pat.ModifiableUser{}, err
	}

	user, err := m.find(ref)
	if err != nil {
		return pat.ModifiableUser{}, err
	}

	return *user, nil
}

func (m modifying) ModifyUser(_ context.Context, id string, properties pat.Properties) (pat.ModifiableUser, error) {
	m.sent = append(m.sent, fmt.Sprintf("modify %s: %v", id, map[pat.Property]string(properties)))

	if err := m.fail["modify"]; err != nil {
		return pat.ModifiableUser{}, err
	}

	user, err := m.find(pat.UserRef{ID: id})
	if err != nil {
		return pat.ModifiableUser{}, err
	}

	maps.Copy(user.Properties, properties)

	return *user, nil
}

const here, there = "https://a.example.com", "https://b.example.com"

// newFake returns a server with two users and the provider's own, whose id is 9.
func newFake() *fake {
	user := func(id, name string) pat.ModifiableUser {
		properties := pat.Properties{}

		for _, property := range pat.AllProperties() {
			switch {
			case property == pat.Active:
				properties[property] = pat.FlagTrue
			case property.IsFlag():
				properties[property] = pat.FlagFalse
			case property.IsAccess():
				properties[property] = pat.AccessDefault
			case property == pat.LoginMethod:
				properties[property] = pat.LoginStandard
			default:
				properties[property] = ""
			}
		}

		return pat.ModifiableUser{User: pat.User{ID: id, Username: name}, Properties: properties}
	}

	f := &fake{server: here, self: "9", users: []pat.ModifiableUser{user("1", "ann"), user("2", "bob"), user("9", "self")}}
	f.users[2].BuiltIn = true

	return f
}

// managed returns properties in the form of a record.
func managed(pairs ...string) map[pat.Property]lifecycle.Value[string] {
	values := map[pat.Property]lifecycle.Value[string]{}
	for i := 0; i < len(pairs); i += 2 {
		values[pat.Property(pairs[i])] = lifecycle.Known(pairs[i+1])
	}

	return values
}

// config returns the configuration of a user.
func config(username string, pairs ...string) Record {
	return Record{Username: lifecycle.Known(username), Managed: managed(pairs...)}
}

// stateOf returns the state of a user.
func stateOf(id, username string, pairs ...string) Record {
	record := config(username, pairs...)
	record.OwnerID, record.OwnerUsername, record.Server = lifecycle.Known(id), lifecycle.Known(username), lifecycle.Known(here)

	return record
}

// said returns the notices in short form.
func said(notices Notices) string {
	var words []string

	for _, notice := range notices {
		word := strings.TrimPrefix(fmt.Sprintf("%T", notice), "users.")

		switch n := notice.(type) {
		case StepFailed:
			word += fmt.Sprint(" ", n.Step)
		case LocksOut:
			word += " " + string(n.Property)
		case MayLockOut:
			word += " " + string(n.Property)
		case Released:
			word += fmt.Sprint(" ", n.Properties)
		case OtherUser:
			word += " " + n.Argument
		}

		words = append(words, word)
	}

	return strings.Join(words, ", ")
}

func TestCreateAdoptsTheUser(t *testing.T) {
	t.Parallel()

	refused := &pat.PermissionError{}

	for name, test := range map[string]struct {
		plan   Record
		change func(*fake)
		sent   []string
		said   string
	}{
		"with nothing managed":      {plan: config("ann"), sent: []string{"read user ann"}},
		"without a difference":      {plan: config("ann", "active", "true", "title", ""), sent: []string{"read user ann"}},
		"with a difference":         {plan: config("ann", "active", "false"), sent: []string{"read user ann", "modify 1: map[active:false]"}},
		"who does not exist":        {plan: config("eve", "active", "false"), sent: []string{"read user eve"}, said: fmt.Sprint("StepFailed ", StepFind)},
		"whose change is refused":   {plan: config("ann", "title", "x"), change: func(f *fake) { f.fail = map[string]error{"modify": refused} }, sent: []string{"read user ann", "modify 1: map[title:x]"}, said: fmt.Sprint("StepFailed ", StepModify)},
		"who is the provider's own": {plan: config("self", "locked_out", "true"), sent: []string{"read user self"}, said: "LocksOut locked_out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := newFake()
			if test.change != nil {
				test.change(f)
			}

			created, notices := NewEngine(modifying{f}).Create(t.Context(), test.plan)
			check(t, f, notices, test.sent, test.said)

			want := stateOf("1", "ann")
			want.Managed = test.plan.Managed

			if diff := cmp.Diff(want, created); !notices.Failed() && diff != "" {
				t.Error(diff)
			}
		})
	}
}

// check compares the requests and the notices.
func check(t *testing.T, f *fake, notices Notices, sent []string, words string) {
	t.Helper()

	if !slices.Equal(f.sent, sent) {
		t.Errorf("sent %q, want %q", f.sent, sent)
	}

	if got := said(notices); got != words {
		t.Errorf("the notices are %q, want %q", got, words)
	}
}

func TestRefreshReturnsOnlyManagedProperties(t *testing.T) {
	t.Parallel()

	elsewhere := func(record Record) Record {
		record.Server = lifecycle.Known(there)

		return record
	}

	for name, test := range map[string]struct {
		state  Record
		change func(*fake)
		want   Record
		gone   bool
		said   string
	}{
		"a change outside of Terraform": {state: stateOf("1", "ann", "title", "x", "active", "true"), want: stateOf("1", "ann", "title", "", "active", "true")},
		"nothing managed":               {state: stateOf("1", "ann"), want: stateOf("1", "ann")},
		"a login that changed":          {state: stateOf("1", "old", "title", ""), want: func() Record { r := stateOf("1", "ann", "title", ""); r.Username.V = "old"; return r }()},
		"a user who was deleted":        {state: stateOf("3", "eve"), gone: true, want: stateOf("3", "eve")},
		"a server with a new URL":       {state: elsewhere(stateOf("1", "ann", "title", "x")), want: stateOf("1", "ann", "title", "x"), said: "ServerMoved"},
		"another server":                {state: elsewhere(stateOf("1", "eve")), said: "OtherServer"},
		"another server, no user":       {state: elsewhere(stateOf("3", "eve")), said: "OtherServer"},
		"a user that every server has":  {state: elsewhere(stateOf("9", "self")), said: "OtherServer"},
		"a read that fails":             {state: stateOf("1", "ann"), change: func(f *fake) { f.fail = map[string]error{"read": &pat.NotFoundError{}} }, said: fmt.Sprint("StepFailed ", StepRead)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := newFake()
			if test.change != nil {
				test.change(f)
			}

			refreshed, gone, notices := NewEngine(modifying{f}).Refresh(t.Context(), test.state)
			check(t, f, notices, []string{"read user with id " + test.state.OwnerID.V}, test.said)

			if gone != test.gone {
				t.Errorf("gone is %t", gone)
			}

			if diff := cmp.Diff(test.want, refreshed); !notices.Failed() && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUpdateWritesOnlyADifference(t *testing.T) {
	t.Parallel()

	moved := stateOf("1", "ann", "title", "x")
	moved.Server = lifecycle.Known(there)
	foreign := stateOf("9", "self", "title", "x")
	foreign.Server = lifecycle.Known(there)

	for name, test := range map[string]struct {
		state, plan Record
		fail        map[string]error
		sent        []string
		said        string
	}{
		"nothing":                        {state: stateOf("1", "ann", "title", "x"), plan: stateOf("1", "ann", "title", "x")},
		"one argument less":              {state: stateOf("1", "ann", "title", "x", "email", "e"), plan: stateOf("1", "ann", "email", "e")},
		"one argument more":              {state: stateOf("1", "ann", "title", "x"), plan: stateOf("1", "ann", "title", "x", "email", "e"), sent: []string{"modify 1: map[email:e title:x]"}},
		"another value":                  {state: stateOf("1", "ann", "title", "x"), plan: stateOf("1", "ann", "title", "y"), sent: []string{"modify 1: map[title:y]"}},
		"a failure":                      {state: stateOf("1", "ann", "title", "x"), plan: stateOf("1", "ann", "title", "y"), fail: map[string]error{"modify": &pat.SideEffectError{}}, sent: []string{"modify 1: map[title:y]"}, said: fmt.Sprint("StepFailed ", StepModify)},
		"another user":                   {state: stateOf("1", "ann"), plan: func() Record { r := stateOf("1", "ann", "title", "y"); r.Username.V = "bob"; return r }(), said: "OtherUser username"},
		"the provider's own user":        {state: stateOf("9", "self"), plan: stateOf("9", "self", "active", "false"), said: "LocksOut active"},
		"a server with a new URL":        {state: moved, plan: stateOf("1", "ann", "title", "y"), sent: []string{"read user with id 1", "modify 1: map[title:y]"}},
		"a user of another server":       {state: foreign, plan: stateOf("9", "self", "title", "y"), sent: []string{"read user with id 9"}, said: "OtherServer"},
		"a server that does not respond": {state: moved, plan: stateOf("1", "ann", "title", "y"), fail: map[string]error{"read": &pat.TransientError{}}, sent: []string{"read user with id 1"}, said: fmt.Sprint("StepFailed ", StepLookOnOtherServer)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := newFake()
			f.fail = test.fail

			updated, notices := NewEngine(modifying{f}).Update(t.Context(), test.state, test.plan)
			check(t, f, notices, test.sent, test.said)

			want := test.plan
			if notices.Failed() {
				want = test.state
			}

			if diff := cmp.Diff(want, updated); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanUpdate(t *testing.T) {
	t.Parallel()

	unknown := lifecycle.Unknown[string]()

	for name, test := range map[string]struct {
		state, config Record
		unread        bool
		change        func(*fake)
		want          func(Record) Record
		replace       []string
		said          string
	}{
		"nothing":                      {state: stateOf("1", "ann", "title", "x"), config: config("ann", "title", "x")},
		"a value":                      {state: stateOf("1", "ann", "title", "x"), config: config("ann", "title", "y")},
		"a value that is not known":    {state: stateOf("1", "ann", "title", "x"), config: Record{Username: lifecycle.Known("ann"), Managed: map[pat.Property]lifecycle.Value[string]{"title": unknown}}},
		"fewer arguments":              {state: stateOf("1", "ann", "title", "x", "active", "true"), config: config("ann"), said: "Released [active title]"},
		"the id instead of a username": {state: stateOf("1", "ann"), config: Record{UserID: lifecycle.Known("1")}},
		"a login that changed":         {state: stateOf("1", "old"), config: config("ann"), want: func(r Record) Record { return r.ownedBy(pat.User{ID: "1", Username: "ann"}) }},
		"another user": {
			state: stateOf("1", "ann", "title", "x"), config: config("bob", "title", "x"), replace: []string{"username"},
			want: Record.unowned, said: "Released [title]",
		},
		"a user who does not exist yet": {state: stateOf("1", "ann"), config: config("eve"), replace: []string{"username"}, want: Record.unowned, said: "NotFound"},
		"another user, unread":          {state: stateOf("1", "ann"), config: config("bob"), unread: true, said: "OtherUser username"},
		"a user who is not known": {
			state: stateOf("1", "ann"), config: Record{Username: unknown},
			want: func(r Record) Record { r.OwnerUsername = unknown; return r },
		},
		"a user who cannot be read": {
			state: stateOf("1", "ann"), config: config("bob"),
			change: func(f *fake) { f.fail = map[string]error{"read": &pat.PermissionError{}} }, said: fmt.Sprint("StepFailed ", StepFind),
		},
		"its own lock":             {state: stateOf("9", "self", "locked_out", "false"), config: config("self", "locked_out", "true"), said: "LocksOut locked_out"},
		"its own lock, not known":  {state: stateOf("9", "self", "locked_out", "false"), config: config("self", "locked_out", "true"), change: func(f *fake) { f.self = "" }, said: "MayLockOut locked_out"},
		"its own lock, unchanged":  {state: stateOf("9", "self", "locked_out", "true"), config: config("self", "locked_out", "true")},
		"another's lock":           {state: stateOf("1", "ann"), config: config("ann", "locked_out", "true")},
		"its own access":           {state: stateOf("9", "self"), config: config("self", "web_service_access", "No"), said: "LocksOut web_service_access"},
		"its own activity":         {state: stateOf("9", "self"), config: config("self", "active", "false"), said: "LocksOut active"},
		"its own password":         {state: stateOf("9", "self"), config: config("self", "password_needs_reset", "true"), said: "LocksOut password_needs_reset"},
		"its own login":            {state: stateOf("9", "self"), config: config("self", "login_method", "Single Sign-On"), said: "LocksOut login_method"},
		"its own other properties": {state: stateOf("9", "self"), config: config("self", "login_method", "Single Sign-On, Standard", "browser_access", "No", "web_service_access", "Yes", "active", "true", "title", "x")},
		"its own lock, allowed": {
			state: stateOf("9", "self"), config: func() Record {
				r := config("self", "locked_out", "true")
				r.AllowSelf = lifecycle.Known(true)

				return r
			}(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := newFake()
			engine := NewEngine(modifying{f})

			if _, _, notices := engine.Refresh(t.Context(), test.state); !test.unread && notices.Failed() {
				t.Fatal(said(notices))
			}

			if test.unread {
				engine.read.Clear()
			}

			if test.change != nil {
				test.change(f)
			}

			plan, replace, notices := engine.PlanUpdate(t.Context(), test.state, test.config)
			if got := said(notices); got != test.said {
				t.Errorf("the notices are %q, want %q", got, test.said)
			}

			if !slices.Equal(replace, test.replace) {
				t.Errorf("replaced because of %q, want %q", replace, test.replace)
			}

			want := test.config
			want.OwnerID, want.OwnerUsername, want.Server = test.state.OwnerID, test.state.OwnerUsername, test.state.Server

			if test.want != nil {
				want = test.want(want)
			}

			if diff := cmp.Diff(want, plan); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanCreate(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		config Record
		fail   error
		said   string
	}{
		"a user":                    {config: config("ann", "locked_out", "true")},
		"a user who does not exist": {config: config("eve"), said: "NotFound"},
		"a user who cannot be read": {config: config("ann"), fail: &pat.PermissionError{}, said: fmt.Sprint("StepFailed ", StepFind)},
		"a user who is not known":   {config: Record{UserID: lifecycle.Unknown[string]()}},
		"its own lock":              {config: config("self", "locked_out", "true"), said: "LocksOut locked_out"},
		"no difference":             {config: config("self", "locked_out", "false", "active", "true")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			f := newFake()
			f.fail = map[string]error{"read": test.fail}

			plan, notices := NewEngine(modifying{f}).PlanCreate(t.Context(), test.config)
			if got := said(notices); got != test.said {
				t.Errorf("the notices are %q, want %q", got, test.said)
			}

			if diff := cmp.Diff(test.config.unowned(), plan); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestImportManagesNothing(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{"ann": "read user ann", "1": "read user with id 1"} {
		f := newFake()

		imported, notices := NewEngine(modifying{f}).Import(t.Context(), text)
		check(t, f, notices, []string{want}, "")

		expected := stateOf("1", "ann")
		expected.Managed = nil

		if diff := cmp.Diff(expected, imported); diff != "" {
			t.Error(diff)
		}
	}

	_, notices := NewEngine(modifying{newFake()}).Import(t.Context(), "eve")
	if got := said(notices); got != fmt.Sprint("StepFailed ", StepFindImported) {
		t.Errorf("the notices are %q", got)
	}
}

func TestDestroySendsNoRequest(t *testing.T) {
	t.Parallel()

	if got := said((&Engine{}).PlanDestroy(stateOf("1", "ann", "title", "x", "active", "false"))); got != "Released [active title]" {
		t.Errorf("the notices are %q", got)
	}

	if got := said((&Engine{}).PlanDestroy(stateOf("1", "ann"))); got != "" {
		t.Errorf("the notices are %q", got)
	}
}

func TestAPlatformOnWhichUsersCannotBeModified(t *testing.T) {
	t.Parallel()

	f := newFake()
	engine := NewEngine(f)

	for name, run := range map[string]func() Notices{
		"create": func() Notices { _, n := engine.Create(t.Context(), config("ann")); return n },
		"read":   func() Notices { _, _, n := engine.Refresh(t.Context(), stateOf("1", "ann")); return n },
		"update": func() Notices { _, n := engine.Update(t.Context(), stateOf("1", "ann"), stateOf("1", "ann")); return n },
		"import": func() Notices { _, n := engine.Import(t.Context(), "ann"); return n },
		"plan":   func() Notices { _, n := engine.PlanCreate(t.Context(), config("ann")); return n },
		"plan again": func() Notices {
			_, _, n := engine.PlanUpdate(t.Context(), stateOf("1", "ann"), config("ann"))
			return n
		},
		"another one": func() Notices {
			_, _, n := engine.PlanUpdate(t.Context(), stateOf("1", "ann"), config("bob"))
			return n
		},
	} {
		if notices := run(); len(notices) == 0 || said(notices[:1]) != "NotModifiable" {
			t.Errorf("%s: the notices are %q", name, said(notices))
		}
	}

	// While the server is not known, a plan needs it only to compare two users.
	unknown := &Engine{}
	if _, notices := unknown.PlanCreate(t.Context(), config("ann")); len(notices) > 0 {
		t.Error(said(notices))
	}

	if _, _, notices := unknown.PlanUpdate(t.Context(), stateOf("1", "ann"), config("ann", "title", "x")); len(notices) > 0 {
		t.Error(said(notices))
	}

	if _, _, notices := unknown.PlanUpdate(t.Context(), stateOf("1", "ann"), config("bob")); said(notices) != "ServerUnknown" {
		t.Error(said(notices))
	}
}
