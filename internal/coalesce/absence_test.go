package coalesce

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

func TestTheInnerSystemDecidesAboutAbsence(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		inner func(*fake) pat.System
		warm  func(*testing.T, pat.System)
		want  []string
	}{
		"not in a selection": {
			inner: func(f *fake) pat.System { return selecting{f} },
			want:  []string{"select gone", "token gone"},
		},
		"not in a list": {
			inner: func(f *fake) pat.System { return f },
			want:  []string{"tokens of 5", "token gone"},
		},
		"not in a remembered list": {
			inner: func(f *fake) pat.System { return selecting{f} },
			warm:  func(t *testing.T, s pat.System) { wantAll(t, s, 3) },
			want:  []string{"tokens of 5", "token gone"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.add("5", "t", 3)
				system := New(test.inner(f))

				if test.warm != nil {
					test.warm(t, system)
				}

				var (
					group sync.WaitGroup
					proof = &pat.GoneError{Failure: pat.Failure{Said: "proven"}}
				)

				f.fail = func(request string) error {
					if request == "token gone" {
						return proof
					}

					return nil
				}

				for range 3 {
					group.Go(func() {
						if _, err := system.Token(t.Context(), pat.Key{UserID: "5", TokenID: "gone"}); !errors.Is(err, proof) {
							t.Errorf("got %v", err)
						}
					})
				}

				group.Wait()
				f.wantSent(t, test.want...)
			})
		})
	}
}

func TestATokenThatOnlyTheInnerSystemFindsIsReturned(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		system := New(f)

		wantAll(t, system, 0)
		token(t, system, f.add("5", "t", 1)[0]) // Issued by another program.
		f.wantSent(t, "tokens of 5", "token t0")
	})
}

func TestARowOfAnotherUserIsIgnored(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.tokens["5"] = []pat.Token{{UserID: "6", ID: "t0"}}

		_, err := New(selecting{f}).Token(t.Context(), pat.Key{UserID: "5", TokenID: "t0"})
		if _, gone := errors.AsType[*pat.GoneError](err); !gone {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheLastOfSeveralTokensOfANameIsReturned(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.tokens["5"] = []pat.Token{{UserID: "5", ID: "t", Status: pat.StatusExpired}, {UserID: "5", ID: "t", Status: pat.StatusActive}}

		if got := token(t, New(f), pat.Key{UserID: "5", TokenID: "t"}); got.Status != pat.StatusActive {
			t.Errorf("got %+v", got)
		}
	})
}

func TestPartsAreRequestedAfterTheListFailed(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		keys := f.add("5", "t", 200)
		system := New(selecting{f})

		token(t, system, keys[0])

		tooBig := &pat.ProtocolError{Failure: pat.Failure{Said: "an answer over 64 MiB"}}
		f.fail = func(request string) error {
			if request == "tokens of 5" {
				return tooBig
			}

			return nil
		}

		if _, err := system.Token(t.Context(), keys[1]); !errors.Is(err, tooBig) {
			t.Errorf("got %v", err)
		}

		token(t, system, keys[1])
		f.wantSent(t, "select t0", "tokens of 5", "select t1")
	})
}

func TestTheCompleteListIsNotFetchedIfItCannotBeRemembered(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		keys := f.add("5", "t", 4)
		f.lose = func() bool { return true }
		system := New(selecting{f})

		token(t, system, keys[0])

		if err := system.Revoke(t.Context(), pat.Token{UserID: "5", ID: "t0"}); err == nil {
			t.Error("the response was not lost")
		}

		for range 2 {
			token(t, system, keys[1])
			token(t, system, keys[2])
		}

		f.wantSent(t, "select t0", "revoke", "select t1", "select t2", "select t1", "select t2")
	})
}
