package foremanserver

import (
	"math/big"
	"net/http"
	"strings"
)

// window is the part of a list that a request asks for.
type window struct {
	// page and perPage are what the response reports, which is not always what offset and limit
	// select.
	page, perPage *big.Int
	// offset and limit select the rows.
	offset, limit int
}

var maxBigint = big.NewInt(1<<63 - 1)

// pageWindow reads page and per_page for a list of total rows. Values that the server cannot handle
// are a 500 with the text of its libraries.
func (c *call) pageWindow(total int) (window, *reply) {
	w := window{page: big.NewInt(1), perPage: big.NewInt(int64(c.options.EntriesPerPage))}
	page, hasPage := c.params.text("page")
	perPage, hasPerPage := c.params.text("per_page")
	if !isBlank(page) {
		w.page = leadingBig(page)
	}
	if hasPerPage && perPage == "all" {
		w.perPage = big.NewInt(int64(total))
		w.limit = total
		return w, nil
	}
	if c.params.isNested("per_page") {
		failed := noMethod()
		return w, &failed
	}
	// An empty per_page selects no rows, but the response reports the default.
	limit := w.perPage
	if hasPerPage {
		limit = leadingBig(perPage)
		if !isBlank(perPage) {
			w.perPage = limit
		}
	}
	offset, failed := c.offset(page, hasPage, limit)
	if failed != nil {
		return w, failed
	}
	switch {
	case limit.Sign() < 0:
		return w, failure("PG::InvalidRowCountInLimitClause: ERROR:  LIMIT must not be negative\n")
	case limit.Cmp(maxBigint) > 0:
		return w, failure("PG::NumericValueOutOfRange: ERROR:  bigint out of range\n")
	}
	w.offset = clamp(offset, total)
	w.limit = clamp(limit, total)
	return w, nil
}

// offset returns the number of the first row of a page.
func (c *call) offset(page string, hasPage bool, limit *big.Int) (*big.Int, *reply) {
	number := big.NewInt(1)
	if c.params.isNested("page") {
		return nil, failure("can't convert Array into Integer")
	}
	if hasPage {
		var ok bool
		// Ruby's Integer() accepts prefixes of other bases, and underscores between digits.
		number, ok = new(big.Int).SetString(strings.TrimFunc(page, isRubySpace), 0)
		if !ok {
			return nil, failure("invalid value for Integer(): \"" + page + "\"")
		}
		if number.Sign() < 1 {
			return nil, failure("invalid page: " + number.String())
		}
	}
	offset := new(big.Int).Sub(number, big.NewInt(1))
	offset.Mul(offset, limit)
	if offset.Sign() < 0 || offset.Cmp(maxBigint) > 0 {
		return nil, failure("invalid offset: " + offset.String())
	}
	return offset, nil
}

// slice returns the rows of the window.
func slice[T any](w window, rows []T) []T {
	from := min(w.offset, len(rows))
	return rows[from:min(from+w.limit, len(rows))]
}

func clamp(n *big.Int, most int) int {
	if n.Cmp(big.NewInt(int64(most))) > 0 {
		return most
	}
	return int(n.Int64())
}

func failure(text string) *reply {
	failed := messageReply(http.StatusInternalServerError, "%s", text)
	return &failed
}
