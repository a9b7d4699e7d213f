package foremanserver

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// list responds with the rows that match the request's search, ordered and paged. Without an order
// in the request, the rows keep their order.
func list[T any](c *call, all []T, fields map[string]field[T], view func(T) any) reply {
	search, _ := c.params.text("search")
	if c.params.isNested("search") {
		return *failure("Unsupported query object: " + encoded(c.params["search"]) + "!")
	}
	selected, err := searcher[T]{fields: fields, now: c.Now(), zone: c.zone}.compile(search)
	if err != nil {
		return searchFailed(err)
	}
	rows := slices.Clone(all)
	if selected != nil {
		rows = slices.DeleteFunc(rows, func(row T) bool { return selected(row) != isTrue })
	}
	if failed := orderRows(c.params, rows, fields); failed != nil {
		return *failed
	}
	w, failed := c.pageWindow(len(rows))
	if failed != nil {
		return *failed
	}
	if perPage, _ := c.params.text("per_page"); perPage == "all" {
		// The response reports the number of all rows, not of those that match.
		w.perPage.SetInt64(int64(len(all)))
	}
	views := []any{}
	for _, row := range slice(w, rows) {
		views = append(views, view(row))
	}
	return c.envelope(len(all), len(rows), w, views)
}

// envelope returns the response around the rows, with the white space of the server's template.
func (c *call) envelope(total, subtotal int, w window, views []any) reply {
	search := "null"
	if text, ok := c.params.text("search"); ok {
		search = encoded(text)
	}
	by, direction := sortWords(c.params)
	permissions := ""
	if _, asked := c.params["include_permissions"]; asked {
		permissions = fmt.Sprintf("  \"can_create\": %t,\n  \"can_edit\": %t,\n", c.canCreate(), c.canEdit())
	}
	root := "results"
	if name, _ := c.params.text("root_name"); name != "" {
		root = name
	}
	return reply{status: http.StatusOK, contentType: contentJSON, body: fmt.Sprintf(
		"{\n  \"total\": %d,\n  \"subtotal\": %d,\n  \"page\": %s,\n  \"per_page\": %s,\n  \"search\": %s,\n%s"+
			"  \"sort\": {\n    \"by\": %s,\n    \"order\": %s\n  },\n  %s: %s\n}\n",
		total, subtotal, w.page, w.perPage, search, permissions, by, direction, encoded(root), encoded(views))}
}

func (c *call) canCreate() bool {
	if c.route.action == actionTokens {
		return c.caller.can(actionCreateToken.permission())
	}
	return c.caller.can("create_users")
}

func (c *call) canEdit() bool {
	if c.route.action == actionTokens {
		return c.caller.can("edit_personal_access_tokens")
	}
	return c.caller.can("edit_users")
}

// one responds with a single object, below the root name that the request asks for.
func (c *call) one(v any) reply {
	if name, _ := c.params.text("root_name"); name != "" {
		return jsonReply(http.StatusOK, map[string]any{name: v})
	}
	return jsonReply(http.StatusOK, v)
}

// orderRows sorts by the request's order. The order is descending only if exactly "desc" follows
// the field.
func orderRows[T any](p params, rows []T, fields map[string]field[T]) *reply {
	order, _ := p.text("order")
	if p.isNested("order") {
		order = encoded(p["order"])
	}
	if isBlank(order) {
		return nil
	}
	name, direction := order, ""
	if i := strings.IndexFunc(order, isRubySpace); i >= 0 {
		name, direction = order[:i], strings.TrimLeftFunc(order[i:], isRubySpace)
	}
	f, ok := fields[name]
	if !ok {
		failed := searchFailed(&queryError{fmt.Sprintf("the field '%s' in the order statement is not valid field for search", name)})
		return &failed
	}
	sortRows(rows, f, strings.EqualFold(direction, "desc"))
	return nil
}

// sortWords returns what the response reports about the order: its first two words, as JSON.
func sortWords(p params) (by, direction string) {
	order, _ := p.text("order")
	words := strings.FieldsFunc(order, isRubySpace)
	switch len(words) {
	case 0:
		return "null", "null"
	case 1:
		return encoded(words[0]), encoded("ASC")
	default:
		return encoded(words[0]), encoded(words[1])
	}
}

// searchFailed returns the response to a search that the search library or the database refuses.
func searchFailed(err error) reply {
	if query, ok := err.(*queryError); ok { //nolint:errorlint // Never wrapped: it comes from this package's parser.
		return errorReply(http.StatusBadRequest, message{Message: query.message, Class: "ScopedSearch::QueryNotSupported"})
	}
	return *failure(err.Error())
}
