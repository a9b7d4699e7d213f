package foreman

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

const (
	// pageSize is how many rows are asked for at once. Foreman sets no limit; its own
	// default of 20 would make fifty requests of a thousand rows.
	pageSize = 1000
	// maxPages bounds a list that never ends.
	maxPages = 10_000
)

// envelope is what Foreman wraps a page of a list in.
type envelope[Row any] struct {
	// Total counts what the caller sees without the search, Subtotal with it.
	Total    int64 `json:"total"`
	Subtotal int64 `json:"subtotal"`
	Results  []Row `json:"results"`
}

// errNoResults is what a list that is none lacks: an empty one has an empty array.
var errNoResults = errors.New("no results")

// UnmarshalJSON refuses a page without rows: to the rest of the package an empty list
// means that something is not there.
func (e *envelope[Row]) UnmarshalJSON(data []byte) error {
	type plain envelope[Row]

	if err := json.Unmarshal(data, (*plain)(e)); err != nil {
		return err
	}

	if e.Results == nil {
		return errNoResults
	}

	return nil
}

// row is an element of a list.
type row interface {
	key() int64
	whole() bool
}

// list fetches the rows that query and search select, and how many rows the caller
// sees at all.
func list[Row row](
	ctx context.Context, s *System, path []string, within scope, query Query, search string,
) (rows []Row, total int64, err error) {
	for p, err := range pages[Row](ctx, s, path, within, query, search) {
		if err != nil {
			return nil, 0, err
		}

		rows, total = append(rows, p.rows...), p.total
	}

	return rows, total, nil
}

// listPage is a part of a list: rows that were not in the pages before it, and how many rows
// the caller sees at all.
type listPage[Row row] struct {
	rows  []Row
	total int64
}

// pages fetches a list page by page, each when the one before was dealt with. Without an
// order Foreman's rows move between pages when a token is used or revoked, so there always
// is one. After an error there is no further page.
func pages[Row row](
	ctx context.Context, s *System, path []string, within scope, query Query, search string,
) iter.Seq2[listPage[Row], error] {
	return func(yield func(listPage[Row], error) bool) {
		seen := map[int64]bool{}

		for number := max(query.Page, 1); ; number++ {
			var answer envelope[Row]
			if err := s.get(ctx, path, within.query(query.values(search, number)), &answer); err != nil {
				yield(listPage[Row]{}, err)

				return
			}

			fetched := listPage[Row]{total: answer.Total}

			for _, r := range answer.Results {
				if !r.whole() {
					yield(listPage[Row]{}, s.noRecord(path))

					return
				}

				// A row comes twice when another was added before it meanwhile.
				if !seen[r.key()] {
					seen[r.key()] = true
					fetched.rows = append(fetched.rows, r)
				}
			}

			last := query.Page != 0 || len(answer.Results) == 0 || int64(len(seen)) >= answer.Subtotal

			switch {
			case !last && len(fetched.rows) == 0:
				yield(listPage[Row]{}, s.endless(path, number, "holds nothing that the pages before it did not"))

				return
			case !last && number >= maxPages:
				yield(listPage[Row]{}, s.endless(path, number, "is not the last"))

				return
			case !yield(fetched, nil) || last:
				return
			}
		}
	}
}

// noRecord is the error for a record that lacks what every version writes.
func (s *System) noRecord(path []string) error {
	return s.elsewhere("holds a record without an id or a state: the JSON is not what Foreman documents",
		path[1:]...)
}

// endless is the error for a list whose pages cannot be put together.
func (s *System) endless(path []string, page int64, what string) error {
	return &pat.ProtocolError{Failure: pat.Failure{
		Tried: s.rest.Tried(http.MethodGet, path...),
		Said:  fmt.Sprintf("page %d %s", page, what),
		Remedy: "Something between here and Foreman answers with old pages: " +
			"look for a caching proxy, or address the server directly.",
	}}
}
