package coalesce

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// rest waits.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

func TestAWriteDropsWhatWasRemembered(t *testing.T) {
	t.Parallel()

	refused := &pat.ValidationError{Failure: pat.Failure{Said: "no"}}

	for name, test := range map[string]struct {
		write func(context.Context, pat.System) error
		fail  error
		lose  bool
		// again is how often the token is requested when it is read twice afterwards.
		again int
	}{
		"create": {
			write: func(ctx context.Context, s pat.System) error {
				_, err := s.Create(ctx, "5", pat.NewToken{Name: "new"})

				return err
			},
			again: 1,
		},
		"revoke": {
			write: func(ctx context.Context, s pat.System) error {
				return s.Revoke(ctx, pat.Token{UserID: "5", ID: "t0"})
			},
			again: 1,
		},
		"a create whose response is lost": {
			write: func(ctx context.Context, s pat.System) error {
				_, err := s.Create(ctx, "5", pat.NewToken{Name: "new"})

				return err
			},
			lose: true, again: 2,
		},
		"a revocation whose response is lost": {
			write: func(ctx context.Context, s pat.System) error {
				return s.Revoke(ctx, pat.Token{UserID: "5", ID: "t0"})
			},
			lose: true, again: 2,
		},
		"a revocation that fails": {
			write: func(ctx context.Context, s pat.System) error {
				return s.Revoke(ctx, pat.Token{UserID: "5", ID: "t0"})
			},
			fail: refused, again: 2,
		},
		"a write to another user": {
			write: func(ctx context.Context, s pat.System) error {
				return s.Revoke(ctx, pat.Token{UserID: "6", ID: "t0"})
			},
			again: 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				for platform, inner := range map[string]func(*fake) pat.System{
					"selecting":   func(f *fake) pat.System { return selecting{f} },
					"all at once": func(f *fake) pat.System { return f },
				} {
					f := newFake()
					key := f.add("5", "t", 1)[0]
					system := New(inner(f))

					token(t, system, key)

					f.lose = func() bool { return test.lose }
					f.fail = func(string) error { return test.fail }

					if err := test.write(t.Context(), system); (err != nil) != (test.lose || test.fail != nil) {
						t.Fatalf("%s: %v", platform, err)
					}

					f.fail = nil
					before := len(f.sent())
					after := token(t, system, key)
					token(t, system, key)

					if asked := len(f.sent()) - before; asked != test.again {
						t.Errorf("%s: requested %d times, want %d", platform, asked, test.again)
					}

					if f.tokens["5"][0] != after {
						t.Errorf("%s: an old token: %+v", platform, after)
					}
				}
			})
		})
	}
}

func TestResultsOfReadsDuringAWriteAreNotRemembered(t *testing.T) {
	t.Parallel()

	reads := map[string]struct {
		inner func(*fake) pat.System
		// before is how long it takes until the request that finds the token is sent.
		before time.Duration
		read   func(context.Context, pat.System) (pat.Token, error)
	}{
		"a selection": {
			inner: func(f *fake) pat.System { return selecting{f} },
			read: func(ctx context.Context, s pat.System) (pat.Token, error) {
				return s.Token(ctx, pat.Key{UserID: "5", TokenID: "t0"})
			},
		},
		"a listing": {
			inner: func(f *fake) pat.System { return f },
			read: func(ctx context.Context, s pat.System) (pat.Token, error) {
				return s.Token(ctx, pat.Key{UserID: "5", TokenID: "t0"})
			},
		},
		"a token that only the inner System finds": {
			inner:  func(f *fake) pat.System { return blind{f} },
			before: roundTrip,
			read: func(ctx context.Context, s pat.System) (pat.Token, error) {
				return s.Token(ctx, pat.Key{UserID: "5", TokenID: "t0"})
			},
		},
		"a list by name": {
			inner: func(f *fake) pat.System { return f },
			read: func(ctx context.Context, s pat.System) (pat.Token, error) {
				return first(s.Tokens(ctx, "5", pat.TokenQuery{Name: pat.Some("t0")}))
			},
		},
		"a list of users with tokens": {
			inner: func(f *fake) pat.System { return f },
			read: func(ctx context.Context, s pat.System) (pat.Token, error) {
				users, err := s.Users(ctx, pat.UserQuery{WithTokens: true})
				if err != nil {
					return pat.Token{}, err
				}

				return first(users[0].Tokens, nil)
			},
		},
	}

	for name, test := range reads {
		for when, pause := range map[string]time.Duration{"before it ended": 0, "after it ended": roundTrip} {
			t.Run(name+", requested again "+when, func(t *testing.T) {
				t.Parallel()

				synctest.Test(t, func(t *testing.T) {
					f := newFake()
					f.add("5", "t", 1)
					f.users = []pat.User{{ID: "5", Username: "svc"}}
					system := New(test.inner(f))

					go func() {
						if old, err := test.read(t.Context(), system); err != nil || old.Status != pat.StatusActive {
							t.Errorf("%+v, %v; want the state before the write", old, err)
						}
					}()

					// The revocation takes effect after the read was processed, and ends before the
					// read does.
					rest(t.Context(), test.before+roundTrip*3/4)
					quickWriter{system, f}.revoke("5", "t0")
					rest(t.Context(), pause)

					for range 2 {
						if now, err := test.read(t.Context(), system); err != nil || now.Status != pat.StatusRevoked {
							t.Errorf("%+v, %v; want the current state", now, err)
						}
					}
				})
			})
		}
	}
}

// blind finds none of the requested tokens, and takes long to read a single one.
type blind struct{ *fake }

func (b blind) Token(ctx context.Context, key pat.Key) (pat.Token, error) {
	token, err := b.fake.Token(ctx, key)
	rest(ctx, 3*roundTrip)

	return token, err
}

func (b blind) SelectTokens(ctx context.Context, _ string, _ pat.Selection) ([]pat.Token, int, error) {
	return nil, 0, b.serve(ctx, "select", func() {})
}

// quickWriter writes without taking time.
type quickWriter struct {
	system pat.System
	fake   *fake
}

func (w quickWriter) revoke(userID, id string) {
	w.fake.mu.Lock()
	for i := range w.fake.tokens[userID] {
		if w.fake.tokens[userID][i].ID == id {
			w.fake.tokens[userID][i].Status = pat.StatusRevoked
		}
	}
	w.fake.mu.Unlock()

	w.system.(*System).written(userID, nil) //nolint:forcetypeassert // New made it.
}

func first(tokens []pat.Token, err error) (pat.Token, error) {
	if err == nil && len(tokens) == 0 {
		err = errors.New("nothing was found")
	}

	if err != nil {
		return pat.Token{}, err
	}

	return tokens[0], nil
}

func TestListsByNameAreNeverFromMemory(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.add("5", "t", 3)
		system := New(f)

		wantAll(t, system, 3)

		for _, query := range []pat.TokenQuery{{Name: pat.Some("t1")}, {Name: pat.Some("t1")}, {NamePrefix: pat.Some("t")}, {NamePrefix: pat.Some("t")}} {
			tokens, err := system.Tokens(t.Context(), "5", query)
			if err != nil || len(tokens) == 0 {
				t.Errorf("%v, %v", tokens, err)
			}
		}

		f.wantSent(t, "tokens of 5", "tokens of 5 named t1 <nil>", "tokens of 5 named t1 <nil>",
			"tokens of 5 named t <nil>", "tokens of 5 named t <nil>")
	})
}
