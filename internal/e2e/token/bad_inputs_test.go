package token

import (
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

// Each bad input is an error that names the argument, the value and the remedy, and
// nothing is sent.
func TestAccBadInputs(t *testing.T) {
	t.Parallel()

	const user = "user_id = \"5\"\n"

	for name, test := range map[string]struct{ config, err string }{
		"no user":                     {providertest.TokenConfig(`name_prefix = "x-"`), "At least one attribute out of [user_id,username] must be specified"},
		"a blank username":            {providertest.TokenConfig("username = \"\"\nname_prefix = \"x-\""), `"" is blank`},
		"a username with outer blank": {providertest.TokenConfig("username = \"svc \"\nname_prefix = \"x-\""), `write "svc"`},
		"a login for a user_id":       {providertest.TokenConfig("user_id = \"svc\"\nname_prefix = \"x-\""), `"svc" is not a user's key on Foreman`},
		"a user_id with a login":      {providertest.TokenConfig("user_id = \"5abc\"\nname_prefix = \"x-\""), "For a login, use username"},
		"no name":                     {providertest.TokenConfig(user), "[name,name_prefix]"},
		"name and name_prefix":        {providertest.TokenConfig(user + "name = \"x\"\nname_prefix = \"x-\""), "[name,name_prefix]"},
		"an empty name":               {providertest.TokenConfig(user + `name = ""`), `"" is blank`},
		"a blank name":                {providertest.TokenConfig(user + `name = "  "`), `"  " is blank`},
		"a name with outer blanks":    {providertest.TokenConfig(user + `name = " padded "`), `write "padded"`},
		"a name with a line feed":     {providertest.TokenConfig(user + `name = "a\nb"`), "has a control character"},
		"Katello's own name":          {providertest.TokenConfig(user + `name = "registry"`), "is a name that Foreman issues tokens under by itself"},
		"a prefix with outer blanks":  {providertest.TokenConfig(user + `name_prefix = "x "`), `write "x"`},
		"a series in capitals":        {providertest.TokenConfig(user + "name_prefix = \"x-\"\nseries = \"ABCDEF\""), "must be six of the characters a-z and 2-7"},
		"a series with a name":        {providertest.TokenConfig(user + "name = \"x\"\nseries = \"abcdef\""), `"name" cannot be specified`},
		"a duration without a unit":   {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_in = \"90\""), `for days, write "90d"`},
		"a duration in months":        {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_in = \"3M\""), `for example 90d or 12h30m`},
		"no duration at all":          {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_in = \"0s\""), "one second or more"},
		"a duration beyond reason":    {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_in = \"101w5200w\""), "longer than 100 years"},
		"two expiries":                {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_in = \"1d\"\nexpires_at = \"2031-01-01T00:00:00Z\""), `"expires_at" cannot be specified`},
		"a bare date":                 {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_at = \"2031-05-06\""), `write "2031-05-06T00:00:00Z"`},
		"an impossible date":          {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_at = \"2031-02-30T00:00:00Z\""), `"2031-02-30T00:00:00Z" is not a timestamp`},
		"a timestamp without a zone":  {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_at = \"2031-05-06T07:08:09\""), "is not a timestamp of RFC 3339"},
		"a fraction of a second":      {providertest.TokenConfig(user + "name_prefix = \"x-\"\nexpires_at = \"2031-05-06T07:08:09.5Z\""), `Write "2031-05-06T07:08:09Z"`},
		"an order that is none":       {"data \"opsaccess_personal_access_tokens\" \"t\" {\n" + user + "foreman = {\n order = \"created_at\"\n }\n}", "must match"},
		"an order with two fields":    {"data \"opsaccess_personal_access_tokens\" \"t\" {\n" + user + "foreman = {\n order = \"name ASC id\"\n }\n}", "must match"},
		"page 0":                      {"data \"opsaccess_personal_access_tokens\" \"t\" {\n" + user + "foreman = {\n page = 0\n }\n}", "must be at least 1"},
		"a status that is none":       {"data \"opsaccess_personal_access_tokens\" \"t\" {\n" + user + "status = \"dead\"\n}", `got: "dead"`},
		"token_id and name":           {"data \"opsaccess_personal_access_token\" \"t\" {\n" + user + "token_id = \"1\"\nname = \"x\"\n}", "[token_id,name]"},
		"a token_id that is no id":    {"data \"opsaccess_personal_access_token\" \"t\" {\n" + user + "token_id = \"1abc\"\n}", `a token by the id "1abc"`},
		"a token_id that is too long": {"data \"opsaccess_personal_access_token\" \"t\" {\n" + user + "token_id = \"" + fmt.Sprintf("%0129d", 1) + "\"\n}", "between 1 and 128"},
		"no user of a data source":    {"data \"opsaccess_user\" \"t\" {}", "At least one attribute out of [user_id,username] must be specified"},
		"no user of an ephemeral one": {ephemeralConfig(""), "At least one attribute out of [user_id,username] must be specified"},
		"an ephemeral blank prefix":   {ephemeralConfig(user + `name_prefix = " "`), `" " is blank`},
		"an ephemeral duration":       {ephemeralConfig(user + `expires_in = "1"`), `for days, write "1d"`},
		"an ephemeral user_id":        {ephemeralConfig(`user_id = "svc"`), `"svc" is not a user's key on Foreman`},
		"the same, in a plan":         {ephemeralConfig("user_id = \"svc\"\napplying = terraform.applying"), `"svc" is not a user's key on Foreman`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s, server := providertest.NewForemanServer(t, foremanserver.Options{})
			s.Run(t, resource.TestStep{Config: s.AdminBlock() + test.config, ExpectError: providertest.Words(test.err)})

			if sent := server.Count(nil); sent != 0 {
				t.Errorf("%d requests were sent, want none", sent)
			}
		})
	}
}

// An expired token is reissued if its lifetime is relative, and left alone, with a
// warning, if it expired when it was told to.
func TestAccToken_expired(t *testing.T) {
	t.Parallel()

	clock := &providertest.Clock{}
	options := foremanserver.Options{}
	options.Console.Now = clock.Now

	s, _ := providertest.NewForemanServer(t, options)
	user := s.AddUser(t, providertest.User{Login: "svc-expired"})
	at := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)

	config := s.AdminBlock() + providertest.TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"r-\"\nexpires_in = \"1d\"", user.ID)) +
		fmt.Sprintf(`
resource "opsaccess_personal_access_token" "fixed" {
  user_id     = %q
  name_prefix = "f-"
  expires_at  = %q
}
`, user.ID, at)

	s.Run(
		t,
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() { clock.Move(72 * time.Hour) },
			Config:    config,
			ConfigStateChecks: providertest.Checks(
				providertest.HasText(providertest.TokenAddress, "expired", "issue_reason"), providertest.HasText(providertest.TokenAddress, "active", "status"),
				providertest.HasText("opsaccess_personal_access_token.fixed", "expired", "status"),
				providertest.HasText("opsaccess_personal_access_token.fixed", "created", "issue_reason"),
			),
		},
		resource.TestStep{Config: config, ConfigPlanChecks: providertest.EmptyPlan()},
	)
}
