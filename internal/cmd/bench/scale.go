package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// scale is how much a run measures. The lists are in ascending order, and each number of
// tokens is a multiple of each number of users.
type scale struct {
	// tokens and users are the loads: every number of the one with every of the other.
	tokens, users []int
	// revoked is how many revoked rows a user has besides kept tokens that are managed.
	revoked, kept int
	// foreman and controller are what the servers' work costs.
	foreman, controller sandbox.Costs
	// benchTime is that of Go's benchmarks; empty leaves them out.
	benchTime string
}

// The servers' work is simulated on two cores, as bcrypt and the application take one for
// each request. No recordings of a real Universal Controller are at hand: its 30 ms are
// an assumption.
var (
	foremanCosts    = sandbox.Costs{Login: 150 * time.Millisecond, Session: 30 * time.Millisecond, Cores: 2}
	controllerCosts = sandbox.Costs{Request: 30 * time.Millisecond, Cores: 2}
)

// fullScale is what the targets are set for.
func fullScale() scale {
	return scale{
		tokens: []int{10, 100, 1000}, users: []int{1, 10}, revoked: 50_000, kept: 3,
		foreman: foremanCosts, controller: controllerCosts, benchTime: "1s",
	}
}

// quickScale takes a little more than a minute.
func quickScale() scale {
	s := fullScale()
	s.tokens, s.users, s.benchTime = []int{10, 100}, []int{10}, "100x"

	return s
}

// load is a number of tokens, spread evenly over a number of users.
type load struct{ tokens, users int }

// loads returns all of them, the smallest first.
func (s scale) loads() []load {
	var all []load

	for _, tokens := range s.tokens {
		for _, users := range s.users {
			all = append(all, load{tokens, users})
		}
	}

	return all
}

// largest is the load that most targets are about, smallest the one that its memory is
// compared with.
func (s scale) largest() load { return load{slices.Max(s.tokens), slices.Max(s.users)} }

func (s scale) smallest() load { return load{slices.Min(s.tokens), slices.Max(s.users)} }

// String is the load in words: "1,000 tokens over 10 users".
func (l load) String() string {
	over := "1 user"
	if l.users != 1 {
		over = thousands(l.users) + " users"
	}

	return fmt.Sprintf("%s tokens over %s", thousands(l.tokens), over)
}
