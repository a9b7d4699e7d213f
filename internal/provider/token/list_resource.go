package token

import (
	"context"
	"fmt"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

var (
	_ list.ListResource              = (*tokenListResource)(nil)
	_ list.ListResourceWithConfigure = (*tokenListResource)(nil)
)

// NewListResource returns the list resource of tokens.
func NewListResource() list.ListResource { return &tokenListResource{} }

// tokenListResource lists the tokens that tokenResource can import. It has the same name and
// configuration.
type tokenListResource struct{ tokenResource }

func (r *tokenListResource) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the personal access tokens of a user for `terraform query`, which can generate the " +
			"configuration that imports them. Only tokens that match all filters are listed. Listing changes no token and shows " +
			"no secret. Tokens whose names no configuration can have, such as `registry` of Katello, are skipped with a warning.",
		Attributes: listArguments(filterArguments(
			"Match only tokens with this status: `active`, `expired` or `revoked`. Default is `active`, because no other token " +
				"can be imported.")),
	}
}

// List pushes a result for each token, until the limit is reached or the caller stops. It requests
// no more from the server than that takes. An error is the last result.
func (r *tokenListResource) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	stream.Results = func(push func(list.ListResult) bool) {
		var (
			model  filterModel
			diags  diag.Diagnostics
			listed int64
		)

		diags.Append(req.Config.Get(ctx, &model)...)

		owner, query := r.prepare(ctx, req, &model, &diags)
		filter := model.filter(&diags)

		if diags.HasError() {
			push(list.ListResult{Diagnostics: diags})

			return
		}

		for token, err := range r.Engine.Each(ctx, owner.ID, query) {
			switch {
			case err != nil:
				tfvalue.ReportError(&diags, "list the personal access tokens", err)
				push(list.ListResult{Diagnostics: diags})

				return
			case !filter.Selects(token, r.Engine.Clock.Now()):
				continue
			}

			if err := lifecycle.CheckName(token.Name, r.System.Traits()); err != nil {
				if !push(leftOut(token, err)) {
					return
				}

				continue
			}

			if listed++; !push(r.result(ctx, req, owner, token)) || listed == req.Limit {
				return
			}
		}
	}
}

// prepare finds the user and completes the model. It reads the user's record only if it is
// required.
func (r *tokenListResource) prepare(
	ctx context.Context, req list.ListRequest, model *filterModel, diags *diag.Diagnostics,
) (owner pat.User, query pat.TokenQuery) {
	if diags.HasError() || !r.Ready(diags) {
		return owner, query
	}

	query = model.query(ctx, r.Configured, diags)
	if diags.HasError() {
		return owner, query
	}

	if model.Status.IsNull() {
		model.Status = types.StringValue(string(pat.StatusActive))
	}

	if !CheckUserID(r.Configured, model.UserID, diags) {
		return owner, query
	}

	owner = pat.User{ID: model.UserID.ValueString(), Username: model.Username.ValueString()}
	if owner.Username == "" && !req.IncludeResource {
		return owner, query
	}

	owner, err := r.System.User(ctx, pat.UserRef{ID: owner.ID, Username: owner.Username})
	if err != nil {
		tfvalue.ReportError(diags, "find the user", err)
	}

	return owner, query
}

// result returns the token in the form in which an import would store it.
func (r *tokenListResource) result(
	ctx context.Context, req list.ListRequest, owner pat.User, token pat.Token,
) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = displayName(token)

	model := emptyModel().with(r.Engine.Imported(owner, token))
	result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)

	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, model)...)
	}

	return result
}

// leftOut returns the warning that replaces the result of a token.
func leftOut(token pat.Token, why error) list.ListResult {
	return list.ListResult{Diagnostics: diag.Diagnostics{diag.NewWarningDiagnostic(
		"A personal access token was skipped", fmt.Sprintf(
			"No configuration can have the name of the token %q (id %s). %s", token.Name, token.ID, tfvalue.Sentence(why)),
	)}}
}

// displayName describes a token in a line of a list: its name, status and expiry.
func displayName(token pat.Token) string {
	expiry := "never expires"
	if !token.ExpiresAt.IsZero() {
		expiry = "expiry " + token.ExpiresAt.UTC().Format(time.RFC3339)
	}

	return fmt.Sprintf("%s (%s, %s)", token.Name, token.Status, expiry)
}
