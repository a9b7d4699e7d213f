package tokens

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func fixed() Order { return Order{UserID: user, Name: "ci", Generation: 3, Series: "abcdef"} }

func TestIssueOfAFixedName(t *testing.T) {
	t.Parallel()

	denied := &pat.PermissionError{Failure: pat.Failure{Tried: "looking", Said: "HTTP 403"}}

	for name, test := range map[string]struct {
		reusable bool
		creates  []outcome
		looks    []error // of which the first is before the request
		revokes  []error
		created  int
		live     []string
		words    []string // of the error; none is success
	}{
		"names burn, and all is well":                                    {created: 1, live: []string{"ci"}},
		"names burn, and the look is denied":                             {looks: []error{denied}, created: 1, live: []string{"ci"}},
		"names burn, and the look fails":                                 {looks: []error{errLook}, words: []string{"HTTP 503"}},
		"names burn, and the look is denied, and it was carried out":     {creates: []outcome{lostDone}, looks: []error{denied}, created: 1, live: []string{"ci"}, words: []string{`Could not determine whether the token "ci" was created`, "HTTP 403", "user with id 5"}},
		"names are free, and the look is denied, and it was carried out": {reusable: true, creates: []outcome{lostDone}, looks: []error{denied}, created: 1, live: []string{"ci"}, words: []string{`Could not determine whether the token "ci" was created`, "HTTP 403"}},
		"names burn, and it is refused":                                  {creates: []outcome{refused}, created: 1, words: []string{"HTTP 422: no"}},
		"names burn, and it was carried out":                             {creates: []outcome{lostDone}, created: 1, words: []string{"HTTP 504. ", "was revoked", `Fakeman does not allow the name "ci" to be reused`, "name_prefix"}},
		"names burn, and it was not":                                     {creates: []outcome{lostNothing}, created: 1, words: []string{`No token "ci" exists yet`, "Fakeman could not revoke", "user with id 5", "in a few minutes"}},
		"names burn, and it comes late":                                  {creates: []outcome{lostLate}, created: 1, live: []string{"ci"}, words: []string{`No token "ci" exists yet`}},
		"names burn, and nobody can look":                                {creates: []outcome{lostDone}, looks: []error{nil, errLook}, created: 1, live: []string{"ci"}, words: []string{`Could not determine whether the token "ci" was created`, "HTTP 503", "user with id 5"}},
		"names burn, and it cannot be revoked":                           {creates: []outcome{lostDone}, revokes: []error{errRevoke}, created: 1, live: []string{"ci"}, words: []string{`The token "ci" was created`, "HTTP 502", "user with id 5"}},
		"names are free, and all is well":                                {reusable: true, created: 1, live: []string{"ci"}},
		"names are free, and it was carried out":                         {reusable: true, creates: []outcome{lostDone}, created: 2, live: []string{"ci"}},
		"names are free, and it was not":                                 {reusable: true, creates: []outcome{lostNothing}, created: 2, live: []string{"ci"}},
		"names are free, and it comes late":                              {reusable: true, creates: []outcome{lostLate}, created: 2, words: []string{"already been taken", "(ci) do not exist, or were revoked"}},
		"names are free, twice carried out":                              {reusable: true, creates: []outcome{lostDone, lostDone}, created: 2, words: []string{"HTTP 504", "(ci) do not exist, or were revoked"}},
		"names are free, twice not":                                      {reusable: true, creates: []outcome{lostNothing, lostNothing}, created: 2, words: []string{"HTTP 504", "(ci)"}},
		"names are free, then refused":                                   {reusable: true, creates: []outcome{lostNothing, refused}, created: 2, words: []string{"HTTP 422: no", "(ci)"}},
		"names are free, and nobody can look":                            {reusable: true, creates: []outcome{lostDone}, looks: []error{nil, errLook}, created: 1, live: []string{"ci"}, words: []string{`Could not determine whether the token "ci" was created`}},
		"names are free, twice, and nobody looks":                        {reusable: true, creates: []outcome{lostDone, lostDone}, looks: []error{nil, nil, errLook}, created: 2, live: []string{"ci"}, words: []string{`Token "ci" may still be active`, "HTTP 503"}},
		"names are free, and it cannot be revoked":                       {reusable: true, creates: []outcome{lostDone}, revokes: []error{errRevoke}, created: 1, live: []string{"ci"}, words: []string{`The token "ci" was created`, "HTTP 502"}},
		"names are free, the second not revocable.":                      {reusable: true, creates: []outcome{lostNothing, lostDone}, revokes: []error{errRevoke}, created: 2, live: []string{"ci"}, words: []string{`Token "ci" may still be active`, "HTTP 502"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			system := newFake(test.reusable)
			system.creates, system.looks, system.revokes = test.creates, test.looks, test.revokes

			result, err := newIssuer(system).Issue(t.Context(), fixed())

			// What comes late on a platform with reusable names was revoked by the last look.
			live := slices.Clone(system.live())
			if diff := cmp.Diff(test.live, live); diff != "" {
				t.Error(diff)
			}

			if len(system.created) != test.created || len(system.twins) != 0 {
				t.Errorf("requests for %v, twins %v", system.created, system.twins)
			}

			if test.words != nil {
				wantText(t, err, test.words...)

				return
			}

			if err != nil || result.Name != "ci" || result.Generation != 4 || result.Series != "abcdef" || result.Secret == "" {
				t.Errorf("%+v, %v", result, err)
			}
		})
	}
}

// Another's token of the same name is not revoked for ours.
func TestOfSeveralTokensOfALostNameNoneIsRevoked(t *testing.T) {
	t.Parallel()

	for _, reusable := range []bool{false, true} {
		system := newFake(reusable)
		system.creates = []outcome{lostDone}
		system.onCreate = func() { // Between the look and the request, somebody else issues one.
			system.tokens = append(system.tokens, pat.Token{
				UserID: user, ID: "77", Name: "ci", Status: pat.StatusActive, CreatedAt: start.Add(-time.Second),
			})
		}
		system.onTaken = func(name string) {
			system.tokens = append(system.tokens, pat.Token{UserID: user, ID: "78", Name: name, Status: pat.StatusActive, CreatedAt: start})
		}

		_, err := newIssuer(system).Issue(t.Context(), fixed())
		wantText(t, err, "2 tokens of this name", "id 77, created at 2026-11-21T16:50:09Z", "id 78", "none was revoked")

		if live := system.live(); len(live) != 2 || len(system.created) != 1 {
			t.Errorf("live %v, requests for %v", live, system.created)
		}
	}
}

func TestABurntNameIsNotSentAgainByALaterCall(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	system.creates = []outcome{lostNothing}
	issuer := newIssuer(system)

	if _, err := issuer.Issue(t.Context(), fixed()); err == nil {
		t.Fatal("no error")
	}

	_, err := issuer.Issue(t.Context(), fixed())
	wantText(t, err, "an earlier request of this run", `No token "ci" exists yet`, "second token of this name")

	if len(system.created) != 1 {
		t.Errorf("requests for %v", system.created)
	}
}

func TestTakenNamesTheTokenAndTheWayOut(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		reusable bool
		status   pat.Status
		words    []string
		not      []string
	}{
		"names burn, active":      {false, pat.StatusActive, []string{`named "ci" (id 1, active)`, "Fakeman never frees a name", "nor without it can the name come back", "import the token (5/1)", "name_prefix"}, nil},
		"names burn, expired":     {false, pat.StatusExpired, []string{"(id 1, expired)", "never frees", "Choose another name"}, []string{"Import", "Revoke"}},
		"names burn, revoked":     {false, pat.StatusRevoked, []string{"(id 1, revoked)", "never frees", "Choose another name"}, []string{"Import", "Revoke"}},
		"names are free, active":  {true, pat.StatusActive, []string{"(id 1, active)", "Remove `create_before_destroy`", "import the token (5/1)"}, []string{"never frees"}},
		"names are free, expired": {true, pat.StatusExpired, []string{"(id 1, expired)", "Revoke it"}, []string{"never frees", "Import"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			system := newFake(test.reusable)
			system.tokens = []pat.Token{{UserID: user, ID: "1", Name: "ci", Status: test.status}}
			issuer := newIssuer(system)

			_, issue := issuer.Issue(t.Context(), fixed())
			for _, err := range []error{issue, issuer.Taken(t.Context(), user, "ci")} {
				wantText(t, err, append(test.words, "user with id 5")...)

				if taken, ok := errors.AsType[*TakenError](err); !ok || taken.Token.ID != "1" {
					t.Errorf("the error is no *TakenError of token 1: %v", err)
				}

				for _, word := range test.not {
					if strings.Contains(err.Error(), word) {
						t.Errorf("the error says %q: %v", word, err)
					}
				}
			}

			if len(system.created) != 0 || len(system.tokens) != 1 {
				t.Errorf("requests for %v", system.created)
			}

			if err := issuer.Taken(t.Context(), user, "free"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTakenPassesOnWhatKeepsItFromLooking(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	system.looks = []error{errLook}
	wantType[*pat.TransientError](t, newIssuer(system).Taken(t.Context(), user, "ci"))
}

func TestCheckRefusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		order Order
		word  string
	}{
		"no name":                   {Order{UserID: user}, "blank"},
		"a blank name":              {Order{UserID: user, Name: " "}, "blank"},
		"an outer blank":            {Order{UserID: user, Name: "ci "}, `write "ci"`},
		"a control character":       {Order{UserID: user, Name: "c\ni"}, "control character"},
		"a name that is too long":   {Order{UserID: user, Name: strings.Repeat("n", 61)}, "61 characters"},
		"a reserved name":           {Order{UserID: user, Name: "registry"}, "by itself"},
		"a prefix that is too long": {Order{UserID: user, NamePrefix: strings.Repeat("n", 55)}, "characters"},
		"an outer blank in front":   {Order{UserID: user, NamePrefix: " ci-"}, "blank"},
		"an expiry in the past":     {Order{UserID: user, Name: "ci", Lifetime: lifecycle.Lifetime{At: pat.Some(start.Add(-time.Second))}}, "in the past"},
		"an expiry now":             {Order{UserID: user, NamePrefix: "ci-", Lifetime: lifecycle.Lifetime{At: pat.Some(start)}}, "in the past"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			system := newFake(false)
			issuer := newIssuer(system)

			_, issue := issuer.Issue(t.Context(), test.order)
			wantText(t, issue, test.word)
			wantText(t, issuer.Check(test.order), test.word)

			if system.calls != 0 {
				t.Errorf("%d calls", system.calls)
			}
		})
	}

	if err := newIssuer(newFake(false)).Check(generated()); err != nil {
		t.Error(err)
	}
}

func TestTwoOrdersOfOneFixedNameMakeOneToken(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		system := newFake(false)
		system.afterLook = func() { time.Sleep(time.Second) }

		issuer := newIssuer(system)
		errs := make(chan error, 2)

		for range 2 {
			go func() {
				_, err := issuer.Issue(t.Context(), fixed())
				errs <- err
			}()
		}

		failed := fmt.Sprint(<-errs, <-errs)
		if !strings.Contains(failed, "already has a token") || !strings.Contains(failed, "<nil>") {
			t.Error(failed)
		}

		if len(system.created) != 1 {
			t.Errorf("requests for %v", system.created)
		}
	})
}
