package tokens

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// attempts is how many generations are requested before issuing fails, if the responses are lost.
const attempts = 3

// issueGenerated issues the next generation of a series. Each attempt uses a new name, so that no
// request is ever sent twice.
func (i *Issuer) issueGenerated(ctx context.Context, order Order) (Result, error) {
	result := Result{Series: order.Series, Generation: order.Generation}

	if order.Series == "" {
		result.Series = lifecycle.NewSeries()
	} else if err := i.survey(ctx, order, &result); err != nil {
		return Result{}, err
	}

	var (
		lost []string // names whose requests got no response
		last error
	)

	for range attempts {
		name := i.nextName(order, &result)

		issued, err := i.request(ctx, order, name)
		if err == nil {
			result.Issued = issued
			result.Leftovers = i.lookOnceMore(ctx, lastLookTime, order.UserID, lost)
			result.Unanswered = len(lost) > 0

			return result, nil
		}

		var ambiguous *pat.AmbiguousError
		if !errors.As(err, &ambiguous) {
			return Result{}, i.failWithLost(ctx, order.UserID, lost, err)
		}

		lost, last = append(lost, name), ambiguous

		if _, err := i.revokeLost(ctx, order.UserID, name); err != nil || ctx.Err() != nil {
			return Result{}, i.failWithLost(ctx, order.UserID, lost, errors.Join(ambiguous, ctx.Err()))
		}
	}

	return Result{}, i.failWithLost(ctx, order.UserID, lost, fmt.Errorf("%w, the last of them: %w", errUnanswered, last))
}

// nextName advances the result to the next generation that was not already requested without a
// response.
func (i *Issuer) nextName(order Order, result *Result) string {
	for {
		result.Generation++

		name := lifecycle.Name(order.NamePrefix, result.Series, result.Generation)
		if !i.unanswered.has(order.UserID, name) {
			return name
		}
	}
}

// survey finds the existing generations of a series, and which of them are orphans. It fails with a
// [SharedError] if another resource of this process has one of them.
func (i *Issuer) survey(ctx context.Context, order Order, result *Result) error {
	tokens, err := i.system.Tokens(ctx, order.UserID, pat.TokenQuery{NameContains: lifecycle.Stem("", order.Series)})
	if err != nil {
		return err
	}

	names := order.names()

	for _, token := range tokens {
		if generation, ok := names.Generation(token.Name); ok {
			result.Generation = max(result.Generation, generation)
		}
	}

	result.Orphans = names.Orphans(tokens, func(token pat.Token) bool { return slices.ContainsFunc(order.Known, token.SameAs) })

	for _, orphan := range result.Orphans {
		if i.registry.Has(orphan.Token) {
			return &SharedError{Series: order.Series, Token: orphan.Token}
		}
	}

	return nil
}
