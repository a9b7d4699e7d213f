package provider

import (
	dsschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// tokenRecord is a token as every data source shows it. There is no secret in it: no
// server tells one twice.
type tokenRecord struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Status     types.String `tfsdk:"status"`
	CreatedAt  types.String `tfsdk:"created_at"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	LastUsedAt types.String `tfsdk:"last_used_at"`
}

func tokenRecordAttributes() map[string]dsschema.Attribute {
	text := func(description string) dsschema.StringAttribute {
		return dsschema.StringAttribute{Computed: true, MarkdownDescription: description}
	}

	return map[string]dsschema.Attribute{
		"id":           text("The token's id. On a platform without such ids, its name."),
		"name":         text("The token's name."),
		"status":       text("`active`, `expired` or `revoked`."),
		"created_at":   text("When the server created the token, in UTC."),
		"expires_at":   text("When the token expires, in UTC. Null if never."),
		"last_used_at": text("When somebody last logged in with the token, in UTC. Null if never, or if the server does not tell."),
	}
}

// newTokenRecord converts a token.
func newTokenRecord(token pat.Token) tokenRecord {
	return tokenRecord{
		ID:         types.StringValue(token.ID),
		Name:       types.StringValue(token.Name),
		Status:     types.StringValue(string(token.Status)),
		CreatedAt:  stringTime(token.CreatedAt),
		ExpiresAt:  stringTime(token.ExpiresAt),
		LastUsedAt: stringTime(token.LastUsedAt),
	}
}

// newTokenRecords converts a list, and keeps nil, which was not asked for, apart from
// an empty one.
func newTokenRecords(tokens []pat.Token) []tokenRecord {
	if tokens == nil {
		return nil
	}

	records := make([]tokenRecord, 0, len(tokens))
	for _, token := range tokens {
		records = append(records, newTokenRecord(token))
	}

	return records
}
