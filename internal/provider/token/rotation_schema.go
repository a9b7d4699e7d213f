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
		MarkdownDescription: "When to replace the token with a new one, and how long the old one stays valid. Requires " +
			"`name_prefix`. Without `rotation`, a new token is issued only when an argument changes or the live token becomes " +
			"invalid.",
		Attributes: map[string]schema.Attribute{
			"before_expiry": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "Rotate the token this long before it expires, such as `14d`. Requires `expires_in`, and " +
					"must be shorter than it. Run Terraform more often than this.",
			},
			"max_age": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "Rotate the token when it reaches this age, such as `60d`.",
			},
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Arbitrary values that rotate the token when one of them is changed, added or removed, such " +
					"as `{ incident = \"2031-05-06\" }`. Adding or removing the whole map does not rotate the token: set " +
					"`triggers = {}` from the start.",
			},
			"overlap": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.Overlap()},
				MarkdownDescription: "How long the old token stays valid after the new one is issued, such as `48h`. Default is " +
					"`24h`, or `before_expiry` if that is shorter. The first apply after the overlap revokes the old token. " +
					"Changing this also applies to existing predecessors. `0s` revokes the old token before the new one is " +
					"issued, so that for a moment no token is valid.",
			},
			"hold_if_used_within": schema.StringAttribute{
				Optional: true, Validators: []validator.String{tfvalue.Duration()},
				MarkdownDescription: "Keep a predecessor valid beyond its `overlap` while the server reports that it was used " +
					"within this time, such as `2d`. On Foreman, requests within a session do not count as use, so set this to " +
					"more than the session's idle timeout (60 minutes by default).",
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
		MarkdownDescription: "The live token, whose secret is in `token` or `encrypted_token`.",
		Attributes: map[string]schema.Attribute{
			"id":         text("The token's ID: " + platform.TokenIDs() + "."),
			"name":       text("The token's name."),
			"created_at": text("When the server created the token, in RFC 3339 format and UTC."),
			"expires_at": text("When the token expires, in RFC 3339 format and UTC. Null if it never expires."),
			"rotate_at": text("When the token is due for rotation, in RFC 3339 format and UTC. Null if no policy rotates it by " +
				"time."),
			"status": text("The status as of the last refresh: `active`, `expired`, `revoked` or `missing`."),
			"issue_reason": text("Why the token was issued: `created` (with the resource), `imported`, `expired`, `revoked` or " +
				"`missing` (the status of the token that it replaced), `before_expiry`, `max_age` or `triggers` (rotation), or " +
				"`changed` (an argument)."),
			"sha256": text("The SHA-256 hash of the secret, in hexadecimal digits. Null for an imported token."),
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
		MarkdownDescription: "The old tokens that are still valid, newest first. The next apply revokes those that are due; a " +
			"token whose revocation failed stays in the list until it succeeds.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"id":   text("The token's ID: " + platform.TokenIDs() + "."),
			"name": text("The token's name."),
			"generation": schema.Int64Attribute{Computed: true, MarkdownDescription: "The generation of the token: the number at " +
				"the end of its name."},
			"created_at": text("When the server created the token, in RFC 3339 format and UTC."),
			"expires_at": text("When the token expires if it is not revoked before, in RFC 3339 format and UTC. Null if it never " +
				"expires."),
			"retire_at": text("When the token's overlap ends, in RFC 3339 format and UTC. The first apply after that revokes it."),
			"retire_due": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the next apply revokes the token: the last refresh found it past " +
					"`retire_at` and not `held`.",
			},
			"held": schema.BoolAttribute{
				Computed: true, MarkdownDescription: "Whether the token is past `retire_at` and still valid because it was used " +
					"within `hold_if_used_within`.",
			},
			"sha256": text("The SHA-256 hash of the secret, in hexadecimal digits. Null for a token that this resource did not " +
				"issue."),
		}},
	}
}
