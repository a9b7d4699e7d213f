package tokens

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// Check returns an error if the order is invalid. It sends no request.
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

// Issue issues a token. If it fails, either no token of the order is left, or the error names the
// ones that may be.
//
// The lookup of a user's names and the request that depends on it form one critical section for each
// name or series: otherwise two resources that share one would send the same name twice, and Foreman
// can never revoke two tokens of the same name. A series that is not drawn yet cannot be shared and
// needs no lock.
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
