package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// Check says what is wrong with an order, without sending anything.
func (i *Issuer) Check(order Order) error {
	traits := i.system.Traits()

	if order.NamePrefix != "" {
		if err := lifecycle.CheckPrefix(order.NamePrefix, traits); err != nil {
			return err
		}
	} else if err := lifecycle.CheckName(order.Name, traits); err != nil {
		return err
	}

	return order.Lifetime.Check(i.clock.Now(), traits)
}

// Issue issues a token. When it fails, either no token of the order is left, or the
// error tells which may be.
//
// The look at a user's names and the request that follows from it are one critical
// section for each name or series: two resources that share one would otherwise send
// the same name twice, and Foreman can never revoke twins. A series that is yet to be
// drawn is shared with nobody.
func (i *Issuer) Issue(ctx context.Context, order Order) (Result, error) {
	if err := i.Check(order); err != nil {
		return Result{}, err
	}

	if order.NamePrefix != "" && order.Series == "" {
		return i.issueGenerated(ctx, order)
	}

	key := "name " + order.Name
	if order.NamePrefix != "" {
		key = "series " + order.Series
	}

	unlock, err := i.locks.lock(ctx, order.UserID+" "+key)
	if err != nil {
		return Result{}, err
	}
	defer unlock()

	if order.NamePrefix != "" {
		return i.issueGenerated(ctx, order)
	}

	return i.issueFixed(ctx, order)
}
