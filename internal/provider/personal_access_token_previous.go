package provider

import (
	"cmp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// previousModel is a token that was succeeded by another and may live for a while.
type previousModel struct {
	ID         types.String `tfsdk:"id"`
	Name       types.String `tfsdk:"name"`
	Generation types.Int64  `tfsdk:"generation"`
	CreatedAt  types.String `tfsdk:"created_at"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	RetireAt   types.String `tfsdk:"retire_at"`
	RetireDue  types.Bool   `tfsdk:"retire_due"`
	Held       types.Bool   `tfsdk:"held"`
	SHA256     types.String `tfsdk:"sha256"`
}

var previousType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"id": types.StringType, "name": types.StringType, "generation": types.Int64Type,
	"created_at": types.StringType, "expires_at": types.StringType, "retire_at": types.StringType,
	"retire_due": types.BoolType, "held": types.BoolType, "sha256": types.StringType,
}}

// predecessors returns what state knows of them, newest first.
func (m *tokenModel) predecessors() []lifecycle.Predecessor {
	if m.Previous.IsNull() || m.Previous.IsUnknown() {
		return nil
	}

	elements := m.Previous.Elements()
	userID := m.owner().ID.ValueString()
	predecessors := make([]lifecycle.Predecessor, 0, len(elements))

	for _, element := range elements {
		object, _ := element.(types.Object)
		model := modelOf[previousModel](object)
		predecessors = append(predecessors, lifecycle.Predecessor{
			Token: pat.Token{
				UserID: userID, ID: model.ID.ValueString(), Name: model.Name.ValueString(), Status: pat.StatusActive,
				CreatedAt: parseTime(model.CreatedAt), ExpiresAt: parseTime(model.ExpiresAt),
			},
			Generation: model.Generation.ValueInt64(),
			RetireAt:   parseTime(model.RetireAt),
			SHA256:     model.SHA256.ValueString(),
			Due:        model.RetireDue.ValueBool(),
			Held:       model.Held.ValueBool(),
		})
	}

	return predecessors
}

// setPredecessors records them, an empty list for none.
func (m *tokenModel) setPredecessors(predecessors []lifecycle.Predecessor) {
	elements := make([]attr.Value, 0, len(predecessors))

	for _, predecessor := range predecessors {
		elements = append(elements, types.ObjectValueMust(previousType.AttrTypes, valuesOf(previousModel{
			ID:         types.StringValue(predecessor.Token.ID),
			Name:       types.StringValue(predecessor.Token.Name),
			Generation: types.Int64Value(predecessor.Generation),
			CreatedAt:  stringTime(predecessor.Token.CreatedAt),
			ExpiresAt:  stringTime(predecessor.Token.ExpiresAt),
			RetireAt:   stringTime(predecessor.RetireAt),
			RetireDue:  types.BoolValue(predecessor.Due),
			Held:       types.BoolValue(predecessor.Held),
			SHA256:     stringOrNull(predecessor.SHA256),
		})))
	}

	m.Previous = types.ListValueMust(previousType, elements)
}

// sortPredecessors puts the newest first.
func sortPredecessors(predecessors []lifecycle.Predecessor) {
	slices.SortStableFunc(predecessors, func(a, b lifecycle.Predecessor) int { return cmp.Compare(b.Generation, a.Generation) })
}

// retiring says whether any predecessor is to be revoked by the next update.
func retiring(predecessors []lifecycle.Predecessor) bool {
	for _, predecessor := range predecessors {
		if predecessor.Due {
			return true
		}
	}

	return false
}
