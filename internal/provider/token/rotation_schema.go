package token

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
)

// tokenRotation is the argument that says when a token is succeeded.
func tokenRotation() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "When the token is succeeded by another, and how long the predecessor lives on. Without it a " +
			"token is succeeded only if one of its arguments changes, or if it becomes invalid. Needs `name_prefix`.",
		Attributes: map[string]schema.Attribute{
			"before_expiry": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "Rotate this long before the token expires, such as `14d`. Needs `expires_in`. " +
					"Run Terraform more often than that.",
			},
			"max_age": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "Rotate once the token is this old, such as `60d`.",
			},
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Rotate when a value here changes, is added or is removed. " +
					"To add or remove the whole map rotates nothing.",
			},
			"overlap": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.Overlap()},
				MarkdownDescription: "How long the predecessor lives after its successor was issued, such as `48h`. Default is " +
					"`24h`, or `before_expiry` if that is shorter. A change counts for predecessors that live already. " +
					"`0s` revokes the predecessor right before, which leaves a moment without a token.",
			},
			"hold_if_used_within": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "Keep a predecessor alive beyond its `overlap` for as long as the server says that it was used " +
					"within this time. On Foreman, requests within a session do not count as use: give it more than the " +
					"60 minutes that a session may idle.",
			},
		},
	}
}

// tokenCurrent is the live token.
func tokenCurrent() schema.SingleNestedAttribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}

	return schema.SingleNestedAttribute{
		Computed:            true,
		MarkdownDescription: "The token that `token` is the secret of.",
		Attributes: map[string]schema.Attribute{
			"id":         text("The token's id: " + platform.TokenIDs() + "."),
			"name":       text("The token's name."),
			"created_at": text("When the server created the token, in UTC."),
			"expires_at": text("When the token expires, in UTC. Null if never."),
			"rotate_at":  text("When the token is due to be succeeded, in UTC. Null if never."),
			"status":     text("`active`, `expired`, `revoked` or `missing`, as of the last refresh."),
			"issue_reason": text("Why this token was issued: `created`; `imported`; `expired`, `revoked` or `missing`, for what " +
				"became of the one before; `before_expiry`, `max_age` or `triggers`, for its rotation; `changed`, for an argument."),
			"sha256": text("The SHA-256 of the secret, in hexadecimal digits. Null for an imported token."),
		},
	}
}

// tokenPrevious are the predecessors that live on.
func tokenPrevious() schema.ListNestedAttribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}

	return schema.ListNestedAttribute{
		Computed: true,
		MarkdownDescription: "The predecessors that are still alive, newest first. One that is due is revoked by the next " +
			"apply, and one whose revocation failed stays until it succeeds.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"id":         text("The token's id: " + platform.TokenIDs() + "."),
			"name":       text("The token's name."),
			"generation": schema.Int64Attribute{Computed: true, MarkdownDescription: "The token's generation."},
			"created_at": text("When the server created the token, in UTC."),
			"expires_at": text("When the token expires by itself, in UTC. Null if never."),
			"retire_at":  text("When the token is to be revoked, in UTC."),
			"retire_due": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the last refresh found that the token is to be revoked: it is past `retire_at`, and not `held`.",
			},
			"held": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the token is past `retire_at`, and lives on because somebody still uses it.",
			},
			"sha256": text("The SHA-256 of the secret, in hexadecimal digits. Null for a token that was not issued here."),
		}},
	}
}
