package universalcontroller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// userServer is a server with one user's tokens whose requests take time. It needs no lock: in a
// bubble of synctest, only sleeping code of it runs concurrently.
type userServer struct {
	request, perRow time.Duration
	failures        []bool // Of the lists, in this order.

	mu             sync.Mutex
	version        int // The number of processed writes.
	rows           int
	lists, listed  int
	listing, twice int
}

var errListFailed = errors.New("the server failed")

// tokens returns the existing tokens and, as their only owner, the number of writes that had been
// processed when the list began.
func (s *userServer) tokens(ctx context.Context) (tokenList, error) {
	s.mu.Lock()
	rows, version, nth := s.rows, s.version, s.lists
	s.twice = max(s.twice, s.listing)
	s.lists++
	s.listed += rows
	s.listing++
	s.mu.Unlock()

	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()

		s.listing--
	}()

	if err := pause(ctx, s.request+time.Duration(rows)*s.perRow); err != nil {
		return tokenList{}, err
	}

	if len(s.failures) > 0 && s.failures[nth%len(s.failures)] {
		return tokenList{}, errListFailed
	}

	return tokenList{tokens: make([]pat.Token, rows), owners: []string{strconv.Itoa(version)}}, nil
}

// write adds or removes a token.
func (s *userServer) write(ctx context.Context, rows int) error {
	if err := pause(ctx, s.request); err != nil {
		return err
	}

	s.mu.Lock()
	defer s.mu.Unlock()

	s.version++
	s.rows = max(s.rows+rows, 0)

	return nil
}

// versionNow is the number of processed writes.
func (s *userServer) versionNow() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.version
}

// create sends the requests of Create, and revoke those of Revoke.
func (s *userServer) create(ctx context.Context, l *writeList) (found tokenList, after int, err error) {
	if err := s.write(ctx, 1); err != nil {
		return tokenList{}, 0, err
	}

	after = s.versionNow()
	found, err = l.read(ctx)

	return found, after, err
}

func (s *userServer) revoke(ctx context.Context, l *writeList) (found tokenList, after int, err error) {
	after = s.versionNow()

	found, err = l.read(ctx)
	if err != nil {
		return tokenList{}, 0, err
	}

	return found, after, s.write(ctx, -1)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// TestOneListIsReadForManyWrites runs ten operations concurrently, as Terraform does.
func TestOneListIsReadForManyWrites(t *testing.T) {
	t.Parallel()

	const (
		tokens    = 1000
		mostLists = 240                      // Together with a request for each write, at most 1,250.
		mostRows  = (12 << 20) / bytesPerRow // At most 12 MiB.
	)

	for _, latency := range []time.Duration{5 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond} {
		for name, do := range map[string]func(*userServer, context.Context, *writeList) (tokenList, int, error){
			"creates": (*userServer).create, "revocations": (*userServer).revoke,
		} {
			t.Run(fmt.Sprintf("%s at %s", name, latency), func(t *testing.T) {
				t.Parallel()

				synctest.Test(t, func(t *testing.T) {
					server := &userServer{request: latency, perRow: latency / 1000}
					if name == "revocations" {
						server.rows = tokens
					}

					list := &writeList{list: server.tokens}
					todo := make(chan int, tokens)

					for i := range tokens {
						todo <- i
					}

					close(todo)

					var terraform sync.WaitGroup

					for range 10 {
						terraform.Go(func() {
							for i := range todo {
								time.Sleep(time.Duration(1+i*i%23) * time.Millisecond) // The time that Terraform needs in between.

								if _, _, err := do(server, t.Context(), list); err != nil {
									t.Error(err)
								}
							}
						})
					}

					terraform.Wait()

					if server.lists > mostLists || server.listed > mostRows {
						t.Errorf("%d lists with %d rows in total, want at most %d with %d", server.lists, server.listed, mostLists, mostRows)
					}
				})
			})
		}
	}
}

// bytesPerRow is the size of a token in a list in JSON.
const bytesPerRow = 130

func TestSequentialWritesDoNotWait(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		server := &userServer{request: 30 * time.Millisecond, rows: 1000}
		list := &writeList{list: server.tokens}
		begun := time.Now()

		for range 10 {
			if _, _, err := server.create(t.Context(), list); err != nil {
				t.Fatal(err)
			}

			if _, _, err := server.revoke(t.Context(), list); err != nil {
				t.Fatal(err)
			}
		}

		if took, want := time.Since(begun), 10*4*server.request; took != want {
			t.Errorf("took %s, want %s, only for the requests", took, want)
		}
	})
}

// TestAListBeganAfterItWasRequested interleaves writes in any way. A caller never gets a list that
// began before it asked, nor the cancellation of another caller; no two lists run concurrently; and
// no caller waits longer than for the running list, the pause after it, and one list.
func TestAListBeganAfterItWasRequested(t *testing.T) {
	t.Parallel()

	type operation struct {
		After   int // Milliseconds after the previous operation.
		Revokes bool
		GivesUp int // The caller cancels after this many milliseconds; 0 means never.
	}

	operations := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) operation {
		return operation{
			After:   rapid.SampledFrom([]int{0, 0, 1, 3, 7, 20, 50, 130, 700}).Draw(t, "after"),
			Revokes: rapid.Bool().Draw(t, "revokes"),
			GivesUp: rapid.SampledFrom([]int{0, 0, 0, 1, 10, 60, 300}).Draw(t, "gives up"),
		}
	}), 1, 40)

	rapid.Check(t, func(rt *rapid.T) {
		server := &userServer{
			request:  time.Duration(rapid.SampledFrom([]int{0, 1, 30, 400, 3000}).Draw(rt, "milliseconds")) * time.Millisecond,
			rows:     rapid.SampledFrom([]int{0, 1, 100, 1000}).Draw(rt, "rows"),
			failures: rapid.SliceOfN(rapid.Bool(), 0, 5).Draw(rt, "failures"),
		}
		todo := operations.Draw(rt, "operations")

		var faults []string

		// Functions of rapid must not be called inside.
		synctest.Test(t, func(t *testing.T) {
			list := &writeList{list: server.tokens}

			var (
				mu         sync.Mutex
				concurrent sync.WaitGroup
			)

			for _, o := range todo {
				time.Sleep(time.Duration(o.After) * time.Millisecond)
				concurrent.Go(func() {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()

					if o.GivesUp > 0 {
						time.AfterFunc(time.Duration(o.GivesUp)*time.Millisecond, cancel)
					}

					do := (*userServer).create
					if o.Revokes {
						do = (*userServer).revoke
					}

					begun := time.Now()
					found, after, err := do(server, ctx, list)
					took := time.Since(begun)

					mu.Lock()
					defer mu.Unlock()

					if most := 3*server.request + longestPause; took > most {
						faults = append(faults, fmt.Sprintf("%+v took %s, want at most %s", o, took, most))
					}

					switch {
					case ctx.Err() != nil && err != nil, errors.Is(err, errListFailed) && slices.Contains(server.failures, true):
					case err != nil:
						faults = append(faults, fmt.Sprintf("%+v: %v", o, err))
					default:
						if version, _ := strconv.Atoi(found.owners[0]); version < after {
							faults = append(faults, fmt.Sprintf("%+v: a list as of write %d, asked for after write %d", o, version, after))
						}
					}
				})
			}

			concurrent.Wait()
		})

		if server.twice > 0 {
			faults = append(faults, "two lists at once")
		}

		if len(faults) > 0 {
			rt.Fatal(faults)
		}
	})
}
