package protocol

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// TestBadInputs tests that each invalid input is an error that names the argument, the value and the
// remedy, and that no request is sent.
func TestBadInputs(t *testing.T) {
	t.Parallel()

	const (
		resource = "resource " + providertest.TokenType
		source   = "data " + providertest.TokenType
		list     = "data opsaccess_personal_access_tokens"
	)

	token := func(more ...any) map[string]any { return set("user_id", "5", "name_prefix", "x-").with(more...) }
	of5 := func(more ...any) map[string]any { return set("user_id", "5").with(more...) }
	recipients := func(texts ...any) []tftypes.Value {
		values := []tftypes.Value{}
		for _, text := range texts {
			values = append(values, tftypes.NewValue(tftypes.String, text))
		}

		return values
	}

	for name, test := range map[string]struct {
		construct string
		set       map[string]any
		err       string
	}{
		"no user":                          {resource, set("name_prefix", "x-"), "At least one attribute out of [user_id,username] must be specified"},
		"a blank username":                 {resource, set("username", "", "name_prefix", "x-"), `"" is blank`},
		"a username with a trailing space": {resource, set("username", "svc ", "name_prefix", "x-"), `write "svc"`},
		"a login for a user_id":            {resource, set("user_id", "svc", "name_prefix", "x-"), `"svc" is not a user's id on Foreman`},
		"a user_id with a login":           {resource, set("user_id", "5abc", "name_prefix", "x-"), "For a login, use `username`"},
		"no name":                          {resource, of5(), "[name,name_prefix]"},
		"name and name_prefix":             {resource, token("name", "x"), "[name,name_prefix]"},
		"an empty name":                    {resource, of5("name", ""), `"" is blank`},
		"a blank name":                     {resource, of5("name", "  "), `"  " is blank`},
		"a name with outer blanks":         {resource, of5("name", " padded "), `write "padded"`},
		"a name with a line feed":          {resource, of5("name", "a\nb"), "has a control character"},
		"Katello's reserved name":          {resource, of5("name", "registry"), "is reserved: Foreman issues tokens with this name itself"},
		"a prefix with outer blanks":       {resource, of5("name_prefix", "x "), `write "x"`},
		"a series in capitals":             {resource, token("series", "ABCDEF"), "must be six of the characters a-z and 2-7"},
		"an invalid series":                {resource, token("series", "1"), "must be six of the characters a-z and 2-7"},
		"a series with a name":             {resource, of5("name", "x", "series", "abcdef"), `"name" cannot be specified`},
		"a duration without a unit":        {resource, token("expires_in", "90"), `for days, write "90d"`},
		"a duration in months":             {resource, token("expires_in", "3M"), `for example 90d or 12h30m`},
		"a zero duration":                  {resource, token("expires_in", "0s"), "at least one second"},
		"a duration over 100 years":        {resource, token("expires_in", "101w5200w"), "longer than 100 years"},
		"an age without a unit":            {resource, token("rotation", set("max_age", "90")), `for days, write "90d"`},
		"a zero window":                    {resource, token("rotation", set("before_expiry", "0s")), "at least one second"},
		"two expiries":                     {resource, token("expires_in", "1d", "expires_at", "2031-01-01T00:00:00Z"), `"expires_at" cannot be specified`},
		"a bare date":                      {resource, token("expires_at", "2031-05-06"), `write "2031-05-06T00:00:00Z"`},
		"an impossible date":               {resource, token("expires_at", "2031-02-30T00:00:00Z"), `"2031-02-30T00:00:00Z" is not a timestamp`},
		"a timestamp without a zone":       {resource, token("expires_at", "2031-05-06T07:08:09"), "is not a timestamp of RFC 3339"},
		"a fraction of a second":           {resource, token("expires_at", "2031-05-06T07:08:09.5Z"), `Write "2031-05-06T07:08:09Z"`},
		"no recipient":                     {resource, token("encrypt_to", recipients()), "no recipient"},
		"a null recipient":                 {resource, token("encrypt_to", recipients(nil)), "null"},
		"an invalid recipient":             {resource, token("encrypt_to", recipients("alice")), "must start with"},
		"a private key":                    {resource, token("encrypt_to", recipients("AGE-SECRET-KEY-1QQQQ")), "private key"},
		"an invalid order":                 {list, of5("foreman", set("order", "created_at")), "must match"},
		"an order with two fields":         {list, of5("foreman", set("order", "name ASC id")), "must match"},
		"page 0":                           {list, of5("foreman", set("page", 0)), "must be at least 1"},
		"an invalid status":                {list, of5("status", "dead"), `got: "dead"`},
		"token_id and name":                {source, of5("token_id", "1", "name", "x"), "[token_id,name]"},
		"an invalid token_id":              {source, of5("token_id", "1abc"), `a token by the id "1abc"`},
		"a token_id that is too long":      {source, of5("token_id", fmt.Sprintf("%0129d", 1)), "between 1 and 128"},
		"no user of a data source":         {"data opsaccess_user", set(), "At least one attribute out of [user_id,username] must be specified"},
		"no user of an ephemeral token":    {"ephemeral " + providertest.TokenType, set(), "At least one attribute out of [user_id,username] must be specified"},
		"an ephemeral blank prefix":        {"ephemeral " + providertest.TokenType, of5("name_prefix", " "), `" " is blank`},
		"an ephemeral duration":            {"ephemeral " + providertest.TokenType, of5("expires_in", "1"), `for days, write "1d"`},
		"an ephemeral user_id":             {"ephemeral " + providertest.TokenType, set("user_id", "svc"), `"svc" is not a user's id on Foreman`},
		"the same, not applying":           {"ephemeral " + providertest.TokenType, set("user_id", "svc", "applying", false), `"svc" is not a user's id on Foreman`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s, server := providertest.NewForemanServer(t, foremanserver.Options{})

			said := refusals(t, s.Admin(t), test.construct, test.set)
			if text := strings.Join(strings.Fields(strings.Join(said, " ")), " "); len(said) == 0 || !strings.Contains(text, strings.Join(strings.Fields(test.err), " ")) && !strings.Contains(strings.Join(said, " "), test.err) {
				t.Errorf("the errors are %q, want %q", said, test.err)
			}

			if sent := server.Count(nil); sent != 0 {
				t.Errorf("%d requests were sent, want none", sent)
			}
		})
	}
}

// arguments holds some arguments of a construct; the others are null.
type arguments map[string]any

// set returns arguments from pairs of a name and a value.
func set(pairs ...any) arguments { return arguments{}.with(pairs...) }

func (a arguments) with(pairs ...any) arguments {
	all := arguments(having(a, nil))

	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)

		all[name] = pairs[i+1]
		if nested, ok := pairs[i+1].(arguments); ok {
			all[name] = map[string]any(nested)
		}
	}

	return all
}

// refusals validates a construct, then plans, reads or opens it, and returns the errors.
func refusals(t *testing.T, server providertest.ProtocolServer, construct string, set map[string]any) []string {
	t.Helper()

	kind, typeName, _ := strings.Cut(construct, " ")

	switch kind {
	case "resource":
		return providertest.NewTokenState(t).Plan(t, server, set).Errors
	case "data":
		return providertest.ReadData(t, server, typeName, set)
	}

	config := providertest.EncodeObject(t, providertest.Schemas(t)[construct].ValueType(), set)

	if errs := providertest.Texts(providertest.ValidateConfig(t, server, kind, typeName, config), tfprotov6.DiagnosticSeverityError); len(errs) > 0 {
		return errs
	}

	opened, err := server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: config})
	providertest.Must(t, err)

	return providertest.Texts(opened.Diagnostics, tfprotov6.DiagnosticSeverityError)
}

// TestBadInputs_ofUniversalController tests that the plan reports inputs that the platform does not
// allow.
func TestBadInputs_ofUniversalController(t *testing.T) {
	t.Parallel()

	s := providertest.NewUniversalController(t)
	user := s.AddUser(t, providertest.User{Login: "svc.refused"})
	of := func(more ...any) map[string]any { return set("user_id", user.ID).with(more...) }

	for name, test := range map[string]struct {
		construct string
		set       map[string]any
		err       string
	}{
		"an instant that is not a date":        {"resource " + providertest.TokenType, of("name_prefix", "x-", "expires_at", "2031-05-06T07:08:09Z"), `write "2031-05-07T00:00:00Z"`},
		"a name of 101 characters":             {"resource " + providertest.TokenType, of("name", strings.Repeat("x", 101)), "Universal Controller allows 100"},
		"a prefix without room for the suffix": {"resource " + providertest.TokenType, of("name_prefix", strings.Repeat("x", 90)), "Universal Controller allows 100"},
		"an ephemeral prefix":                  {"ephemeral " + providertest.TokenType, of("name_prefix", strings.Repeat("x", 90), "applying", false), "Universal Controller allows 100"},
		"a Foreman id for a user":              {"resource " + providertest.TokenType, set("user_id", "5", "name_prefix", "x-"), `"5" has the form of a user's id on Foreman, and this provider is configured for Universal Controller`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			if said := refusals(t, s.Admin(t), test.construct, test.set); len(said) != 1 || !strings.Contains(said[0], test.err) {
				t.Errorf("the errors are %q, want %q", said, test.err)
			}
		})
	}
}
