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

// pageSize is how many rows are requested at once. Foreman has no limit. Its default of 20 would
// require fifty requests for a thousand rows.
const pageSize = 1000

// bounds are the limits of a list whose pages never end.
type bounds struct {
	pages int64
	// rows and bytes limit the memory that such a list takes up.
	rows, bytes int
}

// usualBounds are the limits of every list except in their own test.
var usualBounds = bounds{pages: 10_000, rows: 100_000, bytes: rest.MaxResponseBytes}

// Query contains the parameters of Foreman's lists, for [pat.TokenQuery.Native] and
// [pat.UserQuery.Native]. The zero value sends none.
type Query struct {
	// Search is sent as it is. A search that Foreman cannot parse rarely fails: Foreman searches for
	// something else.
	Search pat.Option[string]
	// Order is a field and a direction, such as "name DESC". If it is not set, the rows are ordered
	// by id.
	Order pat.Option[string]
	// Page is the only page to request, starting at 1; if it is not set, all pages are requested.
	Page pat.Option[int64]
	// PerPage is the size of a page. If it is not set, the driver determines it or, with Page, the
	// server. If Page is not set and the list is ordered by a field that is not unique, all rows are
	// requested at once.
	PerPage pat.Option[int64]
	// OrganizationID and LocationID replace the configured ones.
	OrganizationID, LocationID pat.Option[int64]
}

// TokenOrder matches the orders of a list of tokens. Foreman refuses any other field with 400, and
// would silently change the direction to ascending because of a third word.
var TokenOrder = regexp.MustCompile(`^(id|name|user_id)( (ASC|DESC))?$`)

// UserOrder matches the orders of a list of users.
var UserOrder = regexp.MustCompile(
	`^(id|login|firstname|lastname|mail|description|admin|last_login_on|disabled)( (ASC|DESC))?$`)

// unique are the fields with different values in all rows of a list, so that pages ordered by them
// can be combined. The name of a token is not among them, because two tokens can share it.
var unique = map[string]bool{"id": true, "login": true}

// native returns the query of the driver's own type, or the zero query for nil.
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
		failure.Said = "search is blank, which Foreman treats as no search"
	case query.Order.Set && !order.MatchString(query.Order.V):
		failure.Said = fmt.Sprintf("Foreman cannot sort by the order %s", pat.Quote(query.Order.V))
		failure.Remedy = "An order matches " + order.String() + "."
	default:
		failure.Said = query.notPositive()
	}

	if failure.Said == "" {
		return query, nil
	}

	return Query{}, &pat.ValidationError{Failure: failure}
}

// notPositive returns the text of an error if a number of the query is less than 1.
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

// values returns the parameters of a request for one page of the list.
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
	} // With Page alone, the server's default size applies, as its API documents.

	values.Set("page", strconv.FormatInt(page, 10))

	return values
}

// paged reports whether the list's pages can be combined. They cannot if the field of the order is
// not unique, because Foreman orders rows with equal values arbitrarily.
func (q Query) paged() bool {
	field, _, _ := strings.Cut(q.Order.Or("id"), " ")

	return unique[field]
}
