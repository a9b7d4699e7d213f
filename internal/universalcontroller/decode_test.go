package universalcontroller

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/verdict"
)

func TestJSONAndXMLOfAUserWithEveryPropertyAreEqual(t *testing.T) {
	t.Parallel()

	read := func(file, mediaType string) pat.User {
		s := newScript(t, map[string][]canned{callUser: {{http.StatusOK, mediaType, testdata(t, file)}}})

		users, err := newDriver(t, s.url).Users(t.Context(), pat.UserQuery{
			Ref: pat.Some(pat.UserRef{ID: userID}), WithTokens: true,
		})
		if err != nil || len(users) != 1 {
			t.Fatalf("%s: %d users, %v", file, len(users), err)
		}

		return users[0]
	}

	fromJSON := read("full/user.json", asJSON)
	fromXML := read("full/user.xml", "text/xml; charset=utf-8")

	if diff := cmp.Diff(fromJSON, fromXML); diff != "" {
		t.Errorf("JSON and XML differ:\n%s", diff)
	}

	native, ok := fromJSON.Native.(*User)
	if !ok {
		t.Fatalf("the native record is a %T", fromJSON.Native)
	}

	for what, record := range map[string]any{"User": *native, "Permission": native.Permissions[0], "Role": native.Roles[0]} {
		for field, value := range reflect.ValueOf(record).Fields() {
			if value.IsZero() {
				t.Errorf("%s.%s was not decoded", what, field.Name)
			}
		}
	}

	if fromJSON.Enabled || !fromJSON.Admin {
		t.Errorf("enabled %t, admin %t; want a locked administrator", fromJSON.Enabled, fromJSON.Admin)
	}

	want := []pat.Token{
		{
			UserID: userID, ID: "a/b & c+d #% é", Name: "a/b & c+d #% é", Status: pat.StatusActive,
			CreatedAt: time.Date(2028, 3, 1, 3, 30, 0, 0, time.UTC), ExpiresAt: date(2028, 3, 1),
			LastUsedAt: time.Date(2028, 3, 1, 3, 30, 0, 0, time.UTC), Used: true,
		},
		{
			UserID: userID, ID: "b", Name: "b", Status: pat.StatusActive,
			CreatedAt: time.Date(2028, 3, 1, 3, 30, 1, 0, time.UTC), Used: true,
		},
	}
	if diff := cmp.Diff(want, fromJSON.Tokens); diff != "" {
		t.Errorf("the tokens differ from the response:\n%s", diff)
	}

	if text := fmt.Sprintf("%+v %+v", fromJSON, *native); strings.Contains(text, "abc123") {
		t.Errorf("the password was decoded: %s", text)
	}
}

// Members that are only used to export and import records are not decoded, and neither is the id of a
// role's assignment.
func TestTheRecordsHaveThePropertiesOfTheVendorsInterface(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		record reflect.Type
		want   string
	}{
		"user": {reflect.TypeFor[userRecord](), "sysId userName firstName middleName lastName email " +
			"title active lockedOut passwordNeedsReset businessPhone mobilePhone timeZone department manager browserAccess " +
			"commandLineAccess webServiceAccess loginMethod impersonate permissions userRoles tokens"},
		"permission": {reflect.TypeFor[permissionRecord](), "sysId permissionType opCreate opRead opUpdate opDelete " +
			"opExecute nameWildcard commands opswiseGroups allGroups defaultGroup notGroups"},
		"role":  {reflect.TypeFor[userRoleRecord](), "role"},
		"token": {reflect.TypeFor[tokenRecord](), "name expiration lastUsed createTime userId userName"},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got := map[string]bool{}

			for _, field := range reflect.VisibleFields(test.record) {
				if key := field.Tag.Get("json"); key != "" {
					got[key] = true
				}
			}

			for key := range strings.FieldsSeq(test.want) {
				if !got[key] {
					t.Errorf("%s is not decoded", key)
				}
			}

			if len(got) != len(strings.Fields(test.want)) {
				t.Errorf("%d properties are decoded, want %d", len(got), len(strings.Fields(test.want)))
			}
		})
	}
}

func TestElementsDistinguishEmptyFromMissing(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		mediaType, body string
		want            elements[tokenRecord]
	}{
		"no key":           {asJSON, `{}`, nil},
		"null":             {asJSON, `{"tokens":null}`, nil},
		"an empty array":   {asJSON, `{"tokens":[]}`, elements[tokenRecord]{}},
		"no element":       {asXML, `<user/>`, nil},
		"an empty element": {asXML, `<user><tokens/></user>`, elements[tokenRecord]{}},
		"blanks in one":    {asXML, "<user><tokens>\n</tokens></user>", elements[tokenRecord]{}},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var record userRecord
			if err := decode(rest.Response{MediaType: test.mediaType, Body: []byte(test.body)}, "user", &record); err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(test.want, record.Tokens); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnErrorNeverQuotesAPassword(t *testing.T) {
	t.Parallel()

	for name, response := range map[string]canned{
		"JSON that is cut":      document(`{"userPassword":"abc123","sysId":"`),
		"JSON without a sysId":  document(`{"userPassword":"abc123","userName":"alice"}`),
		"XML labelled as text":  {http.StatusOK, asText, `<user><userPassword>abc123</userPassword></user>`},
		"XML with a wrong root": {http.StatusOK, asXML, `<u><userPassword>abc123</userPassword></u>`},
		"JSON of another type":  document(`{"active":"x","userPassword":"abc123"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callUser: {response}})

			_, err := newDriver(t, s.url).User(t.Context(), pat.UserRef{Username: "alice"})
			verdict.Want(t, err, "protocol")

			if strings.Contains(err.Error(), "abc123") {
				t.Errorf("the error contains a password: %v", err)
			}
		})
	}
}

// The form of a last use is documented only for tokens that were never used. Any other value means
// that the token was used, and hides neither that nor the token.
func TestAnyLastUseExceptNeverCountsAsUsed(t *testing.T) {
	t.Parallel()

	at := time.Date(2022, 7, 28, 21, 11, 35, 0, time.UTC)

	type want struct {
		used bool
		at   time.Time
	}

	never, readable, unreadable := want{}, want{true, at}, want{used: true}

	texts := map[string]want{
		"":                                      never,
		"  ":                                    never,
		"Never":                                 never,
		" never ":                               never,
		"2022-07-28 17:11:35 -0400":             readable,
		"2022-07-28T17:11:35-04:00":             readable,
		"2022-07-28T21:11:35Z":                  readable,
		"2022-07-28T21:11:35.000Z":              readable,
		"2022-07-28 17:11:35":                   unreadable,
		"2022-07-28 17:11:35 EDT":               unreadable,
		"20220728":                              unreadable,
		"1659042695000":                         unreadable,
		"0":                                     unreadable,
		"null":                                  unreadable,
		"vor drei Tagen":                        unreadable,
		"Never used since 2022-07-28":           unreadable,
		"0001-01-01T00:00:00Z":                  unreadable,
		strings.Repeat("a very long time", 100): unreadable,
	}

	tests := map[string]map[string]want{asJSON: {}, asXML: {}}

	for text, use := range texts {
		tests[asJSON][fmt.Sprintf(`[{"name":"a","lastUsed":%q}]`, text)] = use
		tests[asXML]["<tokens><token><name>a</name><lastUsed>"+text+"</lastUsed></token></tokens>"] = use
	}

	for value, use := range map[string]want{
		"null": never, "1659042695000": unreadable, "1.659042695e12": unreadable, "0": unreadable, "-1": unreadable,
		"true": unreadable, "false": unreadable, "{}": unreadable, `{"time":"Never"}`: unreadable, "[]": unreadable,
		`["Never"]`: unreadable,
	} {
		tests[asJSON][`[{"name":"a","lastUsed":`+value+`}]`] = use
	}

	for element, use := range map[string]want{
		"": never, "<lastUsed/>": never, "<lastUsed></lastUsed>": never, "<lastUsed><!-- none --></lastUsed>": never,
		`<lastUsed xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>`: never,
		"<lastUsed><![CDATA[Never]]></lastUsed>":                                           never,
		"<lastUsed><![CDATA[2022-07-28 17:11:35 -0400]]></lastUsed>":                       readable,
		"<lastUsed><time>2022-07-28 17:11:35 -0400</time></lastUsed>":                      unreadable,
		"<lastUsed>Never<time/></lastUsed>":                                                unreadable,
		`<lastUsed time="2022-07-28 17:11:35 -0400"/>`:                                     unreadable,
	} {
		tests[asXML]["<tokens><token><name>a</name>"+element+"</token></tokens>"] = use
	}

	tests[asJSON][`[{"name":"a"}]`] = never

	for mediaType, bodies := range tests {
		for body, use := range bodies {
			t.Run(body[:min(len(body), 80)], func(t *testing.T) {
				t.Parallel()

				s := newScript(t, map[string][]canned{callList: {{http.StatusOK, mediaType, body}}})

				tokens, err := newDriver(t, s.url).Tokens(t.Context(), userID, pat.TokenQuery{})
				if err != nil || len(tokens) != 1 {
					t.Fatalf("%d tokens, %v; want one", len(tokens), err)
				}

				if got := (want{tokens[0].Used, tokens[0].LastUsedAt}); got != use {
					t.Errorf("got %v, want %v", got, use)
				}
			})
		}
	}
}
