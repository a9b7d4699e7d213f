package campaign

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// table is the result of the campaign.
type table struct {
	schedules, kills, failed atomic.Int64

	mu                   sync.Mutex
	broken               [breaches]verdict
	firsts, fixed, loans int
	most                 int
	// met counts the faults that occurred, and how the provider reacted to them.
	met map[string]int
}

// verdict says how often a guarantee was broken, in how many schedules, and the seed of one of them. It
// is the smallest seed, because the schedules end in any order.
type verdict struct {
	found, schedules int
	seed             uint64
}

// add adds the number of breaches in the schedule with this seed.
func (v *verdict) add(found int, seed uint64) {
	if found == 0 {
		return
	}

	if v.schedules == 0 || seed < v.seed {
		v.seed = seed
	}

	v.found += found
	v.schedules++
}

// results is the table of this process.
var results = table{met: map[string]int{}}

// wanted lists what a large campaign must have met to be meaningful.
var wanted = []string{
	"drop", "drop after the work", "truncate", "drip", "429", "500", "502", "503", "504", "500 after the work",
	"504 after the work", "404", "200", "200 after the work", "hangs", "late creates", "sessions expired", "restarts",
	"kills", "interrupts", "older states", "destroys", "predecessors retired", "predecessors held", "orphans adopted",
	"consumers", "consumers of old tokens", "taken names",
	"encrypted secrets", "ephemeral tokens", "ephemeral tokens not closed", "ephemeral tokens left to the end", "complete reads",
	"failed reads", "actions", "actions of the tokens' own user",
	"422", "422 after the work", "invalid filters", "unknown arguments", "unknown arguments with an invalid value",
	"unknown provider settings", "ephemeral tokens with an invalid expiry", "states of one series, copied",
	"states of one series, apart", "states of one series, merged", "refused updates", "unreadable times of last use", "numeric logins",
	"wrong clocks", "clocks set during a run", "servers without a Date",
	"modified users",
}

// meets counts something that the campaign has met.
func (r *table) meets(what string) {
	if what == "" {
		return
	}

	r.mu.Lock()
	defer r.mu.Unlock()

	r.met[what]++
}

// missing returns what the campaign has not met.
func (r *table) missing() []string {
	r.mu.Lock()
	defer r.mu.Unlock()

	return slices.DeleteFunc(slices.Clone(wanted), func(what string) bool { return r.met[what] > 0 })
}

// add adds a schedule and reports whether it kept all guarantees.
func (r *table) add(s *schedule) bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	kept := true

	for b, found := range s.ledger.found {
		r.broken[b].add(len(found), s.seed)
		kept = kept && len(found) == 0
	}

	r.firsts += s.firsts
	r.fixed += s.fixed
	r.loans += s.loans
	r.most = max(r.most, s.most)

	return kept
}

// String returns the table, including the seed.
func (r *table) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()

	var text strings.Builder

	fmt.Fprintf(&text, "campaign of seed %d\n", *seed)

	line := func(name string, n int) { fmt.Fprintf(&text, "  %-42s %6d\n", name, n) }
	line("schedules", int(r.schedules.Load()))
	line("kills", int(r.kills.Load()))

	for b, v := range r.broken {
		if line(breach(b).String(), v.found); v.found > 0 {
			fmt.Fprintf(&text, "  %42s in %d schedules, for example that of seed %d\n", "", v.schedules, v.seed)
		}
	}

	line("first tokens, set apart", r.firsts)
	line("fixed names, set apart", r.fixed)
	line("ephemeral tokens left to expire, set apart", r.loans)
	line("most requests for one operation", r.most)

	fmt.Fprintln(&text, "encountered")

	for _, what := range slices.Sorted(maps.Keys(r.met)) {
		line(what, r.met[what])
	}

	return text.String()
}
