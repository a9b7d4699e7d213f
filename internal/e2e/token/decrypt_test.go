package token

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/agekeys"
)

// ephemeralResults lists what `ephemeralasnull` returns for expressions with a decrypted secret: null
// in place of each ephemeral value. The function's documentation has the same list.
var ephemeralResults = map[string]struct{ expression, want string }{
	"the secret":                     {`local.secret`, `null`},
	"a template":                     {`"Bearer ${local.secret}"`, `null`},
	"encoded":                        {`jsonencode({ password = local.secret })`, `null`},
	"a hash":                         {`sha256(local.secret)`, `null`},
	"the length":                     {`length(local.secret)`, `null`},
	"the first that is not null":     {`coalesce(local.secret, "none")`, `null`},
	"the first without an error":     {`try(local.secret, "none")`, `null`},
	"without the mark sensitive":     {`nonsensitive(sensitive(local.secret))`, `null`},
	"a comparison":                   {`local.secret == null`, `null`},
	"chosen by a comparison":         {`local.secret == null ? "none" : "some"`, `null`},
	"chosen by another comparison":   {`local.encrypted == null ? local.secret : "none"`, `null`},
	"an object":                      {`merge({ username = "deploy" }, { password = local.secret })`, `{"password":null,"username":"deploy"}`},
	"a list":                         {`[for text in ["deploy", local.secret] : upper(text)]`, `["DEPLOY",null]`},
	"a set":                          {`toset(["deploy", local.secret])`, `null`},
	"the keys of an object":          {`keys({ password = local.secret })`, `["password"]`},
	"the length of a list":           {`length([local.secret])`, `1`},
	"whether it can be decrypted":    {`can(local.secret)`, `true`},
	"null for a null token":          {`provider::opsaccess::decrypt(null, "none") == null`, `true`},
	"null for a null identity":       {`provider::opsaccess::decrypt(local.encrypted, null) == null`, `true`},
	"null for an ephemeral identity": {`provider::opsaccess::decrypt(null, var.identity) == null`, `null`},
	"with an ordinary private key":   {`provider::opsaccess::decrypt(local.encrypted, local.ordinary) != null`, `true`},
}

// TestAccDecrypt_theResultIsEphemeral tests that the result is ephemeral if the identity is, with each
// CLI, and already in the plan that issues the token.
func TestAccDecrypt_theResultIsEphemeral(t *testing.T) {
	t.Parallel()

	s := providertest.NewForemanSandbox(t)
	user := s.AddUser(t, providertest.User{Login: "svc-pipeline"})
	w := s.Workspace(t)
	identity, key := agekeys.Native(t)

	text := s.AdminBlock() + encryptedTo(user, key.Recipient) + fmt.Sprintf(`
variable "identity" {
  type      = string
  ephemeral = true
}

locals {
  ordinary  = %q
  encrypted = %s.encrypted_token
  secret    = provider::opsaccess::decrypt(local.encrypted, var.identity)
}
`, identity, providertest.TokenAddress)

	w.File(t, "identity.auto.tfvars", fmt.Sprintf("identity = %q\n", identity))
	w.Write(t, text+"output \"secret\" {\n  value = local.secret\n}\n")
	w.Refused(t, "phemeral value", "plan")

	var outputs strings.Builder
	for name, result := range ephemeralResults {
		fmt.Fprintf(&outputs, "output %q {\n  value = jsonencode(ephemeralasnull(%s))\n}\n", strings.ReplaceAll(name, " ", "-"), result.expression)
	}

	w.Write(t, text+outputs.String())
	w.Apply(t)

	var got map[string]struct {
		Value string `json:"value"`
	}

	providertest.Must(t, json.Unmarshal([]byte(w.Run(t, "output", "-json").Text), &got))

	for name, result := range ephemeralResults {
		if got := got[strings.ReplaceAll(name, " ", "-")].Value; got != result.want {
			t.Errorf("%s, %s: got %q, want %q", name, result.expression, got, result.want)
		}
	}

	w.Destroy(t)
}
