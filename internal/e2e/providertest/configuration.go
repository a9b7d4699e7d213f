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

// HCLString quotes a text for HCL, which knows Go's escapes but for its own templates.
func HCLString(text string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{", "\n", `\n`).Replace(text)

	return `"` + quoted + `"`
}

// TokenAddress is the resource of most configurations.
const TokenAddress = "opsaccess_personal_access_token.test"

// TokenConfig returns the resource with the given arguments, one a line.
func TokenConfig(arguments string) string {
	return fmt.Sprintf("resource \"opsaccess_personal_access_token\" \"test\" {\n%s\n}\n", arguments)
}

// RevokeType is the type of the action.
const RevokeType = "opsaccess_revoke_personal_access_tokens"

// ImportBlock returns a block that imports the token.
func ImportBlock(id string) string {
	return fmt.Sprintf("import {\n to = %s\n id = %q\n}\n", TokenAddress, id)
}

// WithSetting returns the provider block with one more setting of its own.
func WithSetting(block, text string) string {
	return strings.Replace(block, "provider \"opsaccess\" {", "provider \"opsaccess\" {\n  "+text, 1)
}

// Rotating returns a configuration of a token for the user, with what is in its rotation
// block.
func Rotating(user Account, arguments, rotation string) string {
	return TokenConfig(fmt.Sprintf("user_id = %q\nname_prefix = \"r-\"\n%s\nrotation = {\n%s\n}", user.ID, arguments, rotation))
}

// Trigger returns a trigger of this value.
func Trigger(n int) string { return "triggers = { value = " + strconv.Quote(strconv.Itoa(n)) + " }" }

// TerraformData returns a resource whose output is the text, and unknown in the plan that
// replaces it, which a changed trigger does.
func TerraformData(name, text, trigger string) string {
	return fmt.Sprintf(`
resource "terraform_data" %q {
  input            = %s
  triggers_replace = %q
}
`, name, HCLString(text), trigger)
}
