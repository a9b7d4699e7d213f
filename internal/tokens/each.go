package tokens

import (
	"context"
	"iter"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Each yields a user's current tokens. If the server returns them in pages, a page is requested only
// when it is needed.
func (e *Engine) Each(ctx context.Context, userID string, query pat.TokenQuery) iter.Seq2[pat.Token, error] {
	if pager, ok := e.Direct.(pat.TokenPager); ok {
		return pager.EachToken(ctx, userID, query)
	}

	return func(yield func(pat.Token, error) bool) {
		tokens, err := e.Direct.Tokens(ctx, userID, query)
		if err != nil {
			yield(pat.Token{}, err)

			return
		}

		for _, token := range tokens {
			if !yield(token, nil) {
				return
			}
		}
	}
}
