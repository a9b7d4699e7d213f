package controllerserver_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/controllerserver"
)

// node is an XML element, for comparisons.
type node struct {
	XMLName  xml.Name   `xml:""`
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []node     `xml:",any"`
}

// like returns the element as a JSON value of the given shape: an empty element is null where the
// shape has null, and the attributes and the text of an element with attributes are members.
func (n node) like(shape any) any {
	text := strings.TrimSpace(n.Text)
	switch shape := shape.(type) {
	case map[string]any:
		object := map[string]any{}
		for _, a := range n.Attrs {
			object[a.Name.Local] = scalarLike(a.Value, shape[a.Name.Local])
		}
		for _, child := range n.Children {
			object[child.XMLName.Local] = child.like(shape[child.XMLName.Local])
		}
		if len(n.Children) == 0 {
			object["value"] = text
		}
		return object
	case []any:
		items := []any{}
		for i, child := range n.Children {
			var item any
			if i < len(shape) {
				item = shape[i]
			}
			items = append(items, child.like(item))
		}
		return items
	default:
		return scalarLike(text, shape)
	}
}

func scalarLike(text string, shape any) any {
	switch shape.(type) {
	case bool:
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	case nil:
		if text == "" {
			return nil
		}
	}
	return text
}

func decodeXML(t *testing.T, text []byte) node {
	t.Helper()
	var n node
	if err := xml.Unmarshal(text, &n); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return n
}

// tidy prepares an element for cmp by trimming white space around texts.
func (n node) tidy() node {
	n.Text = strings.TrimSpace(n.Text)
	for i := range n.Children {
		n.Children[i] = n.Children[i].tidy()
	}
	return n
}

// without removes the children with this name.
func (n node) without(name string) node {
	var kept []node
	for _, child := range n.Children {
		if child.XMLName.Local != name {
			kept = append(kept, child)
		}
	}
	n.Children = kept
	return n
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "samples", name)) //nolint:gosec // A file of this package.
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// sampleServer has the samples' administrator with its four tokens, and the shape of the release
// that the samples are from.
func sampleServer(t *testing.T) *controllerserver.Server {
	t.Helper()
	c := newClock()
	server := newServer(t, controllerserver.Options{
		Zone:     time.FixedZone("", -4*60*60),
		Switches: controllerserver.Switches{UserShape: controllerserver.UserShape73},
		Console:  sandbox.Options{Now: c.now},
	})
	for name, created := range map[string]string{
		"test2": "2022-07-28 17:11:35", "test3": "2022-07-29 12:39:20", "test4": "2022-07-28 17:08:07", "test5": "2022-07-29 12:56:33",
	} {
		at, err := time.Parse(time.DateTime, created)
		if err != nil {
			t.Fatal(err)
		}
		c.set(at.Add(4 * time.Hour))
		addToken(t, server, controllerserver.AdminUserName, name, time.Date(2022, 7, 30, 0, 0, 0, 0, time.UTC))
	}
	c.set(time.Date(2022, 7, 30, 3, 0, 0, 0, time.UTC))
	return server
}

// joe is the user in both entries of the sample list, without the members in which they differ.
func joe() controllerserver.User {
	return controllerserver.User{
		SysID: "3de4c72e27c94d4aa840bffcbd7509ca", UserName: "test.user", Password: "abc123",
		FirstName: "Joe", MiddleName: "M", LastName: "Doe", Email: "test@test.com", Title: "Vice President",
		Manager: "Administrator", LoginMethod: "Standard, Single Sign-On",
	}
}

// joesPermission is the permission in the sample list; its opDelete differs between JSON and XML.
func joesPermission(deletes bool) []controllerserver.Permission {
	return []controllerserver.Permission{{
		SysID: "c489750500d444eca9325559d0ef9673", PermissionType: "Agent", Commands: "ALL", NameWildcard: "*",
		DefaultGroup: true, OpExecute: true, OpRead: true, OpUpdate: true, OpDelete: deletes,
	}}
}

func TestTokenListMatchesTheSample(t *testing.T) {
	t.Parallel()
	server := sampleServer(t)
	for _, query := range []string{"username=ops.admin", "userid=" + controllerserver.AdminSysID} {
		want := decodeJSON(t, sample(t, "token_list.json"))
		if diff := cmp.Diff(want, ask(t, server, tokens(query)).document(t)); diff != "" {
			t.Errorf("JSON of %s (-want +have):\n%s", query, diff)
		}
		a := tokens(query)
		a.xmlAnswer = true
		checkXML(t, sample(t, "token_list.xml"), ask(t, server, a))
	}
}

func TestUserMatchesTheSample(t *testing.T) {
	t.Parallel()
	server := sampleServer(t)
	a := admin("/uc/resources/user?username=ops.admin&showTokens=true")
	want := decodeJSON(t, sample(t, "user_with_tokens.json"))
	if diff := cmp.Diff(want, ask(t, server, a).document(t)); diff != "" {
		t.Errorf("JSON (-want +have):\n%s", diff)
	}
	a.xmlAnswer = true
	checkXML(t, sample(t, "user_with_tokens.xml"), ask(t, server, a))
}

func TestUserListMatchesTheSample(t *testing.T) {
	t.Parallel()
	jsonRows, ok := decodeJSON(t, sample(t, "user_list.json")).([]any)
	xmlRows := decodeXML(t, sample(t, "user_list.xml")).Children
	if !ok || len(jsonRows) != 2 || len(xmlRows) != 2 {
		t.Fatal("the sample lists no longer have two users")
	}
	roles := []controllerserver.UserRole{
		{SysID: "b8c25922d370438aada276cff669136d", Role: "ops_universal_template_admin", Description: "The universal template admin role."},
		{SysID: "fda36f00cc4544bc8f7fbd203290539a", Role: "ops_report_publish", Description: "The report publishing role."},
	}
	plain, inJSON, inXML := joe(), joe(), joe()
	inJSON.Permissions, inJSON.Roles = joesPermission(false), roles
	inXML.Permissions = joesPermission(true)
	for name, test := range map[string]struct {
		user controllerserver.User
		json any
		xml  *node
	}{
		"without permissions":     {user: plain, json: jsonRows[0], xml: &xmlRows[0]},
		"with a permission, JSON": {user: inJSON, json: jsonRows[1]},
		"with a permission, XML":  {user: inXML, xml: &xmlRows[1]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := sampleServer(t)
			if _, err := server.AddUser(test.user); err != nil {
				t.Fatal(err)
			}
			a := admin("/uc/resources/user/list")
			if want, isObject := test.json.(map[string]any); isObject {
				// The documentation copied these two members from its sample of a create.
				delete(want, "userPassword")
				delete(want, "retainSysIds")
				rows := ask(t, server, a).objects(t)
				if diff := cmp.Diff(want, rows[len(rows)-1]); diff != "" {
					t.Errorf("JSON (-want +have):\n%s", diff)
				}
			}
			if test.xml != nil {
				a.xmlAnswer = true
				got := ask(t, server, a)
				rows := decodeXML(t, got.Body.Bytes()).Children
				if diff := cmp.Diff(test.xml.without("userPassword").tidy(), rows[len(rows)-1].tidy()); diff != "" {
					t.Errorf("XML (-want +have):\n%s", diff)
				}
			}
		})
	}
}

func TestSampleCreatesReturnTheBareSecret(t *testing.T) {
	t.Parallel()
	shape := strings.TrimSpace(string(sample(t, "token_create_response.txt")))
	for name, a := range map[string]asked{
		"JSON": post(string(sample(t, "token_create_request.json"))),
		"XML":  {method: "POST", path: "/uc/resources/user/token", user: "ops.admin", password: "ops.admin", xml: string(sample(t, "token_create_request.xml"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			c.set(time.Date(2022, 7, 29, 0, 0, 0, 0, time.UTC))
			server := newServer(t, c.options(), controllerserver.User{UserName: "sha"})
			got := ask(t, server, a)
			secret := got.Body.String()
			got.says(t, 200, secret)
			if !strings.HasPrefix(secret, shape[:4]) || !strings.HasPrefix(secret, controllerserver.SecretPrefix) || len(secret) != 44 || strings.Trim(secret[4:], alphanumerics) != "" {
				t.Error("the secret is not SecretPrefix followed by letters and digits, 44 characters in all")
			}
			if !server.Authenticates(secret) {
				t.Error("the secret does not authenticate")
			}
			user := map[string]string{"JSON": "ops.admin", "XML": "sha"}[name]
			want := []controllerserver.Token{{Name: "test1", Expiration: time.Date(2022, 7, 30, 0, 0, 0, 0, time.UTC), CreatedAt: c.now()}}
			if diff := cmp.Diff(want, server.Tokens(user)); diff != "" {
				t.Errorf("tokens (-want +have):\n%s", diff)
			}
		})
	}
}

const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// checkXML compares two whole documents, including their prologs.
func checkXML(t *testing.T, want []byte, got answer) {
	t.Helper()
	if kind := got.Header().Get("Content-Type"); got.Code != 200 || kind != "application/xml" {
		t.Fatalf("have %d %s (%s), want an XML document", got.Code, got.Body, kind)
	}
	wantProlog, _, _ := strings.Cut(string(want), "\n")
	if prolog, _, _ := strings.Cut(got.Body.String(), "\n"); prolog != wantProlog {
		t.Errorf("prolog %s, want %s", prolog, wantProlog)
	}
	if diff := cmp.Diff(decodeXML(t, want).tidy(), decodeXML(t, got.Body.Bytes()).tidy()); diff != "" {
		t.Errorf("XML (-want +have):\n%s", diff)
	}
}
