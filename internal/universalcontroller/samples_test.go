package universalcontroller

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/rest"
)

func TestEverySampleHasATest(t *testing.T) {
	t.Parallel()

	samples, err := files.ReadDir("testdata/samples")
	if err != nil {
		t.Fatal(err)
	}

	var got []string
	for _, file := range samples {
		got = append(got, file.Name())
	}

	want := []string{
		"token_create_request.json", "token_create_request.xml", "token_create_response.txt",
		"token_list.json", "token_list.xml", "user_list.json", "user_list.xml",
		"user_with_tokens.json", "user_with_tokens.xml",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the samples have changed:\n%s", diff)
	}
}

// decoded decodes a sample as a response of the given content type.
func decoded[T any](t *testing.T, name, mediaType, root string) T {
	t.Helper()

	var out T
	if err := decode(rest.Response{MediaType: mediaType, Body: []byte(sample(t, name))}, root, &out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}

	return out
}

func TestSampleOfATokenRequest(t *testing.T) {
	t.Parallel()

	fromJSON := decoded[tokenRecord](t, "token_create_request.json", asJSON, "token")
	fromXML := decoded[tokenRecord](t, "token_create_request.xml", asXML, "token")

	// The vendor's two samples are for two users.
	fromXML.UserName = fromJSON.UserName

	if diff := cmp.Diff(fromJSON, fromXML); diff != "" {
		t.Errorf("JSON and XML differ:\n%s", diff)
	}

	if want := (tokenRecord{Name: "test1", UserName: "ops.admin", Expiration: "2022-07-30"}); fromJSON != want {
		t.Errorf("the sample is %+v, want %+v", fromJSON, want)
	}

	request, err := createRequest(userID, pat.NewToken{Name: "test1", ExpiresAt: pat.Some(date(2022, 7, 30))})
	if err != nil {
		t.Fatal(err)
	}

	var want, got map[string]string
	if err := json.Unmarshal([]byte(sample(t, "token_create_request.json")), &want); err != nil {
		t.Fatal(err)
	}

	if err := json.Unmarshal(request.Body, &got); err != nil {
		t.Fatal(err)
	}

	// The sample contains the user's name and a blank id; the driver never sends a name.
	delete(want, "userName")
	want["userId"] = userID

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the driver's request differs from the sample:\n%s", diff)
	}
}

func TestSampleOfASecret(t *testing.T) {
	t.Parallel()

	secret, err := secretOf(rest.Response{
		MediaType: "text/plain", Body: []byte(sample(t, "token_create_response.txt")), EndProven: true,
	})
	if err != nil || secret.Reveal() != "ucp_taUF" {
		t.Errorf("the secret was decoded as %q, %v", secret.Reveal(), err)
	}
}

// sampleTokens are the tokens in the samples, with their status at that time.
func sampleTokens(userID string) []pat.Token {
	token := func(name string, created time.Time) pat.Token {
		return pat.Token{
			UserID: userID, ID: name, Name: name, Status: pat.StatusActive,
			CreatedAt: created, ExpiresAt: date(2022, 7, 30),
		}
	}

	return []pat.Token{
		token("test2", time.Date(2022, 7, 28, 21, 11, 35, 0, time.UTC)),
		token("test3", time.Date(2022, 7, 29, 16, 39, 20, 0, time.UTC)),
		token("test4", time.Date(2022, 7, 28, 21, 8, 7, 0, time.UTC)),
		token("test5", time.Date(2022, 7, 29, 16, 56, 33, 0, time.UTC)),
	}
}

// sampleTime is a day on which the tokens in the samples are active.
func sampleTime(o *Options) {
	o.Client.Clock = pat.NewClock(pat.Runner{Now: func() time.Time { return date(2022, 7, 29) }})
}

func TestSamplesOfATokenList(t *testing.T) {
	t.Parallel()

	for name, mediaType := range map[string]string{"token_list.json": asJSON, "token_list.xml": asXML} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{
				callList: {{http.StatusOK, mediaType + ";charset=UTF-8", sample(t, name)}},
			})

			got, err := newDriver(t, s.url, sampleTime).Tokens(t.Context(), userID, pat.TokenQuery{})
			if diff := cmp.Diff(sampleTokens(userID), got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestSamplesOfAUserWithTokens(t *testing.T) {
	t.Parallel()

	const id = "e0bde364c0a802ba0092e79554132023"

	want := pat.User{
		ID: id, Username: "ops.admin", FirstName: "Administrator", Enabled: true, Admin: true,
		Tokens: sampleTokens(id),
		Native: &User{
			Active: true, BrowserAccess: "Yes", CommandLineAccess: "Yes", WebServiceAccess: "Yes",
			LoginMethod: "Standard", Permissions: []Permission{}, Roles: []Role{},
		},
	}

	for name, mediaType := range map[string]string{"user_with_tokens.json": asJSON, "user_with_tokens.xml": asXML} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callUser: {{http.StatusOK, mediaType, sample(t, name)}}})

			got, err := newDriver(t, s.url, sampleTime).Users(t.Context(), pat.UserQuery{
				Ref: pat.Some(pat.UserRef{Username: "ops.admin"}), WithTokens: true,
			})
			if diff := cmp.Diff([]pat.User{want}, got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

// joe is the user in the samples of a list.
func joe(change func(*User)) pat.User {
	native := &User{
		MiddleName: "M", Title: "Vice President", Manager: "Administrator", Active: true,
		BrowserAccess: "-- System Default --", CommandLineAccess: "-- System Default --",
		WebServiceAccess: "-- System Default --", LoginMethod: "Standard, Single Sign-On",
		Permissions: []Permission{}, Roles: []Role{},
	}
	change(native)

	return pat.User{
		ID: userID, Username: "test.user", FirstName: "Joe", LastName: "Doe", Email: "test@test.com",
		Enabled: true, Native: native,
	}
}

func TestSamplesOfAUserList(t *testing.T) {
	t.Parallel()

	agents := Permission{
		SysID: "c489750500d444eca9325559d0ef9673", Type: "Agent", Read: true, Update: true, Execute: true,
		NameWildcard: "*", Commands: "ALL", OpswiseGroups: []string{}, DefaultGroup: true,
	}
	deletes := agents
	deletes.Delete = true

	tests := map[string]struct {
		mediaType string
		// second sets what the second user has in addition to the first. The documentation's two
		// samples differ: the user in the XML may delete, and has no roles.
		second func(*User)
	}{
		"user_list.json": {asJSON, func(u *User) {
			u.Permissions = []Permission{agents}
			u.Roles = []Role{
				{
					Name:        "ops_universal_template_admin",
					Description: "The universal template admin role.",
				},
				{
					Name:        "ops_report_publish",
					Description: "The report publishing role.",
				},
			}
		}},
		"user_list.xml": {asXML, func(u *User) { u.Permissions = []Permission{deletes} }},
	}

	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s := newScript(t, map[string][]canned{callUsers: {{http.StatusOK, test.mediaType, sample(t, name)}}})

			got, err := newDriver(t, s.url).Users(t.Context(), pat.UserQuery{})
			want := []pat.User{joe(func(*User) {}), joe(test.second)}

			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestEachKeyOfTheSamplesIsKnown(t *testing.T) {
	t.Parallel()

	// Never decoded: a password, and members that are only used to export and import records.
	known := []string{"userPassword", "retainSysIds", "excludeRelated", "exportReleaseLevel", "exportTable"}
	known = append(known, "role", "description", "value")

	for _, record := range []reflect.Type{
		reflect.TypeFor[userRecord](), reflect.TypeFor[tokenRecord](), reflect.TypeFor[permissionRecord](),
		reflect.TypeFor[userRoleRecord](),
	} {
		for field := range record.Fields() {
			known = append(known, field.Tag.Get("json"))
		}
	}

	for _, name := range []string{"token_list.json", "user_list.json", "user_with_tokens.json"} {
		var body any
		if err := json.Unmarshal([]byte(sample(t, name)), &body); err != nil {
			t.Fatal(err)
		}

		for _, key := range keys(body) {
			if !slices.Contains(known, key) {
				t.Errorf("%s: Universal Controller sends %q, which the driver does not know", name, key)
			}
		}
	}
}

// keys returns the keys of all objects in a document.
func keys(value any) []string {
	var all []string

	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			all = append(append(all, key), keys(value[key])...)
		}
	case []any:
		for _, element := range value {
			all = append(all, keys(element)...)
		}
	}

	return all
}

func TestNoRecordHasAPassword(t *testing.T) {
	t.Parallel()

	for _, record := range []reflect.Type{reflect.TypeFor[userRecord](), reflect.TypeFor[User]()} {
		for field := range record.Fields() {
			if strings.Contains(strings.ToLower(field.Name), "password") && field.Name != "PasswordNeedsReset" {
				t.Errorf("%s has the field %s", record, field.Name)
			}
		}
	}
}
