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

// maxExcerpt is the longest part of a path that an error shows, in bytes.
const maxExcerpt = 200

// Recognized is a token that another provider managed, as far as its state tells.
type Recognized struct {
	// Token has no secret where state has none any more.
	Token pat.Issued
	// Username is the owner's login, if the path has that instead of an id.
	Username string
}

// restObject is the state of a restapi_object, of any version of its provider, as far as
// it tells what the object is and where.
type restObject struct {
	// id is what the provider calls the object by, empty if it has none.
	id string
	// path is that of the objects of this kind.
	path string
	// name is the one that the object was asked for with.
	name string
	// answers are copies of the server's, best first. What they hold is in doubt.
	answers [][]byte

	// createPath, readPath and destroyPath are where that is done if not below path.
	createPath, readPath, destroyPath string
}

var (
	errNoObjectID = errors.New("it has no id: there is nothing that it stands for")
	errNoJSON     = errors.New("its state cannot be read; if it was written by Terraform 0.11 or older, refresh it with a newer one and " +
		"its own provider first")
)

// readRESTObject reads a raw state. Its schemas differ from version to version, in which
// attributes there are. Version 1.0 has a copy of the answer in `api_data` alone, as Go prints its
// values: that one is not read, and a newer version of its provider turns it into an answer. No
// error repeats anything of the state but paths.
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

// checkPaths refuses an object that was created, read or destroyed elsewhere than its path
// says. Where it is updated does not matter: a token cannot be.
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

// excerpt returns the beginning of a path or an id for an error to show, up to what no path
// has: behind that may be a credential.
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

// requestedName returns the token's name in the data that was sent: Foreman takes it with
// the token's key around it and without.
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

// decoded reads JSON of one kind, and returns the zero value for any other.
func decoded[T any](raw []byte) (value T) {
	if json.Unmarshal(raw, &value) != nil {
		var none T

		return none
	}

	return value
}

// learn adds what an answer tells of the token and none before it did.
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

// check says what is missing without which the token could not be told from others.
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
