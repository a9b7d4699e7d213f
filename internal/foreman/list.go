package foreman

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
// sees at all. Without an order Foreman's rows move between pages when a token is used
// or revoked, so there always is one.
func list[Row row](
	ctx context.Context, s *System, path []string, within scope, query Query, search string,
) (rows []Row, total int64, err error) {
	seen := map[int64]bool{}

	for page := max(query.Page, 1); ; page++ {
		var answer envelope[Row]
		if err := s.get(ctx, path, within.query(query.values(search, page)), &answer); err != nil {
			return nil, 0, err
		}

		before := len(rows)

		for _, r := range answer.Results {
			if !r.whole() {
				return nil, 0, s.noRecord(path)
			}

			// A row comes twice when another was added before it meanwhile.
			if !seen[r.key()] {
				seen[r.key()] = true
				rows = append(rows, r)
			}
		}

		switch {
		case query.Page != 0, len(answer.Results) == 0, int64(len(rows)) >= answer.Subtotal:
			return rows, answer.Total, nil
		case len(rows) == before:
			return nil, 0, s.endless(path, page, "holds nothing that the pages before it did not")
		case page >= maxPages:
			return nil, 0, s.endless(path, page, "is not the last")
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
