package token

import (
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
)

// ephemeralSchema is the schema of the ephemeral resource. What it has in common with
// the resource has the same name there.
func ephemeralSchema() schema.Schema {
	username, userID := platform.UserArguments()

	return schema.Schema{
		MarkdownDescription: "Issues a personal access token for the time of a run, and revokes it at its end. " +
			"Neither the plan nor the state ever has its secret. Needs Terraform or OpenTofu 1.11.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Optional: true, Validators: username.Validators, MarkdownDescription: username.MarkdownDescription,
			},
			"user_id": schema.StringAttribute{
				Optional: true, Validators: userID.Validators, MarkdownDescription: userID.MarkdownDescription,
			},
			"name_prefix": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfvalue.PlainText("name_prefix")},
				MarkdownDescription: "What the token's name begins with; six random characters and a number follow. " +
					"Default is `" + defaultNamePrefix + "`.",
			},
			"expires_in": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "How long the token lives if nobody revokes it, such as `30m`. Units are `w`, `d` (24 hours), " +
					"`h`, `m` (minutes) and `s`. It has to be longer than the run: a token cannot be renewed. " +
					"On Universal Controller a token expires on a date, in the server's time zone. The date is late enough for the " +
					"token to live this long in every time zone; unless it is revoked, it lives up to three days longer. " +
					"Default is `" + defaultExpiresIn + "`.",
			},
			"applying": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether a token is issued. Set it to `terraform.applying`, or a plan issues one, too. " +
					"If `false`, nothing is sent to the server, and all outputs are null. Default is `true`.",
			},

			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The user's id and the token's, `<user id>/<token id>`. On a platform without token ids the latter is the token's name.",
			},
			"token": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "The secret: what to log in with in place of the user's password.",
			},
			"name": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The token's name. No other token ever had it.",
			},
			"created_at": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "When the token was issued, in RFC 3339. Null where the server does not tell.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When the token expires, in RFC 3339. Where it expires on a date, midnight UTC of that " +
					"date.",
			},
			"owner": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The user whom the token belongs to.",
				Attributes: map[string]schema.Attribute{
					"id": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The user's id, which a rename does not change: " + platform.UserIDs() + ".",
					},
					"username": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The user's login. Null if the provider's account may not see it.",
					},
				},
			},
			"platform": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The platform that issued the token, such as `foreman`.",
			},
			"server": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The URL of the server that issued the token.",
			},
		},
	}
}
