package foremanserver

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"regexp"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
)

// bodyLimit is the largest request body that the server reads.
const bodyLimit = 8 << 20

var unsafeRequestID = regexp.MustCompile(`[^\w\-@]`)

// call is one request while the server processes it.
type call struct {
	*Server
	r     *http.Request
	route route
	// params are the parameters of the query, overridden by those of a JSON body.
	params params
	body   params
	// caller, zone, organization and location are set once the request is authenticated; a nil
	// taxonomy means any.
	caller                 *user
	session                *session
	zone                   *time.Location
	organization, location *taxonomy
	// header is the header of the response.
	header http.Header
}

// serve handles every request except those to the sandbox's own paths.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c := &call{Server: s, r: r, zone: time.UTC, header: w.Header()}
	c.send(w, c.answer(w))
}

// answer runs the checks in the server's order; the first one that fails provides the response.
func (c *call) answer(w http.ResponseWriter) reply {
	var ok bool
	if c.route, ok = findRoute(c.r, c.options.PathPrefix); !ok {
		return noRoute()
	}
	if failed := c.readParams(w); failed != nil {
		return *failed
	}
	if c.route.action == actionPing {
		c.addVersion()
		return pingReply()
	}
	if failed := c.authenticate(); failed != nil {
		return *failed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if failed := c.authorize(); failed != nil {
		return *failed
	}
	c.addVersion()
	c.addTaxonomies()
	if failed := c.checkMediaType(); failed != nil {
		return *failed
	}
	if c.route.xml {
		return noTemplate()
	}
	return c.act()
}

func (c *call) act() reply {
	switch c.route.action {
	case actionStatus:
		return c.status()
	case actionCurrentUser:
		return c.currentUser()
	case actionUsers:
		return c.listUsers()
	case actionUser:
		return c.showUser()
	case actionDeleteUser:
		return c.deleteUser()
	case actionTokens:
		return c.listTokens()
	case actionToken:
		return c.showToken()
	case actionCreateToken:
		return c.createToken()
	case actionRevokeToken:
		return c.revokeToken()
	case actionPing:
	}
	return noRoute()
}

func (c *call) readParams(w http.ResponseWriter) *reply {
	c.params = queryParams(c.r.URL.RawQuery)
	raw, err := io.ReadAll(http.MaxBytesReader(w, c.r.Body, bodyLimit))
	if err != nil {
		failed := statusReply(http.StatusBadRequest, "Bad Request")
		return &failed
	}
	if !isJSON(c.r.Header.Get("Content-Type")) {
		return nil
	}
	if c.body, err = bodyParams(raw); err != nil {
		failed := malformedJSON(raw)
		return &failed
	}
	c.params = c.params.merged(c.body)
	return nil
}

func (c *call) checkMediaType() *reply {
	if c.r.Method != http.MethodPost {
		return nil
	}
	sent := c.r.Header.Get("Content-Type")
	if media, _, _ := mime.ParseMediaType(sent); media == "application/json" {
		return nil
	}
	failed := messageReply(http.StatusUnsupportedMediaType,
		"Media type in 'Content-Type: %s' is unsupported in API v2 for POST and PUT requests. Please use 'Content-Type: application/json'.", sent)
	return &failed
}

// addVersion sets the headers that mark an authenticated request. The underscores in their names
// are Foreman's.
func (c *call) addVersion() {
	c.header["Foreman_version"] = []string{c.options.Version}
	c.header["Foreman_api_version"] = []string{"2"}
}

func (c *call) send(w http.ResponseWriter, answer reply) {
	if id := unsafeRequestID.ReplaceAllString(c.r.Header.Get("X-Request-Id"), ""); id != "" {
		c.header.Set("X-Request-Id", id)
	} else {
		c.header.Set("X-Request-Id", randomText(secretRandom))
	}
	c.header.Set("X-Runtime", "0.010000")
	c.header.Set("Content-Type", answer.contentType)
	if answer.status == http.StatusOK || answer.status == http.StatusCreated {
		sum := sha256.Sum256([]byte(answer.body))
		tag := `W/"` + hex.EncodeToString(sum[:16]) + `"`
		c.header.Set("ETag", tag)
		if method(c.r) == http.MethodGet && c.r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(answer.status)
	// The server does not care whether the client has disconnected.
	_, _ = io.WriteString(w, answer.body)
}

// status returns the response of /api/status.
func (c *call) status() reply {
	return jsonReply(http.StatusOK, struct {
		Result     string `json:"result"`
		Status     int    `json:"status"`
		Version    string `json:"version"`
		APIVersion int    `json:"api_version"`
	}{"ok", http.StatusOK, c.options.Version, 2})
}

// pingReply returns the response of /api/ping, which requires no login.
func pingReply() reply {
	return reply{
		status: http.StatusOK, contentType: contentJSON,
		body: `{"results":{"foreman":{"database":{"active":true,"duration_ms":"0"}}}}`,
	}
}

// identify records the caller in the journal.
func (c *call) identify(how sandbox.AuthMethod) { sandbox.Identify(c.r.Context(), c.caller.login, how) }
