package token

import (
	"context"
	"fmt"
	"strings"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// MoveState moves the states of other resources to this one. Terraform calls it on a provider that
// is not configured, so it cannot read from the server; the next refresh does.
func (r *tokenResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: moveRESTObject}}
}

// moveRESTObject converts the state of a restapi_object to that of a token. The schemas of
// restapi_object differ between versions, but the raw state of each contains everything required.
func moveRESTObject(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
	diags := &resp.Diagnostics

	if !isRESTObject(req) {
		diags.AddError("Only a restapi_object can be moved", fmt.Sprintf(
			"The source is a %s of the provider %s. State can be moved here from the restapi_object of the provider "+
				"Mastercard/restapi alone. %s", req.SourceTypeName, req.SourceProviderAddress, howToImport))

		return
	}

	name, found, err := platform.Recognize(req.SourceRawState.JSON)
	if err != nil {
		refuseMove(err, diags)

		return
	}

	diags.Append(resp.TargetState.Set(ctx, emptyModel().with(movedRecord(name, found)).object(diags))...)

	if found.Token.Secret == "" {
		reportNotices(nil, tokens.Notices{tokens.SecretUnknown{Name: found.Token.Name}}, diags)

		return
	}

	diags.AddWarning("Earlier versions of the state contain the secret", fmt.Sprintf(
		"The moved object stored the secret of the token %q (id %s) in plain text. The current state now stores it only in `token`. "+
			"Earlier versions and backups of the state still contain it.\n\nRotate the token: change a value in `rotation.triggers` "+
			"in a later run.", found.Token.Name, found.Token.ID))
}

const howToImport = "Take the `moved` block out. The token can be imported: drop the other resource from the state with a " +
	"`removed` block with `destroy = false`, and write an `import` block with <username or user id>/<token id or name>."

func refuseMove(err error, diags *diag.Diagnostics) {
	diags.AddError("Could not move the restapi_object", tfvalue.Sentence(err)+" Nothing was changed. "+howToImport)
}

// movedRecord returns the record of a token that another provider managed. With its secret, the
// record is like that of a token that was issued here, and without it like that of an imported
// token.
func movedRecord(platformName string, found platform.Recognized) tokens.Record {
	token := found.Token
	// This is the status of the last read; the refresh determines the current one.
	token.Status = pat.StatusActive

	record := tokens.AdoptedRecord(pat.User{ID: token.UserID}, token.Token)
	record.Platform = lifecycle.Known(platformName)

	if found.Username != "" {
		record.Username = lifecycle.Known(found.Username)
	} else {
		record.UserID = lifecycle.Known(token.UserID)
	}

	if token.Secret != "" {
		record = record.WithKnownSecret(token.Secret)
	}

	return record
}

func isRESTObject(req resource.MoveStateRequest) bool {
	address := "/" + strings.ToLower(req.SourceProviderAddress)

	return req.SourceTypeName == "restapi_object" && strings.HasSuffix(address, "/mastercard/restapi")
}
