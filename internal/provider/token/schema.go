package token

import (
	"maps"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
)

// tokenSchema is the schema of the resource. No attribute has a plan modifier or is both
// optional and computed, but for series: the plan as a whole is made in ModifyPlan.
func tokenSchema() schema.Schema {
	attributes := tokenArguments()

	maps.Copy(attributes, map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The ID of the resource: `<user id>/<token id>`. On Universal Controller, whose tokens have no " +
				"IDs, `<user id>/<token name>`.",
		},
		"token": schema.StringAttribute{
			Computed:  true,
			Sensitive: true,
			MarkdownDescription: "The secret of the live token, used in place of the user's password. Null for an imported " +
				"token, because a server shows a secret only once, and when `encrypt_to` is set.",
		},
		"encrypted_token": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The secret, encrypted to the recipients in `encrypt_to`, in age's armored format. Decrypt it " +
				"with `terraform output -raw … | age --decrypt --identity key.txt`, or within a run with the function " +
				"`provider::opsaccess::decrypt`. Null unless `encrypt_to` is set.",
		},
		"token_version": schema.Int64Attribute{
			Computed: true,
			MarkdownDescription: "The version of the secret, such as `1924992000`. Pass it to the `*_wo_version` argument of a " +
				"consumer. Every new secret has a new version, even if the resource is replaced, and no version repeats: it is " +
				"the Unix time in seconds at which the token was issued, or the next unused number. Null while the secret is " +
				"unknown, such as after an import; add a `precondition` to consumers so that they never receive a null secret.",
		},
		"generation": schema.Int64Attribute{
			Computed: true,
			MarkdownDescription: "The number at the end of `current.name`, counted from 1 within the `series`. 0 for an imported " +
				"token. Do not use it as a version for consumers, because it restarts at 1 when the resource is replaced: use " +
				"`token_version`.",
		},
		"owner": schema.SingleNestedAttribute{
			Computed:            true,
			MarkdownDescription: "The user who owns the token.",
			Attributes: map[string]schema.Attribute{
				"id": schema.StringAttribute{
					Computed: true, MarkdownDescription: "The user's ID, which stays the same when the user is renamed: " + platform.UserIDs() + ".",
				},
				"username": schema.StringAttribute{
					Computed: true, MarkdownDescription: "The user's login. Null if the provider's account lacks the permission " +
						"to read it.",
				},
			},
		},
		"platform": schema.StringAttribute{
			Computed: true, MarkdownDescription: "The platform that issued the token: `foreman` or `universal_controller`.",
		},
		"server": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The URL of the server that issued the token. If the provider is configured for another server, " +
				"the plan fails, unless that server has the same token (same ID, name and creation time). Null after a `moved` " +
				"block until the first refresh.",
		},
		"rotation_due": schema.BoolAttribute{
			Computed: true,
			MarkdownDescription: "Whether the last refresh found the token due for rotation. The plan that rotates it already " +
				"shows `false`; a `check` sees `true` under `terraform plan -refresh-only`.",
		},
		"rotation_reason": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The policy that made the token due for rotation: `before_expiry` or `max_age`. Null if the " +
				"token is not due.",
		},
		"current":  tokenCurrent(),
		"previous": tokenPrevious(),
	})

	return schema.Schema{
		MarkdownDescription: "Issues a personal access token for a user, rotates it with an overlap during which the old and the " +
			"new token both work, and revokes it when the resource is destroyed. If the token was revoked or has expired, the " +
			"next apply issues a new one. The server shows the secret once, and Terraform stores it in the state: protect the " +
			"state, or encrypt the secret with `encrypt_to`.",
		Attributes: attributes,
	}
}

func tokenArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"username": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				tfvalue.PlainText("username"), stringvalidator.AtLeastOneOf(path.MatchRoot("user_id")),
			},
			MarkdownDescription: "The login of the user who owns the token, such as `svc-deploy`. At least one of `username` and " +
				"`user_id` is required; if both are set, they must name the same user. Changing this to another user replaces " +
				"the resource: the old user's tokens are revoked, and a token is issued to the new user.",
		},
		"user_id": schema.StringAttribute{
			Optional:            true,
			Validators:          []validator.String{tfvalue.PlainText("user_id")},
			MarkdownDescription: "The user's ID, which stays the same when the user is renamed: " + platform.UserIDs() + ".",
		},
		"name": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				tfvalue.PlainText("name"), stringvalidator.ExactlyOneOf(path.MatchRoot("name"), path.MatchRoot("name_prefix")),
			},
			MarkdownDescription: "The exact name of the token. Exactly one of `name` and `name_prefix` is required. Use " +
				"`name_prefix` for tokens that rotate: Foreman never allows a name to be reused, so a token with a fixed name " +
				"cannot be reissued there. Changing this issues a new token, in place. Null if `name_prefix` is set; read the " +
				"name from `current.name`.",
		},
		"name_prefix": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfvalue.PlainText("name_prefix")},
			MarkdownDescription: "The beginning of the token's name, such as `deploy-`. Exactly one of `name` and `name_prefix` " +
				"is required. Each token is named `<name_prefix><series>-<generation>`, such as `deploy-k3x7pq-1`. Changing this " +
				"issues a new token, in place.",
		},
		"series": schema.StringAttribute{
			Optional: true,
			Computed: true,
			Validators: []validator.String{
				tfvalue.Matches("series", lifecycle.Series, "must be six of the characters a-z and 2-7"),
				stringvalidator.ConflictsWith(path.MatchRoot("name")),
			},
			MarkdownDescription: "Six characters of `a-z` and `2-7` that the names of all tokens of this resource contain, such " +
				"as `k3x7pq`. Default is a random value. Set it to make names predictable and to let a first apply find a token " +
				"that an interrupted run issued. Each resource must have its own series. Changing this applies to the next token " +
				"issued.",
		},
		"expires_in": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				tfvalue.Duration(), stringvalidator.ConflictsWith(path.MatchRoot("expires_at")),
			},
			MarkdownDescription: "The lifetime of each token, such as `90d`. Units are `w`, `d` (24 hours), `h`, `m` (minutes) " +
				"and `s`. Conflicts with `expires_at`; if neither is set, the token never expires, and each plan warns. Changing " +
				"this applies to the next token issued. On Universal Controller, where a token expires on a date, the lifetime " +
				"is rounded up to the next midnight UTC.",
		},
		"expires_at": schema.StringAttribute{
			Optional:   true,
			CustomType: tfvalue.InstantType{},
			MarkdownDescription: "The time at which the token expires, in RFC 3339 format, such as `2031-05-06T07:08:09Z`. " +
				"Conflicts with `expires_in`. Changing this issues a new token, in place. On Universal Controller, where a token " +
				"expires on a date, it must be midnight UTC. Null if `expires_in` is set; read the expiry from " +
				"`current.expires_at`.",
		},
		"rotation":   tokenRotation(),
		"encrypt_to": tokenEncryptTo(),
		"reissue_when_invalid": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether the next apply issues a new token if the live one was revoked, has expired or is " +
				"missing. Default is `true`. If `false`, each plan warns instead.",
		},
	}
}

// tokenIdentitySchema is what tells a token from all others.
func tokenIdentitySchema() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"server": identityschema.StringAttribute{
			OptionalForImport: true,
			Description: "The URL of the server. Default is the server that the provider is configured for; any other " +
				"value is an error.",
		},
		"user_id": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The user's ID: " + platform.UserIDs() + ".",
		},
		"token": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The token's ID: " + platform.TokenIDs() + ".",
		},
	}}
}
