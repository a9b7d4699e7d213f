package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// unsettle marks as unknown what another token changes.
func (m *tokenModel) unsettle(reason types.String) {
	m.ID = types.StringUnknown()
	m.planSecret()
	m.Generation = types.Int64Unknown()
	m.Previous = types.ListUnknown(previousType)
	m.RotationDue = types.BoolValue(false)
	m.RotationReason = types.StringNull()

	if m.Series.IsNull() && !m.NamePrefix.IsNull() { // A fixed name has none.
		m.Series = types.StringUnknown()
	}

	m.setCurrent(plannedCurrent(reason))
}

// plannedCurrent is a token that is to be issued.
func plannedCurrent(reason types.String) currentModel {
	return currentModel{
		ID: types.StringUnknown(), Name: types.StringUnknown(), CreatedAt: types.StringUnknown(),
		ExpiresAt: types.StringUnknown(), RotateAt: types.StringUnknown(), SHA256: types.StringUnknown(),
		Status: types.StringValue(string(pat.StatusActive)), IssueReason: reason,
	}
}

// maybeInvalid plans a token that may stay as it is, which is not active.
func (m *tokenModel) maybeInvalid() {
	current := m.current()
	current.Status = types.StringUnknown()
	m.setCurrent(current)
}
