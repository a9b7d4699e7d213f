package foremanserver

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tokenView is a token in the responses of index and show.
type tokenView struct {
	CreatedAt  *string `json:"created_at"`
	UpdatedAt  *string `json:"updated_at"`
	ID         int     `json:"id"`
	Name       string  `json:"name"`
	ExpiresAt  *string `json:"expires_at"`
	Active     bool    `json:"active?"`
	UserID     int     `json:"user_id"`
	LastUsedAt *string `json:"last_used_at"`
	Revoked    bool    `json:"revoked?"`
}

// createdTokenView is a token with its secret, which only the response of create contains.
type createdTokenView struct {
	TokenValue string `json:"token_value"`
	tokenView
}

// rawToken is a token in the response to a DELETE: the record itself, including the hash.
type rawToken struct {
	Revoked    bool    `json:"revoked"`
	ID         int     `json:"id"`
	Token      string  `json:"token"`
	Name       string  `json:"name"`
	ExpiresAt  *string `json:"expires_at"`
	LastUsedAt *string `json:"last_used_at"`
	UserID     int     `json:"user_id"`
	CreatedAt  *string `json:"created_at"`
	UpdatedAt  *string `json:"updated_at"`
}

// validationErrors is the error object of a row that cannot be saved.
type validationErrors struct {
	ID           *int        `json:"id"`
	Errors       fieldErrors `json:"errors"`
	FullMessages []string    `json:"full_messages"`
}

// fieldErrors has the messages by field, in the order of the server's checks.
type fieldErrors struct {
	Name      []string `json:"name,omitempty"`
	ExpiresAt []string `json:"expires_at,omitempty"`
}

func (c *call) listTokens() reply {
	owner, failed := c.tokenOwner()
	if failed != nil {
		return *failed
	}
	var rows []*token
	if c.seesTokensOf(owner, "view_users") {
		rows = c.table(owner.id).heap
		if by, _, _ := strings.Cut(c.orderText(), " "); by == "id" {
			// byID has the same rows in order, so that sorting thousands of rows stays cheap.
			rows = c.table(owner.id).byID
		}
	}
	return list(c, rows, tokenFields, func(t *token) any { return c.viewToken(t) })
}

func (c *call) showToken() reply {
	t, failed := c.findOwnedToken("view_users")
	if failed != nil {
		return *failed
	}
	return c.one(c.viewToken(t))
}

func (c *call) createToken() reply {
	owner, failed := c.tokenOwner()
	if failed != nil {
		return *failed
	}
	input, failed := c.tokenInput()
	if failed != nil {
		return *failed
	}
	if broken := c.validate(owner, input); broken != nil {
		return errorReply(http.StatusUnprocessableEntity, broken)
	}
	if input.expires.Year() >= firstYearTooLarge {
		return *failure("year too big to marshal: " + strconv.Itoa(input.expires.Year()) + " UTC")
	}
	secret := newSecret()
	t := c.newToken(owner.id, input.name, secret, input.expires)
	c.insertToken(t)
	return jsonReply(http.StatusCreated, createdTokenView{TokenValue: secret, tokenView: c.viewToken(t)})
}

// revokeToken marks a row as revoked; revoking it again changes nothing.
func (c *call) revokeToken() reply {
	t, failed := c.findOwnedToken("edit_users")
	if failed != nil {
		return *failed
	}
	if c.isTwin(t) {
		return *failure("Validation failed: Name has already been taken")
	}
	if !t.revoked {
		t.revoked, t.modified = true, c.moment()
		c.tokenMoved(t)
	}
	return jsonReply(http.StatusOK, rawToken{
		Revoked: t.revoked, ID: t.id, Token: t.hash, Name: t.name,
		ExpiresAt: rawTime(t.expires, c.zone), LastUsedAt: rawTime(t.lastUsed, c.zone), UserID: t.userID,
		CreatedAt: rawTime(t.created, c.zone), UpdatedAt: rawTime(t.modified, c.zone),
	})
}

// tokenOwner returns the user whose id begins the path segment. A user that does not exist, or that
// the caller cannot reach, is a 422.
func (c *call) tokenOwner() (*user, *reply) {
	owner := c.usersByID[leadingInteger(c.route.userID)]
	if owner == nil || !c.reachable(owner) {
		failed := messageReply(http.StatusUnprocessableEntity, "Couldn't find User with 'id'=%s%s",
			strconv.Quote(c.route.userID), c.condition())
		return nil, &failed
	}
	return owner, nil
}

// seesTokensOf reports whether the caller gets the owner's rows. That requires a permission on
// users as well, and the server's second lookup must find the same user: it tries the whole segment
// as a login before it reads it as an id.
func (c *call) seesTokensOf(owner *user, permission string) bool {
	if c.isSelf() {
		return true
	}
	if !c.caller.can(permission) {
		return false
	}
	segment := c.route.userID
	if named := c.usersLogin[strings.ToLower(segment)]; named != nil && named.login == segment {
		return named == owner
	}
	return parentID(segment) == owner.id
}

func (c *call) findOwnedToken(permission string) (*token, *reply) {
	owner, failed := c.tokenOwner()
	if failed != nil {
		return nil, failed
	}
	var t *token
	if c.seesTokensOf(owner, permission) {
		t = c.findToken(owner.id, leadingInteger(c.route.tokenID))
	}
	if t == nil {
		failed := notFound("personal_access_token", c.route.tokenID)
		return nil, &failed
	}
	return t, nil
}

// validate checks a new token as the model does; nil if it can be saved.
func (c *call) validate(owner *user, input tokenInput) *validationErrors {
	var broken validationErrors
	switch {
	case isBlank(input.name):
		broken.Errors.Name = []string{"can't be blank"}
	case c.nameTaken(owner.id, input.name) && !c.duplicates:
		broken.Errors.Name = []string{"has already been taken"}
	}
	switch {
	case input.unparsable:
		broken.Errors.ExpiresAt = []string{fmt.Sprintf("Could not parse timestamp '%s'", input.expiresText)}
	case !input.expires.IsZero() && input.expires.Before(c.Now()):
		broken.Errors.ExpiresAt = []string{"cannot be in the past"}
	}
	for _, text := range broken.Errors.Name {
		broken.FullMessages = append(broken.FullMessages, "Name "+text)
	}
	for _, text := range broken.Errors.ExpiresAt {
		broken.FullMessages = append(broken.FullMessages, "Expires at "+text)
	}
	if len(broken.FullMessages) == 0 {
		return nil
	}
	return &broken
}

func (c *call) viewToken(t *token) tokenView {
	return tokenView{
		CreatedAt: viewTime(t.created, c.zone), UpdatedAt: viewTime(t.modified, c.zone),
		ID: t.id, Name: t.name, ExpiresAt: viewTime(t.expires, c.zone), Active: t.active(c.moment()),
		UserID: t.userID, LastUsedAt: viewTime(t.lastUsed, c.zone), Revoked: t.revoked,
	}
}

func (c *call) orderText() string {
	order, _ := c.params.text("order")
	return order
}

// tokenInput is the content of a create.
type tokenInput struct {
	name string
	// expires is zero for never.
	expires     time.Time
	expiresText string
	unparsable  bool
}

// tokenInput reads the parameters of a create: those inside personal_access_token, or else those of
// the body itself. It ignores everything but name and expires_at.
func (c *call) tokenInput() (tokenInput, *reply) {
	fields := map[string]any(c.body)
	if wrapper, wrapped := c.params["personal_access_token"]; wrapped {
		var ok bool
		if fields, ok = wrapper.(map[string]any); !ok {
			failed := noMethod()
			return tokenInput{}, &failed
		}
	}
	var input tokenInput
	input.name, _ = scalarText(fields["name"])
	switch fields["name"] {
	case true:
		input.name = "t"
	case false:
		input.name = "f"
	}
	if strings.ContainsRune(input.name, 0) {
		return tokenInput{}, failure("string contains null byte")
	}
	input.name = stripped(input.name)

	text, given := scalarText(fields["expires_at"])
	if !given || fields["expires_at"] == false {
		return input, nil
	}
	input.expiresText = text
	at, ok := parseInstant(text, c.Now(), c.zone)
	// A number is never a date, even if its digits look like one.
	if _, isText := fields["expires_at"].(string); !ok || !isText {
		input.unparsable = true
		return input, nil
	}
	input.expires = databaseTime(at.time)
	if input.expires.IsZero() {
		// The zero time means never, but this date is in the past.
		input.expires = input.expires.Add(time.Microsecond)
	}
	return input, nil
}
