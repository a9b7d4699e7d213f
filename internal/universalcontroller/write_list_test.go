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

// userServer is a server that has one user's tokens, and takes time. Outside of time it needs no
// lock: nothing of it runs at once in a bubble of synctest but what sleeps.
type userServer struct {
	request, perRow time.Duration
	failures        []bool // Of the lists, in turn.

	mu             sync.Mutex
	version        int // How many writes it has carried out.
	rows           int
	lists, listed  int
	listing, twice int
}

var errListFailed = errors.New("the server failed")

// tokens returns as many tokens as there are, and as the only owner how many writes had been
// carried out, when the list began.
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

// write adds a token, or takes one away.
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

// versionNow is how many writes were carried out so far.
func (s *userServer) versionNow() int {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.version
}

// create is what Create asks of the server, and revoke what Revoke does.
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

// TestOneListIsReadForManyWrites runs ten operations at a time, as Terraform does. Terraform prepares
// the operations one after the other: the larger the graph, the longer each takes.
func TestOneListIsReadForManyWrites(t *testing.T) {
	t.Parallel()

	const (
		tokens    = 1000
		mostLists = 240                      // And with a request for each write at most 1,250.
		mostRows  = (12 << 20) / bytesPerRow // So at most 12 MiB.
	)

	for _, preparing := range []time.Duration{time.Millisecond, 25 * time.Millisecond, 60 * time.Millisecond, 95 * time.Millisecond} {
		for _, latency := range []time.Duration{5 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond} {
			for name, do := range map[string]func(*userServer, context.Context, *writeList) (tokenList, int, error){
				"creates": (*userServer).create, "revocations": (*userServer).revoke,
			} {
				t.Run(fmt.Sprintf("%s at %s, prepared in %s", name, latency, preparing), func(t *testing.T) {
					t.Parallel()

					synctest.Test(t, func(t *testing.T) {
						server := &userServer{request: latency, perRow: latency / 1000}
						if name == "revocations" {
							server.rows = tokens
						}

						var took time.Duration

						list := &writeList{list: server.tokens}
						terraform := &cli{preparing: preparing, core: make(chan struct{}, 1)}
						begun := time.Now()

						terraform.run(tokens, func() {
							if _, _, err := do(server, t.Context(), list); err != nil {
								t.Error(err)
							}
						})

						took = time.Since(begun)

						if server.lists > mostLists || server.listed > mostRows {
							t.Errorf("%d lists of %d rows in all, want at most %d of %d", server.lists, server.listed, mostLists, mostRows)
						}

						// Writes wait for others only while Terraform prepares these.
						batch := operations*preparing + 2*latency + tokens*server.perRow
						if most := tokens/operations*batch*5/4 + 5*time.Second; took > most {
							t.Errorf("%s for all, want at most %s", took, most)
						}
					})
				})
			}
		}
	}
}

// operations is how many operations Terraform has under way at once, by default.
const operations = 10

// cli is a Terraform that applies a plan.
type cli struct {
	preparing time.Duration // One operation, on the one core that it uses.

	core chan struct{} // Not a mutex: time stands still in a bubble of synctest while one is waited for.
}

// run has ten of the operations under way at a time. Preparing one takes up to twice and down to no
// time, and the given duration on average.
func (c *cli) run(count int, do func()) {
	todo := make(chan int, count)
	for i := range count {
		todo <- i
	}

	close(todo)

	var concurrent sync.WaitGroup

	for range operations {
		concurrent.Go(func() {
			for i := range todo {
				c.core <- struct{}{}

				time.Sleep(c.preparing * time.Duration(i*i%23) / 11)
				<-c.core

				do()
			}
		})
	}

	concurrent.Wait()
}

// bytesPerRow is what a token takes in a list in JSON.
const bytesPerRow = 130

func TestWritesThatFollowEachOtherWaitForNothing(t *testing.T) {
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
			t.Errorf("took %s, want %s: the requests alone", took, want)
		}
	})
}

// TestAListBeganAfterItWasAskedFor interleaves writes in any way. Who waits is never given a list
// that began before, or the cancellation of another call; no two lists run at once; and no call waits longer
// than for the running list, the pause after it, and one more list.
func TestAListBeganAfterItWasAskedFor(t *testing.T) {
	t.Parallel()

	type operation struct {
		After   int // So many milliseconds after the one before.
		Revokes bool
		GivesUp int // After so many milliseconds; 0 is never.
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

		// Nothing of rapid's may be called within.
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
