package coalesce

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// asks are the reads that are shared; each requests the same every time.
var asks = map[string]func(context.Context, pat.System) error{
	"token": func(ctx context.Context, s pat.System) error {
		_, err := s.Token(ctx, pat.Key{UserID: "5", TokenID: "t0"})

		return err
	},
	"tokens": func(ctx context.Context, s pat.System) error {
		_, err := s.Tokens(ctx, "5", pat.TokenQuery{})

		return err
	},
	"tokens by name": func(ctx context.Context, s pat.System) error {
		_, err := s.Tokens(ctx, "5", pat.TokenQuery{Name: pat.Some("t0")})

		return err
	},
	"user": func(ctx context.Context, s pat.System) error {
		_, err := s.User(ctx, pat.UserRef{Username: "svc"})

		return err
	},
	"users": func(ctx context.Context, s pat.System) error {
		_, err := s.Users(ctx, pat.UserQuery{})

		return err
	},
	"users with tokens": func(ctx context.Context, s pat.System) error {
		_, err := s.Users(ctx, pat.UserQuery{WithTokens: true})

		return err
	},
	"current user": func(ctx context.Context, s pat.System) error {
		_, err := s.CurrentUser(ctx)

		return err
	},
}

// eachAsk runs the test for each kind of read and platform.
func eachAsk(t *testing.T, test func(*testing.T, *fake, pat.System, func(context.Context, pat.System) error)) {
	t.Helper()

	for name, ask := range asks {
		for platform, inner := range map[string]func(*fake) pat.System{
			"selecting":   func(f *fake) pat.System { return selecting{f} },
			"all at once": func(f *fake) pat.System { return f },
		} {
			t.Run(name+", "+platform, func(t *testing.T) {
				t.Parallel()

				synctest.Test(t, func(t *testing.T) {
					f := newFake()
					f.add("5", "t", 3)
					f.users = []pat.User{{ID: "5", Username: "svc"}}

					test(t, f, New(inner(f)), ask)
				})
			})
		}
	}
}

func TestConcurrentCallersShareARequest(t *testing.T) {
	t.Parallel()

	eachAsk(t, func(t *testing.T, f *fake, system pat.System, ask func(context.Context, pat.System) error) {
		var group sync.WaitGroup

		for range 20 {
			group.Go(func() {
				if err := ask(t.Context(), system); err != nil {
					t.Error(err)
				}
			})
		}

		group.Wait()

		if sent := f.sent(); len(sent) != 1 {
			t.Errorf("sent %q, want one request", sent)
		}
	})
}

func TestAnErrorIsReturnedOnlyToWaitingCallers(t *testing.T) {
	t.Parallel()

	eachAsk(t, func(t *testing.T, f *fake, system pat.System, ask func(context.Context, pat.System) error) {
		down := &pat.TransientError{Failure: pat.Failure{Said: "HTTP 503"}}
		f.fail = func(string) error { return down }

		var group sync.WaitGroup

		for range 3 {
			group.Go(func() {
				if err := ask(t.Context(), system); !errors.Is(err, down) {
					t.Errorf("a waiting caller got %v", err)
				}
			})
		}

		group.Wait()

		f.fail = nil

		if err := ask(t.Context(), system); err != nil {
			t.Errorf("a later caller got %v", err)
		}

		if sent := f.sent(); len(sent) != 2 {
			t.Errorf("sent %q, want two requests", sent)
		}
	})
}

func TestEachCallerGetsItsOwnSlice(t *testing.T) {
	t.Parallel()

	for name, list := range map[string]func(pat.System) ([]pat.Token, error){
		"all": func(s pat.System) ([]pat.Token, error) {
			return s.Tokens(context.Background(), "5", pat.TokenQuery{})
		},
		"by name": func(s pat.System) ([]pat.Token, error) {
			return s.Tokens(context.Background(), "5", pat.TokenQuery{NamePrefix: pat.Some("t")})
		},
		"of users": func(s pat.System) ([]pat.Token, error) {
			users, err := s.Users(context.Background(), pat.UserQuery{WithTokens: true})

			return users[0].Tokens, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.add("5", "t", 3)
				f.users = []pat.User{{ID: "5"}}
				system := New(f)

				var group sync.WaitGroup

				for range 2 {
					group.Go(func() {
						tokens, err := list(system)
						if err := errors.Join(err, spoil(tokens)); err != nil {
							t.Error(err)
						}
					})
				}

				group.Wait()
			})
		})
	}
}

// spoil changes tokens, and fails if they were already changed.
func spoil(tokens []pat.Token) error {
	for i := range tokens {
		if tokens[i].ID == "spoilt" {
			return errors.New("another caller has the same slice")
		}

		tokens[i].ID = "spoilt"
	}

	return nil
}
