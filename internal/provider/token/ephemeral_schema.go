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
		MarkdownDescription: "Issues a personal access token for the duration of a run, and revokes it at the end. The secret is " +
			"never stored in plan or state. Requires Terraform or OpenTofu 1.11 or later.",
		Attributes: map[string]schema.Attribute{
			"username": schema.StringAttribute{
				Optional: true, Validators: username.Validators, MarkdownDescription: username.MarkdownDescription,
			},
			"user_id": schema.StringAttribute{
				Optional: true, Validators: userID.Validators, MarkdownDescription: userID.MarkdownDescription,
			},
			"name_prefix": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{tfvalue.PlainText("name_prefix")},
				MarkdownDescription: "The beginning of the token's name; six random characters and a number follow. Default is `" + defaultNamePrefix + "`.",
			},
			"expires_in": schema.StringAttribute{
				Optional:   true,
				Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "The lifetime of the token in case the run cannot revoke it, such as `30m`. Units are `w`, " +
					"`d` (24 hours), `h`, `m` (minutes) and `s`. It must be longer than the run, because a token cannot be " +
					"renewed. On Universal Controller, where a token expires on a date in the server's time zone, the provider " +
					"chooses a date that is late enough in every time zone, up to three days later. Default is `" + defaultExpiresIn + "`.",
			},
			"applying": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to issue a token. Set it to `terraform.applying`, so that only an apply issues " +
					"one; otherwise each plan does, too. If `false`, the provider sends no request, and all other attributes are " +
					"null. Default is `true`.",
			},

			"id": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The ID of the resource: `<user id>/<token id>`. On Universal Controller, whose tokens have " +
					"no IDs, `<user id>/<token name>`.",
			},
			"token": schema.StringAttribute{
				Computed:            true,
				Sensitive:           true,
				MarkdownDescription: "The secret, used in place of the user's password.",
			},
			"name": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The token's name, which is unique.",
			},
			"created_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When the server created the token, in RFC 3339 format and UTC. Null if the server does not " +
					"report it.",
			},
			"expires_at": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "When the token expires, in RFC 3339 format and UTC. On Universal Controller, where a token " +
					"expires on a date, midnight UTC of that date.",
			},
			"owner": schema.SingleNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The user who owns the token.",
				Attributes: map[string]schema.Attribute{
					"id": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The user's ID, which stays the same when the user is renamed: " + platform.UserIDs() + ".",
					},
					"username": schema.StringAttribute{
						Computed: true, MarkdownDescription: "The user's login. Null if the provider's account lacks the " +
							"permission to read it.",
					},
				},
			},
			"platform": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The platform that issued the token: `foreman` or `universal_controller`.",
			},
			"server": schema.StringAttribute{
				Computed: true, MarkdownDescription: "The URL of the server that issued the token.",
			},
		},
	}
}
