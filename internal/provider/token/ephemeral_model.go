package token

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// The defaults of an ephemeral token.
const (
	defaultNamePrefix = "terraform-"
	defaultExpiresIn  = "1h"
)

// ephemeralModel is the configuration and the result.
type ephemeralModel struct {
	// Arguments.
	Username   types.String `tfsdk:"username"`
	UserID     types.String `tfsdk:"user_id"`
	NamePrefix types.String `tfsdk:"name_prefix"`
	ExpiresIn  types.String `tfsdk:"expires_in"`
	Applying   types.Bool   `tfsdk:"applying"`

	// Outputs.
	ID        types.String `tfsdk:"id"`
	Token     types.String `tfsdk:"token"`
	Name      types.String `tfsdk:"name"`
	CreatedAt types.String `tfsdk:"created_at"`
	ExpiresAt types.String `tfsdk:"expires_at"`
	Owner     types.Object `tfsdk:"owner"`
	Platform  types.String `tfsdk:"platform"`
	Server    types.String `tfsdk:"server"`
}

// wanted reports whether a token should be issued.
func (m ephemeralModel) wanted() bool { return m.Applying.IsNull() || m.Applying.ValueBool() }

// user decodes the user that the arguments name.
func (m ephemeralModel) user() pat.UserRef {
	return pat.UserRef{ID: m.UserID.ValueString(), Username: m.Username.ValueString()}
}

// order decodes the arguments to an order for a token in a new series, and reports invalid
// arguments.
func (m ephemeralModel) order(diags *diag.Diagnostics) tokens.Order {
	prefix, expiresIn := m.NamePrefix, m.ExpiresIn

	if prefix.IsNull() {
		prefix = types.StringValue(defaultNamePrefix)
	}

	if expiresIn.IsNull() {
		expiresIn = types.StringValue(defaultExpiresIn)
	}

	return tokens.Order{
		NamePrefix: prefix.ValueString(),
		Lifetime: lifecycle.Lifetime{
			In: tfvalue.ReadDuration(expiresIn, path.Root("expires_in"), diags), AtLeast: true,
		},
	}
}

// nothing returns the result if no token was issued: all outputs are null.
func (m ephemeralModel) nothing() ephemeralModel {
	m.Owner = types.ObjectNull(ownerTypes)

	return m
}

// with encodes a newly issued token with its secret.
func (m ephemeralModel) with(issued pat.Issued, owner pat.User, system pat.System) ephemeralModel {
	m.ID = types.StringValue(issued.UserID + "/" + issued.ID)
	m.Token = tfvalue.FromSecret(lifecycle.Known(issued.Secret))
	m.Name = types.StringValue(issued.Name)
	m.CreatedAt = tfvalue.Timestamp(issued.CreatedAt)
	m.ExpiresAt = tfvalue.Timestamp(issued.ExpiresAt)
	m.Platform = types.StringValue(system.Traits().Platform)
	m.Server = types.StringValue(system.Server())
	m.Owner = types.ObjectValueMust(ownerTypes, tfvalue.ValuesOf(ownerModel{
		ID: types.StringValue(owner.ID), Username: tfvalue.StringOrNull(owner.Username),
	}))

	return m
}

// closingToken is what is required to revoke the token and to name it, stored in private data. It
// has no field for the secret.
type closingToken struct {
	UserID    string    `json:"user_id"`
	Username  string    `json:"username,omitempty"`
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// closingTokenKey is its key in private data.
const closingTokenKey = "token"

// newClosingToken returns what is stored about a token for its revocation.
func newClosingToken(token pat.Token, owner pat.User) closingToken {
	return closingToken{
		UserID: token.UserID, Username: owner.Username, ID: token.ID, Name: token.Name,
		CreatedAt: token.CreatedAt, ExpiresAt: token.ExpiresAt,
	}
}

// token returns the token to revoke.
func (c closingToken) token() pat.Token {
	return pat.Token{
		UserID: c.UserID, ID: c.ID, Name: c.Name, CreatedAt: c.CreatedAt, ExpiresAt: c.ExpiresAt,
		Status: pat.StatusActive,
	}
}

// owner returns the user who owns the token.
func (c closingToken) owner() pat.UserRef { return pat.UserRef{ID: c.UserID, Username: c.Username} }
