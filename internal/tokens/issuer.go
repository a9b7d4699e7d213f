package tokens

import (
	"context"
	"errors"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Issuer issues tokens on one System. It is safe for concurrent use.
type Issuer struct {
	system pat.System
	clock  *pat.Clock
	locks  keyedLock
	// unanswered are the names whose requests got no response and may still be processed.
	unanswered nameSet
	registry   *Registry
}

// NewIssuer returns an Issuer. It computes expiries from the clock, which is the server's, and adds
// the tokens that it issues to the registry.
func NewIssuer(system pat.System, clock *pat.Clock, registry *Registry) *Issuer {
	return &Issuer{system: system, clock: clock, registry: registry}
}

// Order is a token to be issued.
type Order struct {
	// UserID is the key of the user that the token is issued to.
	UserID string
	// Name is a fixed name. NamePrefix takes precedence over it.
	Name string
	// NamePrefix begins a generated name.
	NamePrefix string
	// Series is the part of a generated name that all generations share; if it is empty, a new one is
	// drawn.
	Series string
	// Prefixes are the prefixes other than NamePrefix that the tokens of the series had.
	Prefixes []string
	// Generation is the last known generation; 0 if there is none.
	Generation int64
	// Known are the known live tokens of the series.
	Known []pat.Token
	// Lifetime is counted from the moment of issuing.
	Lifetime lifecycle.Lifetime
}

// names returns the rule that recognizes the order's tokens by their names.
func (o Order) names() lifecycle.Names {
	return lifecycle.Names{Series: o.Series, Prefixes: append([]string{o.NamePrefix}, o.Prefixes...)}
}

// Result is a token that was issued.
type Result struct {
	pat.Issued

	// Series is the series of a generated name, otherwise that of the order.
	Series string
	// Generation is one more than the highest generation that was known or found.
	Generation int64
	// Orphans are active tokens of the series that the order did not know. They are left unchanged,
	// because another state may have issued them.
	Orphans []lifecycle.Orphan
	// Unanswered is true if a request for a token of the series got no response. The server may
	// process it even now.
	Unanswered bool
	// Leftovers are sentences about tokens that this call may have left behind.
	Leftovers []string
}

// request sends the request for a token of this name. If it gets no response, so that the server may
// still process it, request remembers the name.
func (i *Issuer) request(ctx context.Context, order Order, name string) (pat.Issued, error) {
	expiry := order.Lifetime.Expiry(i.clock.Now(), i.system.Traits())
	issued, err := i.system.Create(ctx, order.UserID, pat.NewToken{Name: name, ExpiresAt: expiry})
	issued.Asked = expiry

	if _, ambiguous := errors.AsType[*pat.AmbiguousError](err); ambiguous {
		i.unanswered.add(order.UserID, name)
	}

	if err == nil {
		i.clock.Created(issued.CreatedAt)
		i.registry.Add(issued.Token)
	}

	return issued, err
}
