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
	// unanswered are the names whose request may still be carried out.
	unanswered nameSet
	registry   *Registry
}

// NewIssuer returns an Issuer. Expiries are counted from the clock, which is the server's. It adds what
// it issues to the registry.
func NewIssuer(system pat.System, clock *pat.Clock, registry *Registry) *Issuer {
	return &Issuer{system: system, clock: clock, registry: registry}
}

// Order is a token to be issued.
type Order struct {
	// UserID is the key of the user who is to own the token.
	UserID string
	// Name is a fixed name. With NamePrefix, that wins.
	Name string
	// NamePrefix begins a generated name.
	NamePrefix string
	// Series is the part of a generated name that all generations share; empty draws
	// a new one.
	Series string
	// Prefixes are those that the tokens of the series had besides NamePrefix.
	Prefixes []string
	// Generation is the last generation that is known of; 0 if none is.
	Generation int64
	// Known are the live tokens of the series that are known of.
	Known []pat.Token
	// Lifetime is counted from the moment of issuing.
	Lifetime lifecycle.Lifetime
}

// names returns what tells the order's tokens by their names.
func (o Order) names() lifecycle.Names {
	return lifecycle.Names{Series: o.Series, Prefixes: append([]string{o.NamePrefix}, o.Prefixes...)}
}

// Result is a token that was issued.
type Result struct {
	pat.Issued

	// Series is what a generated name was made with; else that of the order.
	Series string
	// Generation is one more than the highest that was known or seen.
	Generation int64
	// Orphans are active tokens of the same series that the order did not know of. Nothing was
	// done to them: another state may have issued them.
	Orphans []lifecycle.Orphan
	// Unanswered is true if a request for a token of the series was not answered. It may
	// be carried out even now.
	Unanswered bool
	// Leftovers are tokens that this very call may have left behind, in sentences.
	Leftovers []string
}

// request sends the request for a token of this name, and remembers the name if the
// request may be carried out without anybody knowing.
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
