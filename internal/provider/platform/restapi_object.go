package platform

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// maxExcerpt is the length of the longest excerpt of a path in an error, in bytes.
const maxExcerpt = 200

// Recognized is a token that another provider managed, as far as that provider's state describes
// it.
type Recognized struct {
	// Token has no secret if the state no longer contains it.
	Token pat.Issued
	// Username is the owner's login, if the path contains the login instead of the id.
	Username string
}

// restObject is what the state of a restapi_object, of any version of its provider, says about the
// identity of the object.
type restObject struct {
	// id is the object's id in its provider; empty if it has none.
	id string
	// path is the path of the objects of this kind.
	path string
	// name is the name with which the object was created.
	name string
	// answers are copies of the server's responses, best first. Their content is not trusted.
	answers [][]byte

	// createPath, readPath and destroyPath are the paths of these operations, if they differ from
	// path.
	createPath, readPath, destroyPath string
}

var (
	errNoObjectID = errors.New("it has no id: there is nothing that it stands for")
	errNoJSON     = errors.New("its state cannot be read; if it was written by Terraform 0.11 or older, refresh it with a newer one and " +
		"its own provider first")
)

// readRESTObject reads a raw state. The versions of its provider have different attributes. Version
// 1.0 has a copy of the response only in `api_data`, in Go's text format for values. readRESTObject
// ignores that copy, which a newer version of the provider converts to a response. Its errors
// contain no values of the state except paths.
func readRESTObject(raw []byte) (restObject, error) {
	var attributes map[string]json.RawMessage
	if err := json.Unmarshal(raw, &attributes); err != nil || attributes == nil {
		return restObject{}, errNoJSON
	}

	text := func(name string) string { return decoded[string](attributes[name]) }

	object := restObject{
		id:         text("id"),
		path:       text("path"),
		name:       requestedName(text("data")),
		createPath: text("create_path"), readPath: text("read_path"), destroyPath: text("destroy_path"),
		answers: [][]byte{
			[]byte(text("api_response")), []byte(text("create_response")),
		},
	}

	return object, nil
}

// checkPaths refuses an object whose create, read or destroy path differs from its path. The update
// path does not matter, because a token cannot be updated.
func (o restObject) checkPaths() error {
	home := strings.TrimSuffix(o.path, "/")
	itself := home + "/" + o.id

	for _, check := range []struct{ attribute, path, want string }{
		{"create_path", o.createPath, home},
		{"read_path", o.readPath, itself},
		{"destroy_path", o.destroyPath, itself},
	} {
		actual := strings.ReplaceAll(strings.TrimSuffix(check.path, "/"), "{id}", o.id)
		if actual != "" && actual != check.want {
			return fmt.Errorf("its %s is %q, and its path %q, so that it is not certain which token it stands for",
				check.attribute, excerpt(check.path), o.path)
		}
	}

	return nil
}

// excerpt returns the beginning of a path or an id, for an error to show. It ends before the first
// character that no path contains, because a credential may follow.
func excerpt(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune("?#&=\"'<> ", r) })
	if end < 0 {
		end = len(text)
	}

	if end = min(end, maxExcerpt); end < len(text) {
		return text[:end] + "…"
	}

	return text
}

// requestedName returns the token's name in the request data. Foreman accepts it with and without
// an enclosing "personal_access_token" object.
func requestedName(data string) string {
	outer := decoded[map[string]json.RawMessage]([]byte(data))

	for _, within := range []map[string]json.RawMessage{
		decoded[map[string]json.RawMessage](outer["personal_access_token"]), outer,
	} {
		if name := decoded[string](within["name"]); name != "" {
			return name
		}
	}

	return ""
}

// decoded reads JSON of one type, and returns the zero value for any other.
func decoded[T any](raw []byte) (value T) {
	if json.Unmarshal(raw, &value) != nil {
		var none T

		return none
	}

	return value
}

// learn adds those facts about the token from a response that no earlier response contained.
func (f *Recognized) learn(told pat.Issued) {
	token := &f.Token
	token.UserID = cmp.Or(token.UserID, told.UserID)
	token.Name = cmp.Or(token.Name, told.Name)
	token.Secret = cmp.Or(token.Secret, told.Secret)

	if token.CreatedAt.IsZero() {
		token.CreatedAt = told.CreatedAt
	}

	if token.ExpiresAt.IsZero() {
		token.ExpiresAt = told.ExpiresAt
	}
}

// check returns an error if a fact is missing that distinguishes the token from others.
func (f *Recognized) check() error {
	switch {
	case f.Token.UserID == "":
		return fmt.Errorf("its path names the user %q, but its state does not contain the id of that user; refresh it with its own "+
			"provider first", excerpt(f.Username))
	case f.Token.Name == "":
		return errors.New("its state does not have the token's name; refresh it with its own provider first")
	default:
		return nil
	}
}
