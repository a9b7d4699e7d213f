package campaign

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	schedules = flag.Int("campaign.schedules", 0, "how many schedules run in process; 0 is 500, or 25 with -short")
	kills     = flag.Int("campaign.kills", 20, "how many providers of a real CLI are killed")
	level     = flag.String("campaign.level", "", "which of "+strings.Join(levelNames(), ", ")+"; empty is some of each")
	seed      = flag.Uint64("campaign.seed", 0, "what the schedules follow from; 0 is from the clock")
)

const (
	// enough is how many schedules have to meet everything.
	enough = 500
	// few is how many run with -short.
	few = 25
)

// levels are the kinds of schedules that run in process.
var levels = map[string]func(context.Context, uint64) (*schedule, error){
	"driver": driverSchedule, "resource": resourceSchedule, "states": statesSchedule, "refusal": refusalSchedule,
	"hold": holdSchedule,
}

// likelihoods has each level as often as it is likely.
var likelihoods = []string{
	"driver", "driver", "driver", "driver", "driver", "driver", "driver",
	"resource", "resource", "resource", "resource", "resource", "resource", "resource",
	"states", "states", "refusal", "hold",
}

func levelNames() []string { return slices.Sorted(maps.Keys(levels)) }

// verbose is how many schedules with a broken guarantee are told in full.
const verbose = 3

func TestMain(m *testing.M) {
	if os.Getenv(cookieVariable) != "" {
		os.Exit(serve())
	}

	flag.Parse()

	if *level != "" && levels[*level] == nil {
		fmt.Fprintf(os.Stderr, "there is no level %q\n", *level)
		os.Exit(2)
	}

	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}

	switch {
	case *schedules > 0:
	case testing.Short():
		*schedules = few
	default:
		*schedules = enough
	}

	code := m.Run()

	fmt.Print(&results)
	os.Exit(code)
}

// seedOf returns the seed of a schedule. The first is the campaign's own, so that one alone
// can be run again.
func seedOf(n int) uint64 {
	if n == 0 {
		return *seed
	}

	return mix(mix(*seed) + uint64(n)) //nolint:gosec // Never negative.
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d", *seed)

	eachSeed(*schedules, runtime.GOMAXPROCS(0)+1, func(seed uint64) { runSchedule(t, seed) })

	if missing := results.missing(); *schedules >= enough && *level == "" && len(missing) > 0 {
		t.Errorf("%d schedules never met: %s", *schedules, strings.Join(missing, ", "))
	}
}

// eachSeed calls a function with the seed of each schedule, of some at the same time.
func eachSeed(count, together int, do func(seed uint64)) {
	var waits sync.WaitGroup

	next := make(chan uint64)

	for range together {
		waits.Go(func() {
			for seed := range next {
				do(seed)
			}
		})
	}

	for n := range count {
		next <- seedOf(n)
	}

	close(next)
	waits.Wait()
}

// runSchedule runs a schedule of the level that was chosen, or else of that which its seed
// draws.
func runSchedule(t *testing.T, seed uint64) {
	run, alone := levels[*level], "-campaign.schedules=1"
	if run == nil {
		run = levels[pick(newRandom(seed+1), likelihoods)]
	} else {
		alone += " -campaign.level=" + *level
	}

	s, err := run(t.Context(), seed)
	if err != nil {
		t.Errorf("seed %d: %v", seed, err)

		return
	}

	results.schedules.Add(1)
	judge(t, s, "Schedules", alone)
}

// judge adds a schedule to the results, and reports which guarantees it broke.
func judge(t *testing.T, s *schedule, test, alone string) {
	if results.add(s) {
		return
	}

	var told strings.Builder

	for b, found := range s.ledger.found {
		for _, words := range found {
			fmt.Fprintf(&told, "  %s: %s\n", breach(b), words)
		}
	}

	if results.failed.Add(1) <= verbose {
		fmt.Fprintf(&told, "%s\n", s)
	}

	if s.raced { // Not every run has the same order of requests.
		alone += " -count=10"
	}

	t.Errorf("seed %d broke a guarantee; alone: go test ./internal/campaign -run %s %s -campaign.seed=%d\n%s",
		s.seed, test, alone, s.seed, told.String())
}
