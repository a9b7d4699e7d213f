package sandbox

import (
	"context"
	"time"
)

// Cost is a kind of work that takes a server time.
type Cost int

// The kinds of work.
const (
	// CostLogin is the check of a password or a token.
	CostLogin Cost = iota
	// CostSession is the lookup of a session.
	CostSession
	// CostRequest is the work that every request takes in addition.
	CostRequest
)

// Costs says how long each kind of work takes and how much of it runs at the same time. The zero
// value costs nothing.
type Costs struct {
	// Login, Session and Request are the durations of the three kinds of [Cost].
	Login, Session, Request time.Duration
	// Cores is how many pieces of work run at the same time; 0 means no limit.
	Cores int
}

// Spend waits as long as work of this kind takes, on one of the cores, on behalf of the request of
// ctx. It returns early when the client disconnects, and at once when ctx does not belong to a
// console's request.
func Spend(ctx context.Context, kind Cost) {
	if x := exchangeFrom(ctx); x != nil {
		x.console.spend(ctx, kind)
	}
}

func (c *Console) spend(ctx context.Context, kind Cost) {
	var d time.Duration
	switch kind {
	case CostLogin:
		d = c.costs.Login
	case CostSession:
		d = c.costs.Session
	case CostRequest:
		d = c.costs.Request
	}
	if d <= 0 {
		return
	}
	if c.cores != nil {
		select {
		case c.cores <- struct{}{}:
			defer func() { <-c.cores }()
		case <-ctx.Done():
			return
		}
	}
	c.sleep(ctx, d)
}

// sleep is the default of Options.Sleep.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
