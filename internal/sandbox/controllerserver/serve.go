package controllerserver

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// bodyLimit is the largest request body that the server reads.
const bodyLimit = 1 << 20

// resourcesPath is the path of the web services below the context.
const resourcesPath = "/resources"

// operation is what a method does on a path.
type operation struct {
	run func(*call) reply
	// text is set if the response is plain text instead of a document.
	text bool
}

// operations are the web services by path below [resourcesPath] and by method.
var operations = map[string]map[string]operation{
	"/user": {
		http.MethodGet: {run: (*call).readUser},
		http.MethodPut: {run: (*call).modifyUser, text: true},
	},
	"/user/list":       {http.MethodGet: {run: (*call).listUsers}},
	"/user/token/list": {http.MethodGet: {run: (*call).listTokens}},
	"/user/token": {
		http.MethodPost:   {run: (*call).createToken, text: true},
		http.MethodDelete: {run: (*call).revokeToken, text: true},
	},
}

// call is one request while the server processes it.
type call struct {
	*Server
	r      *http.Request
	query  url.Values
	body   []byte
	format format
	// caller is set once the request is authenticated.
	caller *user
}

// serve handles every request except those to the sandbox's own paths.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c := &call{Server: s, r: r}
	c.answer(w).send(w)
}

// answer runs the checks that precede every operation, in order; the first one that fails provides
// the response.
func (c *call) answer(w http.ResponseWriter) reply {
	path, inContext := strings.CutPrefix(c.r.URL.EscapedPath(), c.options.Context+resourcesPath)
	if !inContext || (path != "" && path[0] != '/') {
		return page(http.StatusNotFound)
	}
	var err error
	if c.body, err = io.ReadAll(http.MaxBytesReader(w, c.r.Body, bodyLimit)); err != nil {
		return page(http.StatusBadRequest)
	}
	if c.query, err = url.ParseQuery(c.r.URL.RawQuery); err != nil {
		return page(http.StatusBadRequest)
	}
	if c.r.Header.Get("Authorization") != "" {
		// Simulated work must not hold the lock.
		sandbox.Spend(c.r.Context(), sandbox.CostLogin)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if failed := c.authenticate(); failed != nil {
		return *failed
	}
	methods := operations[path]
	if methods == nil {
		return page(http.StatusNotFound)
	}
	method := c.r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, ok := methods[method]
	if !ok {
		refused := page(http.StatusMethodNotAllowed)
		refused.header.Set("Allow", strings.Join(slices.Sorted(maps.Keys(methods)), ", "))
		return refused
	}
	if !c.negotiate(op.text) {
		return page(http.StatusNotAcceptable)
	}
	return op.run(c)
}

// param returns the first value of a query parameter, whose name is case-sensitive.
func (c *call) param(name string) string { return c.query.Get(name) }
