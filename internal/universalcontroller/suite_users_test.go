package universalcontroller

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func usersByRef(t *testing.T, s *stage) {
	driver := s.admin(t)
	agents := controllerserver.Permission{
		SysID: "c489750500d444eca9325559d0ef9673", PermissionType: "Agent", OpRead: true, OpExecute: true,
		NameWildcard: "a*", Commands: "ALL", OpswiseGroups: []string{"finance", "payroll"}, DefaultGroup: true,
	}
	alice, err := s.AddUser(controllerserver.User{
		UserName: "alice", Password: password, FirstName: "Alice", LastName: "O'Neil & <Sons>", Email: "alice@example.com",
		MiddleName: "M", Title: "Dr.", BusinessPhone: "1", MobilePhone: "2", TimeZone: "System", Department: "IT",
		Manager: "Administrator", BrowserAccess: controllerserver.AccessYes,
		LoginMethod: controllerserver.LoginStandard + ", " + controllerserver.LoginSSO,
		Permissions: []controllerserver.Permission{agents},
		Roles:       []controllerserver.UserRole{{SysID: "b8c25922d370438aada276cff669136d", Role: "ops_admin", Description: "The administrator's role."}},
	})
	if err != nil {
		t.Fatal(err)
	}

	s.addToken(t, "alice", "b", nextYear)
	s.addToken(t, "alice", "a", nextYear)

	want := pat.User{
		ID: alice, Username: "alice", FirstName: "Alice", LastName: "O'Neil & <Sons>", Email: "alice@example.com",
		Enabled: true, Admin: true,
	}
	wantNative := User{
		MiddleName: "M", Title: "Dr.", BusinessPhone: "1", MobilePhone: "2", TimeZone: "System", Department: "IT",
		Manager: "Administrator", Active: true, BrowserAccess: "Yes", CommandLineAccess: "-- System Default --",
		WebServiceAccess: "-- System Default --", LoginMethod: "Standard, Single Sign-On",
		Permissions: []Permission{{
			SysID: agents.SysID, Type: "Agent", Read: true, Execute: true, NameWildcard: "a*", Commands: "ALL",
			OpswiseGroups: agents.OpswiseGroups, DefaultGroup: true,
		}},
		Roles: []Role{{Name: "ops_admin", Description: "The administrator's role."}},
	}

	// check compares a user. In some versions, the record contains only what is set here.
	check := func(got pat.User, tokens []string) {
		t.Helper()

		native, ok := got.Native.(*User)
		if !ok {
			t.Fatalf("the native record is a %T", got.Native)
		}

		if (got.Tokens != nil) != (tokens != nil) || !slices.Equal(names(got.Tokens), append([]string{}, tokens...)) {
			t.Errorf("the tokens are %v, want %v", got.Tokens, tokens)
		}

		record := *native
		record.Impersonate = nil
		got.Native, got.Tokens = nil, nil

		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}

		if diff := cmp.Diff(wantNative, record); diff != "" {
			t.Error(diff)
		}
	}

	for _, ref := range []pat.UserRef{{ID: alice}, {Username: "alice"}, {ID: alice, Username: "alice"}} {
		user, err := driver.User(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}

		check(user, nil)

		users, err := driver.Users(t.Context(), pat.UserQuery{Ref: pat.Some(ref), WithTokens: true})
		if err != nil || len(users) != 1 {
			t.Fatalf("%v, %v", users, err)
		}

		check(users[0], []string{"a", "b"})
	}

	s.ResetRequests()

	for _, tokens := range [][]string{nil, {"a", "b"}} {
		users, err := driver.Users(t.Context(), pat.UserQuery{WithTokens: tokens != nil})
		if err != nil || len(users) != 2 || users[1].Username != controllerserver.AdminUserName {
			t.Fatalf("%v, %v; want alice and the administrator", users, err)
		}

		check(users[0], tokens)
	}

	if sent := s.journal(http.MethodGet, "/resources/user/list"); !slices.Equal(sent, []string{"", "showTokens=true"}) {
		t.Errorf("sent %q", sent)
	}

	_, err = driver.User(t.Context(), pat.UserRef{ID: alice, Username: "bob"})
	verdict.Want(t, err, "validation", "is alice")

	_, err = driver.User(t.Context(), pat.UserRef{Username: "Alice"})
	verdict.Want(t, err, "user gone")
}

func accountWithServiceRole(t *testing.T, s *stage) {
	s.addUser(t, "reader", controllerserver.RoleService)
	alice := s.addUser(t, "alice")
	s.addToken(t, "alice", "deploy", nextYear)

	driver := s.as(t, "reader", password)

	users, err := driver.Users(t.Context(), pat.UserQuery{})
	if err != nil || len(users) != 3 {
		t.Errorf("%d users, %v; want 3", len(users), err)
	}

	tokens, err := driver.Tokens(t.Context(), alice, pat.TokenQuery{})
	if s.switches().ServiceRole != controllerserver.ServiceRoleAllTokens {
		verdict.Want(t, err, "permission")

		return
	}

	if err != nil || !slices.Equal(names(tokens), []string{"deploy"}) {
		t.Errorf("%v, %v; want the token", names(tokens), err)
	}

	verdict.Want(t, driver.Revoke(t.Context(), tokens[0]), "permission")
}

// Whatever is refused first, the error names all roles that the operations on tokens require.
func accountWithoutRole(t *testing.T, s *stage) {
	s.addUser(t, "clerk")
	alice := s.addUser(t, "alice")
	s.addToken(t, "alice", "deploy", nextYear)

	driver := s.as(t, "clerk", password)
	token := pat.Token{UserID: alice, ID: "deploy", Name: "deploy"}

	for name, try := range map[string]func() error{
		"find the user": func() error { _, err := driver.User(t.Context(), pat.UserRef{Username: "alice"}); return err },
		"read the user": func() error { _, err := driver.User(t.Context(), pat.UserRef{ID: alice}); return err },
		"list users":    func() error { _, err := driver.Users(t.Context(), pat.UserQuery{}); return err },
		"list tokens":   func() error { _, err := driver.Tokens(t.Context(), alice, pat.TokenQuery{}); return err },
		"read a token":  func() error { _, err := driver.Token(t.Context(), token.Key()); return err },
		"issue a token": func() error { _, err := driver.Create(t.Context(), alice, pat.NewToken{Name: "new"}); return err },
		"revoke it":     func() error { return driver.Revoke(t.Context(), token) },
	} {
		t.Run(name, func(t *testing.T) {
			verdict.Want(t, try(), "permission", "grant this account the role ops_user_admin or ops_admin", "Web Service Access")
		})
	}
}
