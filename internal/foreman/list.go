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

// errNoResults means that a document is not a list: an empty list has an empty array.
var errNoResults = errors.New("no results")

// envelope is the object that contains a page of a list.
type envelope[Row any] struct {
	// Total counts the rows that the account can see, and Subtotal those that match the search.
	Total    int64 `json:"total"`
	Subtotal int64 `json:"subtotal"`
	Results  []Row `json:"results"`

	size int // Of the JSON, in bytes.
}

// UnmarshalJSON refuses a page without rows, because the package concludes from an empty list that
// something does not exist.
func (e *envelope[Row]) UnmarshalJSON(data []byte) error {
	type plain envelope[Row]

	if err := json.Unmarshal(data, (*plain)(e)); err != nil {
		return err
	}

	if e.Results == nil {
		return errNoResults
	}

	e.size = len(data)

	return nil
}

// check returns an error if a page contradicts itself. A count that is too small would end the list
// before its last row.
func (e *envelope[Row]) check(valid func(Row) error) error {
	if e.Total < 0 || e.Subtotal < int64(len(e.Results)) {
		return fmt.Errorf("the page counts %d of %d rows, and has %d", e.Subtotal, e.Total, len(e.Results))
	}

	for _, r := range e.Results {
		if err := valid(r); err != nil {
			return err
		}
	}

	return nil
}

// row is an element of a list.
type row interface{ key() int64 }

// list returns the rows that query and search select, and how many rows the account can see in total.
// valid returns an error for an invalid row.
func list[Row row](
	ctx context.Context, s *System, path []string, within scope, query Query, search string, valid func(Row) error,
) (rows []Row, total int64, err error) {
	for p, err := range pages(ctx, s, path, within, query, search, valid) {
		if err != nil {
			return nil, 0, err
		}

		rows, total = append(rows, p.rows...), p.total
	}

	return rows, total, nil
}

// listPage is a part of a list: the rows that the earlier pages did not contain, and how many rows
// the account can see in total.
type listPage[Row row] struct {
	rows  []Row
	total int64
}

// pages requests a list page by page, each after the earlier one was consumed. It always sets an
// order, because otherwise Foreman's rows move between pages when a token is used or revoked. After
// an error it yields no further page.
func pages[Row row](
	ctx context.Context, s *System, path []string, within scope, query Query, search string, valid func(Row) error,
) iter.Seq2[listPage[Row], error] {
	return func(yield func(listPage[Row], error) bool) {
		seen := map[int64]bool{}
		size := 0

		for number := query.Page.Or(1); ; number++ {
			var response envelope[Row]

			err := s.get(ctx, path, within.query(query.values(search, number)), &response, func() error {
				return response.check(valid)
			})
			if err != nil {
				yield(listPage[Row]{}, err)

				return
			}

			fetched := listPage[Row]{total: response.Total}
			size += response.size

			for _, r := range response.Results {
				// A row is repeated if another row was added before it in the meantime.
				if !seen[r.key()] {
					seen[r.key()] = true
					fetched.rows = append(fetched.rows, r)
				}
			}

			last := query.Page.Set || int64(len(seen)) >= response.Subtotal

			switch {
			case last:
			case len(response.Results) == 0:
				err = s.endless(path, number, fmt.Sprintf("is empty, though %d rows of %d came", len(seen), response.Subtotal))
			case len(fetched.rows) == 0:
				err = s.endless(path, number, "holds nothing that the pages before it did not")
			case number >= s.bounds.pages:
				err = s.endless(path, number, "is not the last")
			case len(seen) > s.bounds.rows || size > s.bounds.bytes:
				err = s.tooMuch(path, fmt.Sprintf("%d rows of %d, in %d bytes, are not all", len(seen), response.Subtotal, size))
			}

			if err != nil {
				yield(listPage[Row]{}, err)

				return
			}

			if !yield(fetched, nil) || last {
				return
			}
		}
	}
}

// tooMuch returns the error for a list that does not fit into memory.
func (s *System) tooMuch(path []string, what string) error {
	return &pat.ProtocolError{Failure: pat.Failure{
		Tried:  s.rest.Tried(http.MethodGet, path...),
		Said:   "HTTP 200, " + what,
		Remedy: "Narrow the list with a search, or ask for single pages of it.",
	}}
}

// endless returns the error for a list whose pages cannot be combined.
func (s *System) endless(path []string, page int64, what string) error {
	return &pat.ProtocolError{Failure: pat.Failure{
		Tried: s.rest.Tried(http.MethodGet, path...),
		Said:  fmt.Sprintf("HTTP 200, page %d %s", page, what),
		Remedy: "A proxy or cache changes responses, or responds in place of the server: " +
			"look for a caching proxy, or address the server directly.",
	}}
}
