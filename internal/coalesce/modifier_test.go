package coalesce

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// modifying is a platform that can modify users.
type modifying struct{ *fake }

func (m modifying) ModifiableUser(ctx context.Context, ref pat.UserRef) (pat.ModifiableUser, error) {
	user, err := m.User(ctx, ref)

	return pat.ModifiableUser{User: user}, err
}

func (m modifying) ModifyUser(ctx context.Context, userID string, properties pat.Properties) (pat.ModifiableUser, error) {
	m.name(properties[pat.FirstName])

	return m.ModifiableUser(ctx, pat.UserRef{ID: userID})
}

// name renames the first user.
func (m modifying) name(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()

	m.users[0].FirstName = name
}

func TestOnlyASystemThatModifiesUsersIsAUserModifier(t *testing.T) {
	t.Parallel()

	if _, is := New(newFake()).(pat.UserModifier); is {
		t.Error("a platform that cannot modify users is a UserModifier")
	}
}

func TestAModifiedUserIsReadAgain(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := modifying{newFake()}
		f.users = []pat.User{{ID: "5", Username: "svc", FirstName: "Ann"}}
		f.add("5", "t", 1)

		system, is := New(f).(*modifier)
		if !is {
			t.Fatal("a platform that can modify users is no UserModifier")
		}

		reads := func(want string) {
			t.Helper()

			user, err := system.User(t.Context(), pat.UserRef{ID: "5"})
			users, listErr := system.Users(t.Context(), pat.UserQuery{})

			if _, tokensErr := system.Tokens(t.Context(), "5", pat.TokenQuery{}); err != nil || listErr != nil || tokensErr != nil {
				t.Fatal(err, listErr, tokensErr)
			}

			if user.FirstName != want || users[0].FirstName != want {
				t.Errorf("%+v, %+v; want %q", user, users, want)
			}
		}

		// A read that begins before the modification and ends after it is remembered under no key.
		early := make(chan error)

		go func() {
			_, err := system.User(t.Context(), pat.UserRef{Username: "svc"})
			early <- err
		}()

		rest(t.Context(), roundTrip*3/4)
		f.name("Sam")
		system.System.users.forget()

		if err := <-early; err != nil {
			t.Error(err)
		}

		reads("Sam")
		reads("Sam")

		if _, err := system.ModifyUser(t.Context(), "5", pat.Properties{pat.FirstName: "Kim"}); err != nil {
			t.Error(err)
		}

		reads("Kim")

		f.name("Lee") // By another process.
		reads("Kim")

		if user, err := system.ModifiableUser(t.Context(), pat.UserRef{ID: "5"}); err != nil || user.FirstName != "Lee" {
			t.Errorf("%+v, %v", user, err)
		}
	})
}
