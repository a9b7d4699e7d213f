package tokens

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// revoker is a System that can only revoke.
type revoker struct {
	pat.System

	revoke  func(ctx context.Context, token pat.Token) error
	revoked atomic.Int32
}

func (r *revoker) Traits() pat.Traits { return pat.Traits{} }

func (r *revoker) Revoke(ctx context.Context, token pat.Token) error {
	if err := r.revoke(ctx, token); err != nil {
		return err
	}

	r.revoked.Add(1)

	return nil
}

// leased returns leases with the given number of open tokens.
func leased(t *testing.T, system pat.System, count int) *Leases {
	t.Helper()

	leases := &Leases{}

	for i := range count {
		opened, err := leases.begin(pat.UserRef{Username: "svc"})
		if err != nil {
			t.Fatal(err)
		}

		id := fmt.Sprint(i)
		leases.issued(opened, system, pat.Token{UserID: "5", ID: id, Name: "t-" + id})
	}

	return leases
}

// All tokens are revoked concurrently: there is no time to revoke them one after the other.
func TestLeases_Stop_revokesInParallel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		system := &revoker{revoke: func(ctx context.Context, _ pat.Token) error { return slow(ctx, time.Second) }}

		if err := leased(t, system, 50).Stop(); err != nil {
			t.Error(err)
		}

		if revoked := system.revoked.Load(); revoked != 50 {
			t.Errorf("%d tokens were revoked, want 50", revoked)
		}
	})
}

// A server that hangs does not delay Stop longer than a CLI waits. The error names the tokens that
// may be active.
func TestLeases_Stop_endsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		system := &revoker{revoke: func(ctx context.Context, token pat.Token) error {
			if token.ID == "1" {
				return slow(ctx, time.Hour)
			}

			return nil
		}}
		leases := leased(t, system, 3)

		// One token is still being issued.
		_, err := leases.begin(pat.UserRef{Username: "svc-late"})
		if err != nil {
			t.Fatal(err)
		}

		begun := time.Now()
		err = leases.Stop()

		if took := time.Since(begun); took != StopTime || took >= 2*time.Second {
			t.Errorf("it took %s, want %s", took, StopTime)
		}

		if err == nil {
			t.Fatal("no error")
		}

		for _, text := range []string{`the token "t-1" (id 1) of user svc is still active`, "a token of user svc-late was being issued"} {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("got %q, want %q in it", err, text)
			}
		}

		if strings.Contains(err.Error(), "t-0") || system.revoked.Load() != 2 {
			t.Errorf("%d tokens were revoked, want 2; error: %v", system.revoked.Load(), err)
		}
	})
}

// A token that is issued while the plugin stops is revoked, too, and none is issued after that.
func TestLeases_Stop_waitsForWhatIsBeingIssued(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		system := &revoker{revoke: func(context.Context, pat.Token) error { return nil }}
		leases := &Leases{}

		late, err := leases.begin(pat.UserRef{})
		if err != nil {
			t.Fatal(err)
		}

		failed, err := leases.begin(pat.UserRef{})
		if err != nil {
			t.Fatal(err)
		}

		go func() {
			time.Sleep(time.Second)
			leases.failed(failed)
			leases.issued(late, system, pat.Token{ID: "1"})
		}()

		if err := leases.Stop(); err != nil || system.revoked.Load() != 1 {
			t.Errorf("%d tokens were revoked, want 1; error: %v", system.revoked.Load(), err)
		}

		if _, err := leases.begin(pat.UserRef{}); !errors.Is(err, errStopped) {
			t.Errorf("another token may be issued: %v", err)
		}
	})
}

func TestLeases_Stop_leavesAloneWhatWasClosed(t *testing.T) {
	t.Parallel()

	system := &revoker{revoke: func(context.Context, pat.Token) error { return nil }}
	leases := leased(t, system, 3)
	leases.closed(pat.Key{UserID: "5", TokenID: "1"})

	// A second call has nothing left to do.
	for range 2 {
		if err := leases.Stop(); err != nil {
			t.Fatal(err)
		}
	}

	if revoked := system.revoked.Load(); revoked != 2 {
		t.Errorf("%d tokens were revoked, want 2", revoked)
	}
}

// slow waits, unless its context is cancelled first.
func slow(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// An ephemeral token is checked in the plan, issued when it is opened, and revoked when it is closed.
func TestLeases_openAndClose(t *testing.T) {
	t.Parallel()

	order := Order{NamePrefix: "job-", Lifetime: lifecycle.Lifetime{In: pat.Some(time.Hour), AtLeast: true}}

	t.Run("nothing fails", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			var leases Leases

			owner, issued, said := leases.Open(t.Context(), s.engine, pat.UserRef{Username: "svc"}, order)
			s.wantNotices(said)

			if owner.ID != user || issued.Secret != secretOf(issued.Token) || issued.ExpiresAt.Before(start.Add(time.Hour)) {
				t.Errorf("%+v, %+v", owner, issued.Token)
			}

			s.wantNotices(leases.Close(t.Context(), s.engine, issued.Token, pat.UserRef{}))
			s.wantLive()

			if err := leases.Stop(); err != nil || len(s.system.revoked) != 1 {
				t.Errorf("%v, %v", err, s.system.revoked)
			}
		})
	})

	t.Run("it cannot be closed", func(t *testing.T) {
		t.Parallel()
		onEachPlatform(t, func(t *testing.T, s *stage) {
			var leases Leases

			_, issued, _ := leases.Open(t.Context(), s.engine, pat.UserRef{ID: user}, order)
			s.failing(errRevoke, callRevoke)

			said := leases.Close(t.Context(), s.engine, issued.Token, pat.UserRef{Username: "svc", ID: user})
			s.wantNotices(said, "EphemeralNotRevoked")

			if left := noticesOf[EphemeralNotRevoked](said)[0]; left.Token.ID != issued.ID || left.Owner.Username != "svc" || !errors.Is(left.Err, errRevoke) {
				t.Errorf("%+v", left)
			}

			s.system.fails = nil

			if err := leases.Stop(); err != nil {
				t.Error(err)
			}

			s.wantLive()
			s.wantNotices(leases.Close(t.Context(), s.engine, issued.Token, pat.UserRef{}))

			if len(s.system.revoked) != 1 {
				t.Errorf("a token was revoked twice: %v", s.system.revoked)
			}
		})
	})

	for name, test := range map[string]struct {
		user   pat.UserRef
		breaks func(s *stage)
		want   string
	}{
		"no such user":           {pat.UserRef{Username: "missing"}, func(*stage) {}, "StepFailed FindUser"},
		"the request is refused": {pat.UserRef{ID: user}, func(s *stage) { s.system.creates = []outcome{refused} }, "StepFailed IssueEphemeral"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEachPlatform(t, func(t *testing.T, s *stage) {
				var leases Leases

				test.breaks(s)

				_, _, said := leases.Open(t.Context(), s.engine, test.user, order)
				s.wantNotices(said, test.want)

				if err := leases.Stop(); err != nil {
					t.Error(err)
				}

				_, _, said = leases.Open(t.Context(), s.engine, pat.UserRef{ID: user}, order)
				s.wantNotices(said, "StepFailed IssueEphemeral")
				s.wantLive()
			})
		})
	}

	s := newStage(t, false)
	s.wantNotices(s.engine.CheckEphemeral(lifecycle.Known("svc"), Order{NamePrefix: "job-"}), "InvalidUserID")
	s.wantNotices(s.engine.CheckEphemeral(lifecycle.Known(user), Order{NamePrefix: "job "}), "InvalidArgument name_prefix")
	s.wantNotices(s.engine.CheckEphemeral(lifecycle.Unknown[string](), Order{NamePrefix: "job-"}))
}
