package token

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
)

var (
	_ ephemeral.EphemeralResource              = (*ephemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigure = (*ephemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithClose     = (*ephemeralResource)(nil)
)

// NewEphemeralResource returns the ephemeral resource of a token.
func NewEphemeralResource() ephemeral.EphemeralResource { return &ephemeralResource{} }

type ephemeralResource struct{ *platform.Configured }

func (e *ephemeralResource) Metadata(
	_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + typeSuffix
}

func (e *ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = ephemeralSchema()
}

func (e *ephemeralResource) Configure(
	_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse,
) {
	e.Configured = platform.Configure(req.ProviderData, &resp.Diagnostics)
}

// Open issues the token. During a plan it does so unless the configuration defers it to the apply.
func (e *ephemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model ephemeralModel

	diags := &resp.Diagnostics
	diags.Append(req.Config.Get(ctx, &model)...)

	if diags.HasError() || !e.Complete(diags) {
		return
	}

	order := model.order(diags)
	reportNotices(e.Configured, e.Tokens().CheckEphemeral(tfvalue.Text(model.UserID), order), diags)

	if diags.HasError() {
		return
	}

	if !model.wanted() {
		diags.Append(resp.Result.Set(ctx, model.nothing())...)

		return
	}

	if !e.Ready(diags) {
		return
	}

	owner, issued, notices := e.Leases.Open(ctx, e.Engine, model.user(), order)
	if reportNotices(e.Configured, notices, diags); notices.Failed() {
		return
	}

	tfvalue.SetPrivate(ctx, resp.Private, closingTokenKey, newClosingToken(issued.Token, owner), diags)
	diags.Append(resp.Result.Set(ctx, model.with(issued, owner, e.System))...)
}

// Close revokes the token.
func (e *ephemeralResource) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	kept, ok := tfvalue.GetPrivate[closingToken](ctx, req.Private, closingTokenKey, &resp.Diagnostics)
	if !ok || !e.Ready(&resp.Diagnostics) { // No token was issued.
		return
	}

	reportNotices(e.Configured, e.Leases.Close(ctx, e.Engine, kept.token(), kept.owner()), &resp.Diagnostics)
}
