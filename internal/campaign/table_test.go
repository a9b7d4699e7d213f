package campaign

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// table is what the campaign came to.
type table struct {
	schedules, kills, failed atomic.Int64

	mu            sync.Mutex
	broken        [breaches]int
	firsts, fixed int
	most          int
}

// results are those of this process.
var results table

// add adds a schedule, and says whether it kept all guarantees.
func (r *table) add(s *schedule) bool {
	r.mu.Lock()
	defer r.mu.Unlock()

	kept := true

	for b, found := range s.ledger.found {
		r.broken[b] += len(found)
		kept = kept && len(found) == 0
	}

	r.firsts += s.firsts
	r.fixed += s.fixed
	r.most = max(r.most, s.most)

	return kept
}

// String returns the table, with the seed.
func (r *table) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()

	var text strings.Builder

	fmt.Fprintf(&text, "campaign of seed %d\n", *seed)

	line := func(name string, n int) { fmt.Fprintf(&text, "  %-42s %6d\n", name, n) }
	line("schedules", int(r.schedules.Load()))
	line("kills", int(r.kills.Load()))

	for b, n := range r.broken {
		line(breach(b).String(), n)
	}

	line("first creates, counted apart", r.firsts)
	line("fixed names, counted apart", r.fixed)
	line("most requests for one operation", r.most)

	return text.String()
}

// String is what a guarantee is called in the table.
func (b breach) String() string {
	return [breaches]string{
		"orphans", "lost secrets", "tokens in use revoked", "runs that did not converge", "names sent twice", "untrue answers",
	}[b]
}
