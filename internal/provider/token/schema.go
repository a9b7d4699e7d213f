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
			Computed:            true,
			MarkdownDescription: "The user's id and the token's, `<user id>/<token id>`. On a platform without token ids the latter is the token's name.",
		},
		"token": schema.StringAttribute{
			Computed:  true,
			Sensitive: true,
			MarkdownDescription: "The secret: what to log in with in place of the user's password. " +
				"Null for an imported token, whose secret nobody can read again, and with `encrypt_to`.",
		},
		"encrypted_token": schema.StringAttribute{
			Computed: true,
			MarkdownDescription: "The secret, encrypted to the recipients of `encrypt_to` in age's armored form: " +
				"`terraform output -raw … | age -d -i key.txt`. The function `decrypt` decrypts it within a run. Null without `encrypt_to`.",
		},
		"token_version": schema.Int64Attribute{
			Computed: true,
			MarkdownDescription: "The version of the secret, such as `1924992000`: pass it to the `*_wo_version` argument of a consumer. " +
				"It changes with every secret and never repeats, also when the resource is replaced. It is the second in which " +
				"the token was issued, counted from 1970, or the next number that was not used. Null while the secret is not " +
				"known, which is the case after an import until the token rotates: a `precondition` on the consumer keeps a null secret away.",
		},
		"generation": schema.Int64Attribute{
			Computed: true,
			MarkdownDescription: "Counts the names of the series, from 1: the number at the end of `current.name`. 0 while the " +
				"token is an imported one. It is no version for consumers, because a replacement starts again at 1: use `token_version`.",
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
			Computed: true,
			MarkdownDescription: "The URL of the server that issued the token. The resource refuses any other " +
				"that does not have the very same token. Null after a `moved` block until the first refresh.",
		},
		"rotation_due": schema.BoolAttribute{
			Computed: true,
			MarkdownDescription: "Whether the last refresh found that the token is to be succeeded. The plan that succeeds it " +
				"has `false` already; a `check` sees `true` under `terraform plan -refresh-only`.",
		},
		"rotation_reason": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: "Why the token is due: `before_expiry` or `max_age`. Null while it is not.",
		},
		"current":  tokenCurrent(),
		"previous": tokenPrevious(),
	})

	return schema.Schema{
		MarkdownDescription: "Issues a personal access token of a user, rotates it while its consumers keep working, " +
			"and revokes it when the resource is destroyed. " +
			"A token that was revoked or has expired is reissued in place. " +
			"The secret is shown by the server once and kept in state: protect the state as you would protect the secret, " +
			"or have it encrypted by `encrypt_to`.",
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
			MarkdownDescription: "The login of the user who is to own the token. `username` or `user_id` is needed; " +
				"both must name the same user. Another user is another resource: the token is replaced.",
		},
		"user_id": schema.StringAttribute{
			Optional:            true,
			Validators:          []validator.String{tfvalue.PlainText("user_id")},
			MarkdownDescription: "The user's id, which a rename does not change: " + platform.UserIDs() + ".",
		},
		"name": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				tfvalue.PlainText("name"), stringvalidator.ExactlyOneOf(path.MatchRoot("name"), path.MatchRoot("name_prefix")),
			},
			MarkdownDescription: "The token's name. Exactly one of `name` and `name_prefix` is required. On Foreman a name can be used " +
				"once only, so that such a token can never be reissued: prefer `name_prefix`. With `name_prefix` this argument " +
				"is null: the name that the token has is `current.name`.",
		},
		"name_prefix": schema.StringAttribute{
			Optional:   true,
			Validators: []validator.String{tfvalue.PlainText("name_prefix")},
			MarkdownDescription: "What the token's name begins with. Each token is called " +
				"`<name_prefix><series>-<generation>`.",
		},
		"series": schema.StringAttribute{
			Optional: true,
			Computed: true,
			Validators: []validator.String{
				tfvalue.Matches("series", lifecycle.Series, "must be six of the characters a-z and 2-7"),
				stringvalidator.ConflictsWith(path.MatchRoot("name")),
			},
			MarkdownDescription: "What the names of this resource's tokens have in common, six of the characters `a-z` and " +
				"`2-7`; drawn once if left out. If set, names are predictable, and a warning names a live token that an " +
				"interrupted first run left. One series belongs to one resource.",
		},
		"expires_in": schema.StringAttribute{
			Optional: true,
			Validators: []validator.String{
				tfvalue.Duration(), stringvalidator.ConflictsWith(path.MatchRoot("expires_at")),
			},
			MarkdownDescription: "How long a token lives from when it is issued, such as `90d`. Units are `w`, `d` (24 hours), " +
				"`h`, `m` (minutes) and `s`. Where a token expires on a date, it is rounded up to one. A change counts for the next " +
				"token. Without `expires_in` and `expires_at` a token never expires.",
		},
		"expires_at": schema.StringAttribute{
			Optional:   true,
			CustomType: tfvalue.InstantType{},
			MarkdownDescription: "When the token is to expire, in RFC 3339, such as `2031-05-06T07:08:09Z`; where a token expires on a " +
				"date, midnight UTC of it. A change issues another token. With `expires_in` this argument is null: the expiry " +
				"that the token has is `current.expires_at`.",
		},
		"rotation":   tokenRotation(),
		"encrypt_to": tokenEncryptTo(),
		"reissue_when_invalid": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether a token that was revoked, has expired or is missing is reissued. Default is `true`. " +
				"If `false`, each plan warns instead.",
		},
	}
}

// tokenIdentitySchema is what tells a token from all others.
func tokenIdentitySchema() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"server": identityschema.StringAttribute{
			OptionalForImport: true,
			Description:       "The server's URL. Default is the configured one; any other is an error.",
		},
		"user_id": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The user's id: " + platform.UserIDs() + ".",
		},
		"token": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "The token's id: " + platform.TokenIDs() + ".",
		},
	}}
}
