package token

import (
	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Listed is a token as every data source shows it. There is no secret in it: no
// server tells one twice.
type Listed struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Status     types.String `tfsdk:"status"`
	CreatedAt  types.String `tfsdk:"created_at"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	LastUsedAt types.String `tfsdk:"last_used_at"`
}

// ListedAttributes are those of Listed in a data source.
func ListedAttributes() map[string]dsschema.Attribute {
	text := func(description string) dsschema.StringAttribute {
		return dsschema.StringAttribute{Computed: true, MarkdownDescription: description}
	}

	return map[string]dsschema.Attribute{
		"id":         text("The token's ID: " + platform.TokenIDs() + "."),
		"name":       text("The token's name."),
		"status":     text("The token's status: `active`, `expired` or `revoked`."),
		"created_at": text("When the server created the token, in RFC 3339 format and UTC."),
		"expires_at": text("When the token expires, in RFC 3339 format and UTC. Null if it never expires."),
		"last_used_at": text("When the token was last used to log in, in RFC 3339 format and UTC. Null if it was never used, or " +
			"if the server does not report it."),
	}
}

// newListed returns a token as a data source shows it.
func newListed(token pat.Token) Listed {
	return Listed{
		ID:         types.StringValue(token.ID),
		Name:       types.StringValue(token.Name),
		Status:     types.StringValue(string(token.Status)),
		CreatedAt:  tfvalue.Timestamp(token.CreatedAt),
		ExpiresAt:  tfvalue.Timestamp(token.ExpiresAt),
		LastUsedAt: tfvalue.Timestamp(token.LastUsedAt),
	}
}

// NewListed is newListed for all of a user's tokens, and keeps nil, which was not asked for, apart from
// an empty one.
func NewListed(tokens []pat.Token) []Listed {
	if tokens == nil {
		return nil
	}

	records := make([]Listed, 0, len(tokens))
	for _, token := range tokens {
		records = append(records, newListed(token))
	}

	return records
}
