package coalesce

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// modifier is a [System] around one that can modify users.
type modifier struct {
	*System

	users pat.UserModifier
}

var _ pat.UserModifier = (*modifier)(nil)

// ModifiableUser sends a request each time.
func (m *modifier) ModifiableUser(ctx context.Context, ref pat.UserRef) (pat.ModifiableUser, error) {
	return m.users.ModifiableUser(ctx, ref)
}

// ModifyUser modifies the user, and drops what was remembered about all users, and about the user's
// tokens.
func (m *modifier) ModifyUser(ctx context.Context, userID string, properties pat.Properties) (pat.ModifiableUser, error) {
	user, err := m.users.ModifyUser(ctx, userID, properties)

	m.self.forget()
	m.System.users.forget()
	m.lists.forget()
	m.written(userID, err)

	return user, err
}
