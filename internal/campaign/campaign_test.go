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
	schedules = flag.Int("campaign.schedules", 0, "number of schedules to run in process; 0 means 500, or 25 with -short")
	kills     = flag.Int("campaign.kills", 20, "number of runs of a real CLI whose provider is killed")
	level     = flag.String("campaign.level", "", "one of "+strings.Join(levelNames(), ", ")+"; empty means a random mix")
	seed      = flag.Uint64("campaign.seed", 0, "seed of the campaign; 0 takes one from the clock")
)

const (
	// enough is the number of schedules from which a campaign must have met everything in wanted.
	enough = 500
	// few is the number of schedules with -short.
	few = 25
)

// levels holds the kinds of schedules that run in process.
var levels = map[string]func(context.Context, uint64) (*schedule, error){
	"driver": driverSchedule, "resource": resourceSchedule, "states": statesSchedule, "refusal": refusalSchedule,
	"hold": holdSchedule,
}

// likelihoods contains each level as often as corresponds to its probability.
var likelihoods = []string{
	"driver", "driver", "driver", "driver", "driver", "driver", "driver",
	"resource", "resource", "resource", "resource", "resource", "resource", "resource",
	"states", "states", "refusal", "hold",
}

func levelNames() []string { return slices.Sorted(maps.Keys(levels)) }

// verbose is the number of failed schedules that are printed in full.
const verbose = 3

func TestMain(m *testing.M) {
	if os.Getenv(cookieVariable) != "" {
		os.Exit(serve())
	}

	flag.Parse()

	if *level != "" && levels[*level] == nil {
		fmt.Fprintf(os.Stderr, "unknown level %q\n", *level)
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

// seedOf returns the seed of a schedule. The first schedule's seed is the campaign's, so that a single
// schedule can be run again.
func seedOf(n int) uint64 {
	if n == 0 {
		return *seed
	}

	return mix(mix(*seed) + uint64(n)) //nolint:gosec // It is never negative.
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	t.Logf("seed %d", *seed)

	eachSeed(*schedules, runtime.GOMAXPROCS(0)+1, func(seed uint64) { runSchedule(t, seed) })

	if missing := results.missing(); *schedules >= enough && *level == "" && len(missing) > 0 {
		t.Errorf("%d schedules did not cover: %s", *schedules, strings.Join(missing, ", "))
	}
}

// eachSeed calls a function with the seed of each schedule, several at a time.
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

// runSchedule runs a schedule of the level that -campaign.level sets, or of one that the seed chooses.
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

// judge adds a schedule to the results and reports the guarantees that it broke.
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

	if s.raced { // The order of requests differs from run to run.
		alone += " -count=10"
	}

	t.Errorf("seed %d broke a guarantee; to run it alone: go test ./internal/campaign -run %s %s -campaign.seed=%d\n%s",
		s.seed, test, alone, s.seed, told.String())
}
