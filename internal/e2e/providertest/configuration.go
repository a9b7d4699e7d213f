package providertest

import (
	"fmt"
	"strconv"
	"strings"
)

// TokenType is the type of the resource, the list resource and the ephemeral resource.
const TokenType = "opsaccess_personal_access_token"

// UserType is the type of the resource that modifies a user.
const UserType = "opsaccess_universal_controller_user"

// HCLString quotes a text for HCL. HCL has Go's escapes, and templates that must be escaped as well.
func HCLString(text string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{", "\n", `\n`).Replace(text)

	return `"` + quoted + `"`
}

// TokenAddress is the address of the token resource in most configurations.
const TokenAddress = "opsaccess_personal_access_token.test"

// TokenConfig returns the token resource with the given arguments, one a line.
func TokenConfig(arguments string) string {
	return fmt.Sprintf("resource \"opsaccess_personal_access_token\" \"test\" {\n%s\n}\n", arguments)
}

// RevokeType is the type of the action.
const RevokeType = "opsaccess_revoke_personal_access_tokens"

// ImportBlock returns an import block for the token resource.
func ImportBlock(id string) string {
	return fmt.Sprintf("import {\n to = %s\n id = %q\n}\n", TokenAddress, id)
}

// WithSetting returns the provider block with one more top-level setting.
func WithSetting(block, text string) string {
	return strings.Replace(block, "provider \"opsaccess\" {", "provider \"opsaccess\" {\n  "+text, 1)
}

// Rotating returns the configuration of a user's token, with the given content of its rotation block.
func Rotating(user Account, arguments, rotation string) string {
	return TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"r-\"\n%s\nrotation = {\n%s\n}", user.ID, arguments, rotation))
}

// Trigger returns the `triggers` argument with this value.
func Trigger(n int) string { return "triggers = { value = " + strconv.Quote(strconv.Itoa(n)) + " }" }

// TerraformData returns a terraform_data resource whose output is the text. A changed trigger replaces
// it, and its output is unknown in that plan.
func TerraformData(name, text, trigger string) string {
	return fmt.Sprintf(`
resource "terraform_data" %q {
  input            = %s
  triggers_replace = %q
}
`, name, HCLString(text), trigger)
}
