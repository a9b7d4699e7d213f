package foreman

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// maxSelected is how many ids go into one search, which travels in the URL: an id has at
// most ten digits, and escaping makes three bytes of a comma, so that the request's line
// stays far below the 8190 bytes that Apache allows.
const maxSelected = 200

var _ pat.TokenSelector = (*System)(nil)

// SelectTokens returns those of a user's tokens that have one of these numbers, in their
// order, and how many the user has: Foreman tells both in one answer. Not one row that was
// not asked for is fetched, whatever Foreman makes of the search. An account without
// view_users finds nothing, and no error.
//
// A number beyond the column's 31 bits is not searched for: Foreman would answer 500, to
// the other ones too.
func (s *System) SelectTokens(
	ctx context.Context, userID string, ids []string,
) (tokens []pat.Token, total int, err error) {
	path, err := tokensPath(userID)
	if err != nil {
		return nil, 0, err
	}

	wanted := map[string]bool{}

	for _, id := range ids {
		if _, err := strconv.ParseInt(id, 10, 32); err == nil && digits.MatchString(id) {
			wanted[id] = true
		}
	}

	sorted := slices.SortedFunc(maps.Keys(wanted), byNumber)

	for some := range slices.Chunk(sorted, maxSelected) {
		page := Query{Page: 1, PerPage: int64(len(some))}
		search := "id ^ (" + strings.Join(some, ",") + ")"

		records, all, err := list[tokenRecord](ctx, s, path, s.scope, page, search)
		if err != nil {
			return nil, 0, s.userAbsent(ctx, userID, s.scope, err)
		}

		total = int(all)

		for _, record := range records {
			if token := record.token(); token.UserID == userID && wanted[token.ID] {
				tokens = append(tokens, token)
			}
		}
	}

	return tokens, total, nil
}

// byNumber compares two numbers in digits.
func byNumber(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}

	return strings.Compare(a, b)
}
