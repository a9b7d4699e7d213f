package tokens

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// generated is an order for a series about which nothing is known.
func generated() Order { return Order{UserID: user, NamePrefix: "ci-", Series: "abcdef"} }

func TestIssueRequestsTheNextGenerationAfterALostResponse(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		creates   []outcome
		looks     []error // the first is the survey
		revokes   []error
		created   int
		live      []string
		words     []string // in the error; none means success
		leftovers int
	}{
		"the request was processed":         {creates: []outcome{lostDone}, created: 2, live: []string{"ci-abcdef-2"}},
		"the request was not processed":     {creates: []outcome{lostNothing}, created: 2, live: []string{"ci-abcdef-2"}},
		"the request was processed late":    {creates: []outcome{lostLate}, created: 2, live: []string{"ci-abcdef-2"}},
		"two responses are lost":            {creates: []outcome{lostLate, lostDone}, created: 3, live: []string{"ci-abcdef-3"}},
		"three responses are lost":          {creates: []outcome{lostDone, lostLate, lostNothing}, created: 3, words: []string{"three requests", "HTTP 504", "(ci-abcdef-1, ci-abcdef-2, ci-abcdef-3) do not exist, or were revoked"}},
		"three requests are processed late": {creates: []outcome{lostLate, lostLate, lostLate}, created: 3, words: []string{"three requests"}},
		"the first request is refused":      {creates: []outcome{refused}, created: 1, words: []string{"HTTP 422: no"}},
		"the second request is refused":     {creates: []outcome{lostLate, refused}, created: 2, words: []string{"HTTP 422: no", "ci-abcdef-1"}},
		"the survey fails":                  {looks: []error{errLook}, words: []string{"looking: HTTP 503"}},
		"one lookup fails":                  {creates: []outcome{lostDone}, looks: []error{nil, errLook}, created: 1, words: []string{"HTTP 504", "ci-abcdef-1", "were revoked"}},
		"every lookup fails":                {creates: []outcome{lostDone}, looks: []error{nil, errLook, errLook}, created: 1, live: []string{"ci-abcdef-1"}, words: []string{"HTTP 504", `"ci-abcdef-1" may still be active`, "HTTP 503", "user with id 5"}},
		"every revocation fails":            {creates: []outcome{lostDone}, revokes: []error{errRevoke, errRevoke}, created: 1, live: []string{"ci-abcdef-1"}, words: []string{`"ci-abcdef-1" may still be active`, "HTTP 502"}},
		"the last lookup fails":             {creates: []outcome{lostLate}, looks: []error{nil, nil, errLook}, created: 2, live: []string{"ci-abcdef-1", "ci-abcdef-2"}, leftovers: 1},
		"the last revocation fails":         {creates: []outcome{lostLate}, revokes: []error{errRevoke}, created: 2, live: []string{"ci-abcdef-1", "ci-abcdef-2"}, leftovers: 1},
		"a revocation fails, then works":    {creates: []outcome{lostDone}, revokes: []error{errRevoke}, created: 1, words: []string{"HTTP 504", "were revoked"}},
	} {
		for _, reusable := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, reusable %t", name, reusable), func(t *testing.T) {
				t.Parallel()

				system := newFake(reusable)
				system.creates, system.looks, system.revokes = slices.Clone(test.creates), slices.Clone(test.looks), slices.Clone(test.revokes)

				result, err := newIssuer(system).Issue(t.Context(), generated())

				if len(system.created) != test.created || len(slices.Compact(slices.Sorted(slices.Values(system.created)))) != test.created {
					t.Errorf("requests for %v", system.created)
				}

				live := system.live()
				slices.Sort(live)

				if diff := cmp.Diff(test.live, live); diff != "" {
					t.Error(diff)
				}

				if test.words != nil {
					wantText(t, err, test.words...)

					return
				}

				if err != nil || result.Name != system.created[test.created-1] || len(result.Leftovers) != test.leftovers || !result.Unanswered {
					t.Fatalf("%s, %v, %v", result.Name, err, result.Leftovers)
				}

				for _, left := range result.Leftovers {
					if !strings.Contains(left, `"ci-abcdef-1"`) {
						t.Errorf("the sentence names no token: %s", left)
					}
				}
			})
		}
	}
}

func TestAnErrorAfterLostResponsesKeepsItsType(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	system.creates = []outcome{lostNothing, refused}
	_, err := newIssuer(system).Issue(t.Context(), generated())
	wantType[*pat.ValidationError](t, err)

	system = newFake(false)
	system.creates = []outcome{lostNothing, lostNothing, lostNothing}
	_, err = newIssuer(system).Issue(t.Context(), generated())
	wantType[*pat.AmbiguousError](t, err)
}

func TestALaterCallDoesNotReuseANameWithoutAResponse(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	system.creates = []outcome{lostNothing, lostNothing, lostNothing}
	issuer := newIssuer(system)

	if _, err := issuer.Issue(t.Context(), generated()); err == nil {
		t.Fatal("no error")
	}

	result, err := issuer.Issue(t.Context(), generated())
	if err != nil || result.Name != "ci-abcdef-4" || result.Generation != 4 {
		t.Errorf("%s, %v", result.Name, err)
	}
}

func TestOnlyOneOfManyOrdersOfOneSeriesIsIssued(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		const orders = 8

		system := newFake(false)
		// Time in which the others would look too, if they were allowed to.
		system.afterLook = func() { time.Sleep(time.Second) }

		issuer := newIssuer(system)
		errs := make([]error, orders)

		var group sync.WaitGroup
		for i := range orders {
			group.Go(func() {
				order := generated()
				order.NamePrefix = []string{"ci-", "new-"}[i%2]
				order.Prefixes = []string{"ci-", "new-"}

				_, errs[i] = issuer.Issue(t.Context(), order)
			})
		}

		group.Wait()

		errs = slices.DeleteFunc(errs, func(err error) bool {
			_, shared := errors.AsType[*SharedError](err)

			return shared
		})

		if len(errs) != 1 || errs[0] != nil || len(system.created) != 1 {
			t.Errorf("%v, requests for %v", errs, system.created)
		}
	})
}

// hanging is a fake whose lookups hang once it has issued a token.
type hanging struct{ *fake }

func (h hanging) Tokens(ctx context.Context, userID string, query pat.TokenQuery) ([]pat.Token, error) {
	if len(h.live()) == 0 {
		return h.fake.Tokens(ctx, userID, query)
	}

	<-ctx.Done()

	return nil, &pat.TransientError{Failure: pat.Failure{Tried: "looking", Err: ctx.Err()}}
}

func TestANewSecretDoesNotWaitLongForTheLastLookup(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		system := newFake(false)
		system.creates = []outcome{lostNothing, lostNothing}
		began := time.Now()

		result, err := newIssuer(hanging{system}).Issue(t.Context(), generated())
		if err != nil || result.Secret != secretOf(result.Token) || !result.Unanswered || len(result.Leftovers) != 2 {
			t.Errorf("%v, %v", err, result.Leftovers)
		}

		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("the secret existed only in this process for %s", took)
		}
	})
}

func TestACancelledRunCleansUp(t *testing.T) {
	t.Parallel()

	for name, order := range map[string]Order{
		"a generated name": generated(), "a fixed name": {UserID: user, Name: "ci"},
	} {
		for _, reusable := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, reusable %t", name, reusable), func(t *testing.T) {
				t.Parallel()

				ctx, cancel := context.WithCancel(t.Context())
				system := newFake(reusable)
				system.creates, system.onCreate = []outcome{lostDone}, cancel

				_, err := newIssuer(system).Issue(ctx, order)
				wantType[*pat.AmbiguousError](t, err)

				if len(system.created) != 1 {
					t.Errorf("requests for %v", system.created)
				}

				if live := system.live(); len(live) != 0 {
					t.Errorf("live: %v", live)
				}
			})
		}
	}
}

func TestACancelledRunSendsNoMoreRequests(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	system := newFake(false)

	for _, order := range []Order{generated(), {UserID: user, Name: "ci"}, {UserID: user, NamePrefix: "ci-"}} {
		if _, err := newIssuer(system).Issue(ctx, order); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}

	if len(system.created) != 0 {
		t.Errorf("requests for %v", system.created)
	}
}

func TestWaitingForASeriesEndsWithTheContext(t *testing.T) {
	t.Parallel()

	system := newFake(false)
	issuer := newIssuer(system)
	ctx, cancel := context.WithCancel(t.Context())

	unlock, err := issuer.locks.lock(t.Context(), user+" series abcdef")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()

	cancel()

	if _, err := issuer.Issue(ctx, generated()); !errors.Is(err, context.Canceled) || system.calls != 0 {
		t.Errorf("%v, %d calls", err, system.calls)
	}

	// An order for another series, and one without a series, do not wait.
	other := generated()
	other.Series = "bcdefg"

	for _, order := range []Order{other, {UserID: user, NamePrefix: "ci-"}} {
		if _, err := issuer.Issue(t.Context(), order); err != nil {
			t.Error(err)
		}
	}
}

func TestTheExpiryIsCountedFromTheMomentOfIssuing(t *testing.T) {
	t.Parallel()

	order := generated()
	order.Lifetime = lifecycle.Lifetime{In: pat.Some(90 * time.Minute)}

	result, err := newIssuer(newFake(false)).Issue(t.Context(), order)
	if err != nil || !result.ExpiresAt.Equal(start.Add(90*time.Minute)) {
		t.Errorf("%s, %v", result.ExpiresAt, err)
	}
}
