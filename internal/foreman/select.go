package foreman

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const (
	// maxSelected is how many ids go into one search, which travels in the URL: an id has at
	// most ten digits, and escaping makes three bytes of a comma, so that with what
	// maxLater allows the request's line stays below the 8190 bytes that Apache allows.
	maxSelected = 200
	// maxLater is how many bytes of one search are for tokens that are later than others.
	maxLater = 2000
)

var _ pat.TokenSelector = (*System)(nil)

// SelectTokens returns those of a user's tokens that are selected, in the order of their
// numbers, and how many the user has: Foreman tells both in one answer. Of single tokens
// not one row that was not asked for is fetched, whatever Foreman makes of the search. An
// account without view_users finds nothing, and no error.
//
// A number beyond the column's 31 bits is not searched for: Foreman would answer 500, to
// the other ones too.
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

// pack returns the conditions of each search, of at least so many: as many of the
// queries as fit into one.
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

// laterThan returns the search for the tokens that a query with an AfterID selects, and
// maybe others. Foreman's numbers grow, so that what was issued before, revoked for
// years, is never fetched.
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

	if len(conditions) == 0 { // An empty search in brackets is none.
		return "id > 0"
	}

	return strings.Join(conditions, " and ")
}

func anySelects(queries []pat.TokenQuery, token pat.Token) bool {
	return slices.ContainsFunc(queries, func(query pat.TokenQuery) bool { return query.Selects(token) })
}
