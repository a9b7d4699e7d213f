package foreman

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const (
	// maxSelected is how many ids are put into one search, which is part of the URL: an id has at
	// most ten digits, and a comma takes three bytes once it is escaped. Together with maxLater, the
	// request line stays below the 8190 bytes that Apache allows.
	maxSelected = 200
	// maxLater is how many bytes of one search select tokens that are later than others.
	maxLater = 2000
)

var _ pat.TokenSelector = (*System)(nil)

// SelectTokens returns the selected tokens of a user in the order of their ids, and how many tokens
// the user has: Foreman sends both in one response. If single tokens are selected, no other row is
// fetched, however Foreman interprets the search. An account without view_users finds nothing, and
// gets no error.
//
// An id beyond the 31 bits of the column is not searched for, because Foreman would respond with 500,
// for the other ids too.
func (s *System) SelectTokens(
	ctx context.Context, userID string, selection pat.Selection,
) (tokens []pat.Token, total int, err error) {
	path, err := tokensPath(userID)
	if err != nil {
		return nil, 0, err
	}

	wanted := map[string]bool{}

	for _, id := range selection.IDs {
		if column(id) {
			wanted[id] = true
		}
	}

	numbers := slices.Collect(slices.Chunk(slices.SortedFunc(maps.Keys(wanted), byNumber), maxSelected))
	found := map[string]pat.Token{}

	for i, conditions := range pack(selection.Later, len(numbers)) {
		page := Query{}

		if i < len(numbers) {
			if len(conditions) == 0 {
				page = Query{Page: pat.Some[int64](1), PerPage: pat.Some(int64(len(numbers[i])))}
			}

			conditions = append(conditions, "id ^ ("+strings.Join(numbers[i], ",")+")")
		}

		records, all, err := list(ctx, s, path, s.scope, page, strings.Join(conditions, " or "), ownedBy(userID))
		if err != nil {
			return nil, 0, s.userAbsent(ctx, userID, s.scope, err)
		}

		total = int(all)

		for _, record := range records {
			if token := record.token(); wanted[token.ID] || anySelects(selection.Later, token) {
				found[token.ID] = token
			}
		}
	}

	for _, id := range slices.SortedFunc(maps.Keys(found), byNumber) {
		tokens = append(tokens, found[id])
	}

	return tokens, total, nil
}

// pack returns the conditions of each search, and at least the given number of searches. It puts as
// many queries into one search as fit.
func pack(queries []pat.TokenQuery, searches int) [][]string {
	packed, length := make([][]string, searches), maxLater

	for at := -1; len(queries) > 0; queries = queries[1:] {
		condition := laterThan(queries[0])
		if length += len(condition); length > maxLater {
			at, length = at+1, len(condition)
		}

		if at == len(packed) {
			packed = append(packed, nil)
		}

		packed[at] = append(packed[at], "("+condition+")")
	}

	return packed
}

// laterThan returns the search for the tokens that a query with an AfterID selects, and possibly
// others. Foreman's ids grow, so that old tokens, such as those revoked years ago, are never fetched.
func laterThan(query pat.TokenQuery) string {
	var conditions []string

	if column(query.AfterID) {
		conditions = append(conditions, "id > "+query.AfterID)
	}

	if name, ok := startsWith("name", query.NamePrefix.V); ok {
		conditions = append(conditions, name)
	}

	if name, ok := contains("name", query.NameContains); ok {
		conditions = append(conditions, name)
	}

	if query.Name.Set && searchable(query.Name.V) {
		conditions = append(conditions, equals("name", query.Name.V))
	}

	if len(conditions) == 0 { // Empty brackets are not a valid search.
		return "id > 0"
	}

	return strings.Join(conditions, " and ")
}

func anySelects(queries []pat.TokenQuery, token pat.Token) bool {
	return slices.ContainsFunc(queries, func(query pat.TokenQuery) bool { return query.Selects(token) })
}
