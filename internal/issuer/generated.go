package issuer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// attempts is how often a lost answer is followed by another generation.
const attempts = 3

// issueGenerated issues the next generation of a lineage. Each attempt has a name of
// its own, so that no request is ever sent twice.
func (i *Issuer) issueGenerated(ctx context.Context, order Order) (Result, error) {
	result := Result{Lineage: order.Lineage, Generation: order.Generation}

	if order.Lineage == "" {
		result.Lineage = lifecycle.NewLineage()
	} else if err := i.survey(ctx, order, &result); err != nil {
		return Result{}, err
	}

	var (
		lost []string // names whose request was sent and never answered
		last error
	)

	for range attempts {
		name := i.nextName(order, &result)

		issued, err := i.create(ctx, order, name)
		if err == nil {
			result.Issued = issued
			result.Leftovers = i.sweep(ctx, lastLookTime, order.UserID, lost)
			result.Unanswered = len(lost) > 0

			return result, nil
		}

		var ambiguous *pat.AmbiguousError
		if !errors.As(err, &ambiguous) {
			return Result{}, i.giveUp(ctx, order.UserID, lost, err)
		}

		lost, last = append(lost, name), ambiguous

		if _, err := i.discard(ctx, order.UserID, name); err != nil || ctx.Err() != nil {
			return Result{}, i.giveUp(ctx, order.UserID, lost, errors.Join(ambiguous, ctx.Err()))
		}
	}

	return Result{}, i.giveUp(ctx, order.UserID, lost, fmt.Errorf("%w, the last of them: %w", errUnanswered, last))
}

// nextName advances the result to the next generation that no unanswered request asked
// for.
func (i *Issuer) nextName(order Order, result *Result) string {
	for {
		result.Generation++

		name := lifecycle.Name(order.NamePrefix, result.Lineage, result.Generation)
		if !i.unanswered.has(order.UserID, name) {
			return name
		}
	}
}

// survey finds out which generations of a known lineage there are, and revokes what an
// interrupted run left of it: newer ones than the order knows of, and older ones whose
// request was carried out late.
func (i *Issuer) survey(ctx context.Context, order Order, result *Result) error {
	stem := lifecycle.Stem(order.NamePrefix, order.Lineage)

	tokens, err := i.system.Tokens(ctx, order.UserID, pat.TokenQuery{NamePrefix: pat.Some(stem)})
	if err != nil {
		return err
	}

	for _, token := range tokens {
		generation, ok := lifecycle.Generation(token.Name, order.NamePrefix, order.Lineage)
		if !ok {
			continue
		}

		result.Generation = max(result.Generation, generation)

		if token.Status != pat.StatusActive || slices.Contains(order.Known, token.Key()) {
			continue
		}

		lost := order.Generation > 0 && !token.Used && !i.issued.has(order.UserID, token.Name)
		if lost && i.system.Revoke(ctx, token) == nil {
			result.Discarded = append(result.Discarded, token)
		} else {
			result.Siblings = append(result.Siblings, token)
		}
	}

	return nil
}
