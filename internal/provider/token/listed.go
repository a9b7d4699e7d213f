package token

import (
	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/platform"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// Listed is a token as every data source returns it. It has no secret, because servers return a
// secret only once.
type Listed struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Status     types.String `tfsdk:"status"`
	CreatedAt  types.String `tfsdk:"created_at"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	LastUsedAt types.String `tfsdk:"last_used_at"`
}

// ListedAttributes are the attributes of Listed in a data source.
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

// newListed converts a token to the form of a data source.
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

// NewListed converts all tokens of a user. It keeps nil, which means that tokens were not
// requested, distinct from an empty list.
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
