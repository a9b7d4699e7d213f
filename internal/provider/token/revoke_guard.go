package token

import (
	"context"
	"fmt"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// mayRevokeOf refuses a user of whom a token may be what the provider logs in with. Only
// whose token that is can be known: a list shows no secret to compare it with, and the last
// use of a token is not proof, for others are in use at the same time.
func (a *revokeTokensAction) mayRevokeOf(
	ctx context.Context, model revokeTokensModel, userID string, diags *diag.Diagnostics,
) bool {
	if model.IncludeOwnUser.ValueBool() || !a.MayBeToken {
		return true
	}

	const wayOut = "To revoke them all the same, set `include_own_user = true`: the token that was used last is then revoked " +
		"last, and this run may be the last one with this credential."

	at := path.Root("include_own_user")

	switch self, err := a.System.CurrentUser(ctx); {
	case err != nil:
		diags.AddAttributeError(at, "It is not known who the provider is", fmt.Sprintf(
			"The provider's own credential may be one of the tokens, and nothing was revoked. %s %s", tfvalue.Sentence(err), wayOut))
	case self.ID == userID:
		diags.AddAttributeError(at, "The tokens are those of the provider's own user", fmt.Sprintf(
			"The provider logs in as %s, and its credential may be one of the tokens. Nothing was revoked. Use the account of "+
				"another administrator. %s", self.Username, wayOut))
	default:
		return true
	}

	return false
}
