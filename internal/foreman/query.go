package foreman

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

// pageSize is how many rows are asked for at once. Foreman sets no limit; its own
// default of 20 would make fifty requests of a thousand rows.
const pageSize = 1000

// bounds are those of a list that never ends.
type bounds struct {
	pages int64
	// rows and bytes are what such a list takes in memory.
	rows, bytes int
}

// usualBounds are those of every list, but in the test of them.
var usualBounds = bounds{pages: 10_000, rows: 100_000, bytes: rest.MaxAnswerBytes}

// Query are the parameters of Foreman's lists, for [pat.TokenQuery.Native] and
// [pat.UserQuery.Native]. The zero value sends none.
type Query struct {
	// Search is sent as it is. A search that Foreman cannot parse rarely fails: it
	// searches for something else.
	Search pat.Option[string]
	// Order is a field and a direction, "name DESC". Not set orders by id.
	Order pat.Option[string]
	// Page is the only page to fetch, from 1; not set fetches all.
	Page pat.Option[int64]
	// PerPage is the size of a page; not set leaves it to the driver or, with Page, to the
	// server. Without Page, an order by a field that repeats fetches all at once.
	PerPage pat.Option[int64]
	// OrganizationID and LocationID take the place of the configured ones.
	OrganizationID, LocationID pat.Option[int64]
}

// TokenOrder is what Foreman can order tokens by: any other field is its error 400,
// and a third word would silently turn the direction to ascending.
var TokenOrder = regexp.MustCompile(`^(id|name|user_id)( (ASC|DESC))?$`)

// UserOrder is what Foreman can order users by.
var UserOrder = regexp.MustCompile(
	`^(id|login|firstname|lastname|mail|description|admin|last_login_on|disabled)( (ASC|DESC))?$`)

// unique are the fields whose values tell all rows of a list apart, so that pages
// ordered by them fit together. A token's name does not: twins share theirs.
var unique = map[string]bool{"id": true, "login": true}

// native returns the driver's own query, the zero one for nil.
func native(value any, order *regexp.Regexp) (Query, error) {
	query, ok := value.(Query)
	if value != nil && !ok {
		return Query{}, &pat.ValidationError{Failure: pat.Failure{
			Tried: "reading the query", Said: fmt.Sprintf("Foreman has no query of type %T", value),
		}}
	}

	failure := pat.Failure{Tried: "reading the query"}

	switch {
	case query.Search.Set && strings.TrimSpace(query.Search.V) == "":
		failure.Said = "search is blank, which Foreman takes for no search at all"
	case query.Order.Set && !order.MatchString(query.Order.V):
		failure.Said = fmt.Sprintf("order %s is none that Foreman has", pat.Quote(query.Order.V))
		failure.Remedy = "An order matches " + order.String() + "."
	default:
		failure.Said = query.notPositive()
	}

	if failure.Said == "" {
		return query, nil
	}

	return Query{}, &pat.ValidationError{Failure: failure}
}

// notPositive says which number of the query is less than 1, if any is.
func (q Query) notPositive() string {
	for _, number := range []struct {
		name  string
		value pat.Option[int64]
	}{
		{"page", q.Page}, {"per_page", q.PerPage}, {"organization_id", q.OrganizationID}, {"location_id", q.LocationID},
	} {
		if number.value.Set && number.value.V < 1 {
			return fmt.Sprintf("%s is %d, and must be 1 or more", number.name, number.value.V)
		}
	}

	return ""
}

// values returns the parameters of one page of the list.
func (q Query) values(search string, page int64) url.Values {
	values := url.Values{"order": {q.Order.Or("id")}}

	if search != "" {
		values.Set("search", search)
	}

	switch {
	case !q.Page.Set && !q.paged():
		values.Set("per_page", "all")
	case q.PerPage.Set:
		values.Set("per_page", strconv.FormatInt(q.PerPage.V, 10))
	case !q.Page.Set:
		values.Set("per_page", strconv.Itoa(pageSize))
	} // With Page alone, the server's own size, as a reader of its API expects.

	values.Set("page", strconv.FormatInt(page, 10))

	return values
}

// paged says whether the list's pages fit together: those ordered by a field that
// repeats do not, since Foreman orders the rows of one value as it pleases.
func (q Query) paged() bool {
	field, _, _ := strings.Cut(q.Order.Or("id"), " ")

	return unique[field]
}
