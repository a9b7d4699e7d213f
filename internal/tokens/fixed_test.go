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
		looks    []error // the first is before the request
		revokes  []error
		created  int
		live     []string
		words    []string // in the error; none means success
	}{
		"not reusable, nothing fails":                                     {created: 1, live: []string{"ci"}},
		"not reusable, the list is denied":                                {looks: []error{denied}, created: 1, live: []string{"ci"}},
		"not reusable, the list fails":                                    {looks: []error{errLook}, words: []string{"HTTP 503"}},
		"not reusable, the list is denied, and the request was processed": {creates: []outcome{lostDone}, looks: []error{denied}, created: 1, live: []string{"ci"}, words: []string{`Could not determine whether the token "ci" was created`, "HTTP 403", "user with id 5"}},
		"reusable, the list is denied, and the request was processed":     {reusable: true, creates: []outcome{lostDone}, looks: []error{denied}, created: 1, live: []string{"ci"}, words: []string{`Could not determine whether the token "ci" was created`, "HTTP 403"}},
		"not reusable, the request is refused":                            {creates: []outcome{refused}, created: 1, words: []string{"HTTP 422: no"}},
		"not reusable, the request was processed":                         {creates: []outcome{lostDone}, created: 1, words: []string{"HTTP 504. ", "was revoked", `Fakeman does not allow the name "ci" to be reused`, "name_prefix"}},
		"not reusable, the request was not processed":                     {creates: []outcome{lostNothing}, created: 1, words: []string{`No token "ci" exists yet`, "Fakeman could not revoke", "user with id 5", "in a few minutes"}},
		"not reusable, the request is processed late":                     {creates: []outcome{lostLate}, created: 1, live: []string{"ci"}, words: []string{`No token "ci" exists yet`}},
		"not reusable, the second list fails":                             {creates: []outcome{lostDone}, looks: []error{nil, errLook}, created: 1, live: []string{"ci"}, words: []string{`Could not determine whether the token "ci" was created`, "HTTP 503", "user with id 5"}},
		"not reusable, the token cannot be revoked":                       {creates: []outcome{lostDone}, revokes: []error{errRevoke}, created: 1, live: []string{"ci"}, words: []string{`The token "ci" was created`, "HTTP 502", "user with id 5"}},
		"reusable, nothing fails":                                         {reusable: true, created: 1, live: []string{"ci"}},
		"reusable, the request was processed":                             {reusable: true, creates: []outcome{lostDone}, created: 2, live: []string{"ci"}},
		"reusable, the request was not processed":                         {reusable: true, creates: []outcome{lostNothing}, created: 2, live: []string{"ci"}},
		"reusable, the request is processed late":                         {reusable: true, creates: []outcome{lostLate}, created: 2, words: []string{"already been taken", "(ci) do not exist, or were revoked"}},
		"reusable, both requests were processed":                          {reusable: true, creates: []outcome{lostDone, lostDone}, created: 2, words: []string{"HTTP 504", "(ci) do not exist, or were revoked"}},
		"reusable, neither request was processed":                         {reusable: true, creates: []outcome{lostNothing, lostNothing}, created: 2, words: []string{"HTTP 504", "(ci)"}},
		"reusable, the second request is refused":                         {reusable: true, creates: []outcome{lostNothing, refused}, created: 2, words: []string{"HTTP 422: no", "(ci)"}},
		"reusable, the second list fails":                                 {reusable: true, creates: []outcome{lostDone}, looks: []error{nil, errLook}, created: 1, live: []string{"ci"}, words: []string{`Could not determine whether the token "ci" was created`}},
		"reusable, both were processed, and the last list fails":          {reusable: true, creates: []outcome{lostDone, lostDone}, looks: []error{nil, nil, errLook}, created: 2, live: []string{"ci"}, words: []string{`Token "ci" may still be active`, "HTTP 503"}},
		"reusable, the token cannot be revoked":                           {reusable: true, creates: []outcome{lostDone}, revokes: []error{errRevoke}, created: 1, live: []string{"ci"}, words: []string{`The token "ci" was created`, "HTTP 502"}},
		"reusable, the second token cannot be revoked":                    {reusable: true, creates: []outcome{lostNothing, lostDone}, revokes: []error{errRevoke}, created: 2, live: []string{"ci"}, words: []string{`Token "ci" may still be active`, "HTTP 502"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			system := newFake(test.reusable)
			system.creates, system.looks, system.revokes = test.creates, test.looks, test.revokes

			result, err := newIssuer(system).Issue(t.Context(), fixed())

			// If names are reusable, a token that was created late was revoked by the last lookup.
			live := slices.Clone(system.live())
			if diff := cmp.Diff(test.live, live); diff != "" {
				t.Error(diff)
			}

			if len(system.created) != test.created || len(system.duplicates) != 0 {
				t.Errorf("requests for %v, duplicates %v", system.created, system.duplicates)
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

// A token of the same name that another program issued is not revoked.
func TestOfSeveralTokensOfALostNameNoneIsRevoked(t *testing.T) {
	t.Parallel()

	for _, reusable := range []bool{false, true} {
		system := newFake(reusable)
		system.creates = []outcome{lostDone}
		system.onCreate = func() { // Between the lookup and the request, another program issues one.
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

func TestAUsedUpNameIsNotSentAgainByALaterCall(t *testing.T) {
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

func TestTakenNamesTheTokenAndSaysWhatToDo(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		reusable bool
		status   pat.Status
		words    []string
		not      []string
	}{
		"not reusable, active":  {false, pat.StatusActive, []string{`named "ci" (id 1, active)`, "Fakeman never frees a name", "nor without it can the name come back", "import the token (5/1)", "name_prefix"}, nil},
		"not reusable, expired": {false, pat.StatusExpired, []string{"(id 1, expired)", "never frees", "Choose another name"}, []string{"Import", "Revoke"}},
		"not reusable, revoked": {false, pat.StatusRevoked, []string{"(id 1, revoked)", "never frees", "Choose another name"}, []string{"Import", "Revoke"}},
		"reusable, active":      {true, pat.StatusActive, []string{"(id 1, active)", "Remove `create_before_destroy`", "import the token (5/1)"}, []string{"never frees"}},
		"reusable, expired":     {true, pat.StatusExpired, []string{"(id 1, expired)", "Revoke it"}, []string{"never frees", "Import"}},
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
					t.Errorf("the error is not a *TakenError about token 1: %v", err)
				}

				for _, word := range test.not {
					if strings.Contains(err.Error(), word) {
						t.Errorf("the error contains %q: %v", word, err)
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

func TestTakenReturnsTheErrorOfTheList(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	system.looks = []error{errLook}
	wantType[*pat.TransientError](t, newIssuer(system).Taken(t.Context(), user, "ci"))
}

func TestCheckRefusesWithoutARequest(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		order Order
		word  string
	}{
		"no name":                   {Order{UserID: user}, "blank"},
		"a blank name":              {Order{UserID: user, Name: " "}, "blank"},
		"a trailing blank":          {Order{UserID: user, Name: "ci "}, `write "ci"`},
		"a control character":       {Order{UserID: user, Name: "c\ni"}, "control character"},
		"a name that is too long":   {Order{UserID: user, Name: strings.Repeat("n", 61)}, "61 characters"},
		"a reserved name":           {Order{UserID: user, Name: "registry"}, "this name itself"},
		"a prefix that is too long": {Order{UserID: user, NamePrefix: strings.Repeat("n", 55)}, "characters"},
		"a leading blank":           {Order{UserID: user, NamePrefix: " ci-"}, "whitespace"},
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
