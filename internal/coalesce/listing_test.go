package coalesce

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestTokensAfterAnother(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		system func(*fake) pat.System
		listed bool
		sent   []string
	}{
		"on a platform that can return some tokens": {
			system: func(f *fake) pat.System { return selecting{f} }, sent: []string{"select  ci-* after 2", "tokens of 5"},
		},
		"if the list is known": {
			system: func(f *fake) pat.System { return selecting{f} }, listed: true, sent: []string{"tokens of 5"},
		},
		"on a platform with lists only": {system: func(f *fake) pat.System { return f }, sent: []string{"tokens of 5"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				for id, name := range []string{"ci-1", "ci-2", "other", "ci-3", "ci-4"} {
					f.tokens["5"] = append(f.tokens["5"], pat.Token{UserID: "5", ID: strconv.Itoa(id + 1), Name: name})
				}

				system := New(test.system(f))

				if test.listed {
					wantAll(t, system, 5)
				}

				var names []string

				tokens, err := system.Tokens(t.Context(), "5", pat.TokenQuery{NamePrefix: pat.Some("ci-"), AfterID: "2"})
				for _, token := range tokens {
					names = append(names, token.Name)
				}

				if err != nil || !slices.Equal(names, []string{"ci-3", "ci-4"}) {
					t.Errorf("%v, %v; want ci-3 and ci-4", names, err)
				}

				wantNone(t, system, pat.TokenQuery{NamePrefix: pat.Some("x"), AfterID: "3"})
				f.wantSent(t, test.sent...)
			})
		})
	}
}

func TestOneListingServesAllReads(t *testing.T) {
	t.Parallel()

	for name, reads := range map[string]func(*testing.T, pat.System, pat.Key){
		"a token, then all": func(t *testing.T, s pat.System, key pat.Key) {
			token(t, s, key)
			wantAll(t, s, 20)
		},
		"all, then a token": func(t *testing.T, s pat.System, key pat.Key) {
			wantAll(t, s, 20)
			token(t, s, key)
			wantAll(t, s, 20)
		},
		"all concurrently": func(t *testing.T, s pat.System, key pat.Key) {
			walk([]int{1, 2, 3, 4}, func(i int) {
				if i%2 == 0 {
					token(t, s, key)
				} else {
					wantAll(t, s, 20)
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				keys := f.add("5", "t", 20)

				reads(t, New(f), keys[3])
				f.wantSent(t, "tokens of 5")
			})
		})
	}
}

// wantAll lists all tokens of user 5, and changes the result.
func wantAll(t *testing.T, s pat.System, want int) {
	t.Helper()

	tokens, err := s.Tokens(t.Context(), "5", pat.TokenQuery{})
	if err != nil || len(tokens) != want {
		t.Errorf("%d tokens, %v; want %d", len(tokens), err, want)
	}

	if err := spoil(tokens); err != nil {
		t.Error(err)
	}
}

func TestATokenThatWasReadIsRememberedForAMinute(t *testing.T) {
	t.Parallel()

	for name, inner := range map[string]func(*fake) pat.System{
		"selecting":   func(f *fake) pat.System { return selecting{f} },
		"all at once": func(f *fake) pat.System { return f },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				key := f.add("5", "t", 1)[0]
				system := New(inner(f))

				for _, test := range []struct {
					wait     bool
					requests int
				}{{false, 1}, {false, 1}, {true, 2}, {false, 2}} {
					if test.wait {
						rest(t.Context(), freshFor)
					}

					token(t, system, key)

					if sent := len(f.sent()); sent != test.requests {
						t.Errorf("%d requests, want %d", sent, test.requests)
					}
				}
			})
		})
	}
}

func TestTheCompleteListIsFetchedAgainOnlyIfThatIsCheaper(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		keys := f.add("5", "t", 3)
		system := New(selecting{f})

		for range 2 {
			token(t, system, keys[0])
			token(t, system, keys[1])
			token(t, system, keys[2])
			rest(context.Background(), freshFor)
		}

		f.wantSent(t, "select t0", "tokens of 5", "select t0", "tokens of 5")
	})
}

func TestReadsAreGatheredWhileARequestIsRunning(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		keys := f.add("5", "t", 1000)
		system := New(selecting{f})

		token(t, system, keys[0])

		var group sync.WaitGroup

		for _, key := range keys[1:10] {
			group.Go(func() { token(t, system, key) })
			rest(t.Context(), gatherFor*2/5)
		}

		group.Wait()
		f.wantSent(t, "select t0", "select t1,t2,t3", "select t4,t5,t6,t7,t8,t9")
	})
}
