package protocol

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// userScene is a Universal Controller with a user who can be modified.
type userScene struct {
	*providertest.Sandbox

	user   providertest.Account
	server providertest.ProtocolServer
}

func newUserScene(t *testing.T, options controllerserver.Options) *userScene {
	t.Helper()

	s := providertest.NewUniversalControllerSandbox(t, options)

	return &userScene{Sandbox: s, user: s.AddUser(t, providertest.User{Login: "svc-deploy"}), server: s.Admin(t)}
}

// of returns arguments with the user's login.
func (s *userScene) of(more ...any) arguments { return set("username", s.user.Login).with(more...) }

// applied returns a resource to which these arguments were applied.
func (s *userScene) applied(t *testing.T, arguments map[string]any) *providertest.ResourceState {
	t.Helper()

	state := providertest.NewUserState(t)
	state.Apply(t, s.server, arguments)

	return state
}

// now returns the user as stored on the server.
func (s *userScene) now(t *testing.T) controllerserver.User {
	t.Helper()

	var user controllerserver.User
	providertest.Must(t, s.Controller.UpdateUser(s.user.Login, func(u *controllerserver.User) { user = *u }))

	return user
}

// change modifies the user outside Terraform.
func (s *userScene) change(t *testing.T, change func(*controllerserver.User)) {
	t.Helper()
	providertest.Must(t, s.Controller.UpdateUser(s.user.Login, change))
}

// writes counts the modifications sent so far.
func (s *userScene) writes() int {
	return s.Console.Count(sandbox.Matching(http.MethodPut, ""))
}

// wantWrites fails the test unless this many modifications were sent.
func (s *userScene) wantWrites(t *testing.T, want int) {
	t.Helper()

	if have := s.writes(); have != want {
		t.Fatalf("%d writes, want %d", have, want)
	}
}

// wantWords fails the test unless there is one text that contains all of the words.
func wantWords(t *testing.T, texts []string, words ...string) {
	t.Helper()

	if len(texts) != 1 {
		t.Fatalf("got %q, want one text with %q", texts, words)
	}

	for _, word := range words {
		if !strings.Contains(texts[0], word) {
			t.Errorf("%q lacks %q", texts[0], word)
		}
	}
}

// TestUserResource_lifecycle tests that the resource adopts a user, writes only differences, and leaves the
// user unchanged when it is destroyed.
func TestUserResource_lifecycle(t *testing.T) {
	t.Parallel()

	s := newUserScene(t, controllerserver.Options{})
	was := s.now(t)
	state := s.applied(t, s.of("active", true, "web_service_access", "-- System Default --", "title", ""))
	s.wantWrites(t, 0) // All of these values are already set.

	attributes := state.Attributes(t)
	want := map[string]any{
		"username": s.user.Login, "active": "true", "web_service_access": "-- System Default --", "title": "", "id": s.user.ID,
		"server": s.URL, "owner": map[string]any{"id": s.user.ID, "username": s.user.Login},
	}

	for name, value := range attributes {
		if diff := cmp.Diff(want[name], value); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	state.Apply(t, s.server, s.of("active", true, "web_service_access", "Yes", "title", "Dr.", "locked_out", true))
	s.wantWrites(t, 1)

	want1 := was
	want1.WebServiceAccess, want1.Title, want1.LockedOut = "Yes", "Dr.", true

	if diff := cmp.Diff(want1, s.now(t)); diff != "" {
		t.Error(diff)
	}

	// A change made elsewhere is shown only for managed properties, and is undone.
	s.change(t, func(u *controllerserver.User) { u.LockedOut, u.Department = false, "Ops" })

	if errs := state.Refresh(t, s.server); len(errs) > 0 {
		t.Fatal(errs)
	}

	if attributes := state.Attributes(t); attributes["locked_out"] != "false" || attributes["department"] != nil {
		t.Errorf("after the refresh, the attributes are %v", attributes)
	}

	state.Apply(t, s.server, s.of("title", "Dr.", "locked_out", true))
	s.wantWrites(t, 2)

	// A property that is no longer managed keeps its value, as do all properties after a destroy.
	plan := state.Plan(t, s.server, s.of("title", "Dr."))
	wantWords(t, plan.Warnings, "Properties are no longer managed", "`locked_out = true`", s.user.Login)

	if errs, _ := state.Applied(t, s.server, plan); len(errs) > 0 {
		t.Fatal(errs)
	}

	if attributes := state.Attributes(t); attributes["locked_out"] != nil || attributes["title"] != "Dr." {
		t.Errorf("the attributes are %v", attributes)
	}

	destroy := state.PlanDestroy(t, s.server)
	wantWords(t, destroy.Warnings, "Destroying this resource does not change the user", "`title = \"Dr.\"`")

	before := s.Console.Count(nil)

	if errs := state.Destroy(t, s.server); len(errs) > 0 {
		t.Fatal(errs)
	}

	if have := s.Console.Count(nil); have != before {
		t.Errorf("a destroy sent %d requests", have-before)
	}

	want1.Department = "Ops"

	if diff := cmp.Diff(want1, s.now(t)); diff != "" {
		t.Error(diff)
	}
}

func TestUserResource_import(t *testing.T) {
	t.Parallel()

	s := newUserScene(t, controllerserver.Options{})

	for name, run := range map[string]func(*providertest.ResourceState) []string{
		"by login": func(r *providertest.ResourceState) []string { return r.Import(t, s.server, s.user.Login) },
		"by id":    func(r *providertest.ResourceState) []string { return r.Import(t, s.server, s.user.ID) },
		"by identity": func(r *providertest.ResourceState) []string {
			return r.ImportIdentity(t, s.server, set("user_id", s.user.ID))
		},
		"by a whole identity": func(r *providertest.ResourceState) []string {
			return r.ImportIdentity(t, s.server, set("user_id", s.user.ID, "server", s.URL))
		},
	} {
		state := providertest.NewUserState(t)
		if errs := run(state); len(errs) > 0 {
			t.Fatalf("%s: %q", name, errs)
		}

		if attributes := state.Attributes(t); attributes["username"] != s.user.Login || attributes["id"] != s.user.ID || attributes["active"] != nil {
			t.Errorf("%s: %v", name, attributes)
		}

		if errs := state.Refresh(t, s.server); len(errs) > 0 {
			t.Fatalf("%s: %q", name, errs)
		}

		plan := state.Plan(t, s.server, s.of())
		if diff := state.Diff(t, plan); diff != "" || len(plan.Errors)+len(plan.Warnings) > 0 {
			t.Errorf("%s: %s, %q, %q", name, diff, plan.Errors, plan.Warnings)
		}
	}

	for name, test := range map[string]struct {
		errs  []string
		words string
	}{
		"an unknown login": {providertest.NewUserState(t).Import(t, s.server, "nobody"), "Could not find the user to import"},
		"another server":   {providertest.NewUserState(t).ImportIdentity(t, s.server, set("user_id", s.user.ID, "server", "https://x.example.com")), "The import identity names another server"},
		"a Foreman id":     {providertest.NewUserState(t).ImportIdentity(t, s.server, set("user_id", "5")), "The user belongs to another platform"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantWords(t, test.errs, test.words)
		})
	}

	s.wantWrites(t, 0)
}

// TestUserResource_ownUser tests that a change that would prevent the provider from logging in is
// refused before a request is sent.
func TestUserResource_ownUser(t *testing.T) {
	t.Parallel()

	s := newUserScene(t, controllerserver.Options{})
	self := func(more ...any) arguments { return set("username", s.Login).with(more...) }

	for name, value := range map[string]any{
		"active": false, "locked_out": true, "password_needs_reset": true, "web_service_access": "No", "login_method": "Single Sign-On",
	} {
		plan := providertest.NewUserState(t).Plan(t, s.server, self(name, value))
		wantWords(t, plan.Errors, "The provider would lock itself out", "`"+name+" = ", "`allow_self = true`", "logged in as "+s.Login)

		// If the value is unknown in the plan, the change is refused before it is written.
		state := providertest.NewUserState(t)
		plan = state.Plan(t, s.server, self(name, tftypes.UnknownValue))

		if len(plan.Errors) > 0 {
			t.Errorf("%s: %q", name, plan.Errors)
		}

		known := state.Plan(t, s.server, self(name, tftypes.UnknownValue, "allow_self", false))
		known.PlannedState = settled(t, state.Of, known.PlannedState, providertest.EncodeObject(t, state.Of, self(name, value, "allow_self", false)), name)
		errs, _ := state.Applied(t, s.server, known)
		wantWords(t, errs, "The provider would lock itself out")
	}

	s.wantWrites(t, 0)

	// With only a token, the provider does not know its own user.
	secret, err := s.Controller.AddToken(s.Login, "own", s.Now())
	providertest.Must(t, err)

	anonymous := s.Serve(t, map[string]any{"universal_controller": map[string]any{"url": s.URL, "token": secret}})
	plan := providertest.NewUserState(t).Plan(t, anonymous, s.of("locked_out", true))
	wantWords(t, plan.Errors, "Cannot determine which user the provider is logged in as", "Set `username` in the provider block")

	providertest.NewUserState(t).Apply(t, anonymous, s.of("locked_out", true, "allow_self", true))

	if !s.now(t).LockedOut {
		t.Error("the user was not locked")
	}

	// `allow_self` permits it.
	own := providertest.NewUserState(t)
	plan = own.Plan(t, s.server, self("browser_access", "No", "login_method", "Standard", "allow_self", true, "web_service_access", "No"))

	errs, _ := own.Applied(t, s.server, plan)
	wantWords(t, errs, "Could not modify the user", "the server accepted the request; the user could not be read afterwards")
}

func TestUserResource_onForeman(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	server := s.Admin(t)
	words := []string{"The platform's users cannot be modified", "is configured for Foreman", "`foreman_user`", "terraform-coop/foreman"}

	plan := providertest.NewUserState(t).Plan(t, server, set("username", s.Login, "active", true))
	wantWords(t, plan.Errors, words...)
	wantWords(t, providertest.NewUserState(t).Import(t, server, s.Login), words...)

	controller := newUserScene(t, controllerserver.Options{})
	state := controller.applied(t, controller.of("active", true))
	wantWords(t, state.Refresh(t, server), words...)
	wantWords(t, state.Plan(t, server, controller.of("active", false)).Errors, words...)
}

// TestUserResource_server tests that a server with another URL is the same if it has the same user; on
// any other server, nothing is changed.
func TestUserResource_server(t *testing.T) {
	t.Parallel()

	s, other := newUserScene(t, controllerserver.Options{}), newUserScene(t, controllerserver.Options{})
	state := s.applied(t, s.of("title", "Dr."))

	wantWords(t, state.Refresh(t, other.server), "The user is on another server", s.URL, other.URL)

	plan := state.Plan(t, other.server, s.of("title", "Prof."))
	errs, _ := state.Applied(t, other.server, plan)
	wantWords(t, errs, "The user is on another server", "Nothing was changed")
	other.wantWrites(t, 0)

	// The administrator has the same id on every server.
	admin := providertest.NewUserState(t)
	admin.Apply(t, s.server, set("username", s.Login, "title", "Dr."))
	wantWords(t, admin.Refresh(t, other.server), "The user is on another server", "the user is built in")

	for _, server := range []*controllerserver.Server{s.Controller, other.Controller} {
		providertest.Must(t, server.UpdateUser(s.Login, func(u *controllerserver.User) { u.UserName = "root" }))
	}

	renamed := providertest.NewUserState(t)
	renamed.Apply(t, s.Serve(t, s.Settings("root", s.Password)), set("username", "root"))
	wantWords(t, renamed.Refresh(t, other.Serve(t, other.Settings("root", s.Password))), "the user is built in")

	for _, server := range []*controllerserver.Server{s.Controller, other.Controller} {
		providertest.Must(t, server.UpdateUser("root", func(u *controllerserver.User) { u.UserName = s.Login }))
	}

	// A copy of the database has the same user.
	other.Controller.DeleteUser(s.user.Login)

	_, err := other.Controller.AddUser(controllerserver.User{SysID: s.user.ID, UserName: s.user.Login, Title: "copied"})
	providertest.Must(t, err)

	if errs := state.Refresh(t, other.server); len(errs) > 0 {
		t.Fatal(errs)
	}

	if attributes := state.Attributes(t); attributes["server"] != other.URL || attributes["title"] != "Dr." {
		t.Errorf("after the server's URL changed, the attributes are %v", attributes)
	}
}

func TestUserResource_anotherUser(t *testing.T) {
	t.Parallel()

	s := newUserScene(t, controllerserver.Options{})
	other := s.AddUser(t, providertest.User{Login: "svc-other"})
	state := s.applied(t, s.of("title", "Dr."))

	// This process has not refreshed the resource.
	plan := state.Plan(t, s.server, set("username", other.Login, "title", "Dr."))
	wantWords(t, plan.Errors, "The arguments name a user other than the one in state", "`-refresh=false`")

	if errs := state.Refresh(t, s.server); len(errs) > 0 {
		t.Fatal(errs)
	}

	plan = state.Plan(t, s.server, set("username", other.Login, "title", "Dr."))
	wantWords(t, plan.Warnings, "Destroying this resource does not change the user", s.user.Login)

	if len(plan.Errors) > 0 || len(plan.RequiresReplace) != 1 {
		t.Errorf("got %q, and a replacement for %v", plan.Errors, plan.RequiresReplace)
	}

	// A new login of the same user, or another way to identify the same user, is no change.
	s.change(t, func(u *controllerserver.User) { u.UserName = "renamed" })

	for _, arguments := range []map[string]any{set("username", "renamed", "title", "Dr."), set("user_id", s.user.ID, "title", "Dr.")} {
		plan := state.Plan(t, s.server, arguments)
		if len(plan.RequiresReplace)+len(plan.Errors)+len(plan.Warnings) > 0 {
			t.Errorf("%v: %v, %q, %q", arguments, plan.RequiresReplace, plan.Errors, plan.Warnings)
		}
	}

	wantWords(t, providertest.NewUserState(t).Plan(t, s.server, set("username", "nobody", "title", "x")).Warnings, "The user to modify was not found")
	wantWords(t, providertest.NewUserState(t).Plan(t, s.server, set("user_id", "5")).Errors, "The user belongs to another platform")

	s.Controller.DeleteUser("renamed")

	if errs := state.Refresh(t, s.server); len(errs) > 0 || state.Attributes(t) != nil {
		t.Errorf("%q, %v; want no resource", errs, state.Attributes(t))
	}
}

// TestUserResource_sideEffects tests that an unexpected change of other properties is an error that
// shows it, and that the next run finds nothing to do.
func TestUserResource_sideEffects(t *testing.T) {
	t.Parallel()

	s := newUserScene(t, controllerserver.Options{Switches: controllerserver.Switches{PayloadTokens: controllerserver.PayloadTokensCleared}})
	_, err := s.Controller.AddToken(s.user.Login, "ci-1", s.Now())
	providertest.Must(t, err)

	state := s.applied(t, s.of("title", ""))
	plan := state.Plan(t, s.server, s.of("title", "Dr."))

	errs, _ := state.Applied(t, s.server, plan)
	wantWords(t, errs, "Could not modify the user", `the token "ci-1", created at`, "is no longer there")

	if errs := state.Refresh(t, s.server); len(errs) > 0 || state.Attributes(t)["title"] != "Dr." {
		t.Errorf("%q, %v", errs, state.Attributes(t))
	}

	state.Apply(t, s.server, s.of("title", "Dr."))
	s.wantWrites(t, 1)
}

// TestUserResource_lostResponse tests that the provider reads the user after a lost response, and never
// sends the modification twice.
func TestUserResource_lostResponse(t *testing.T) {
	t.Parallel()

	for _, afterWork := range []bool{true, false} {
		s := newUserScene(t, controllerserver.Options{})
		s.Console.AddFault(sandbox.Fault{Match: sandbox.Match{Method: http.MethodPut}, Kind: sandbox.FaultDrop, AfterWork: afterWork})

		state := providertest.NewUserState(t)
		errs, _ := state.Applied(t, s.server, state.Plan(t, s.server, s.of("title", "Dr.")))

		if !afterWork {
			wantWords(t, errs, "Could not modify the user", "is unchanged", "Run Terraform again")
		} else if len(errs) > 0 {
			t.Error(errs)
		}

		s.wantWrites(t, 1)
	}
}

// TestUserResource_arguments tests that the error about an invalid value names it.
func TestUserResource_arguments(t *testing.T) {
	t.Parallel()

	s := newUserScene(t, controllerserver.Options{})

	for words, arguments := range map[string]map[string]any{
		"`web_service_access`":           s.of("web_service_access", "yes"),
		"begins or ends with whitespace": s.of("title", " Dr."),
		"is blank":                       s.of("login_method", " "),
		"has a control character":        s.of("manager", "a\nb"),
		"At least one attribute":         set("active", true),
		"not shown: it may be a secret":  s.of("department", "ucp_Zm9yLXRlc3RzLWFuZC1mb3Itbm9ib2R5LWVsc2U\n"),
	} {
		plan := providertest.NewUserState(t).Plan(t, s.server, arguments)
		if !slices.ContainsFunc(plan.Errors, func(text string) bool {
			return strings.Contains(text, strings.Trim(words, "`")) || strings.Contains(text, "must be one of")
		}) {
			t.Errorf("%v: %q, want %q", arguments, plan.Errors, words)
		}
	}
}
