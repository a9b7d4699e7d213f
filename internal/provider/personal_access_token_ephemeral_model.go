package provider

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// What applies to an ephemeral token that says nothing else.
const (
	defaultNamePrefix = "terraform-"
	defaultExpiresIn  = "1h"
)

// ephemeralTokenModel is the configuration and the result.
type ephemeralTokenModel struct {
	// Arguments.
	Username   types.String `tfsdk:"username"`
	UserID     types.String `tfsdk:"user_id"`
	NamePrefix types.String `tfsdk:"name_prefix"`
	ExpiresIn  types.String `tfsdk:"expires_in"`
	Applying   types.Bool   `tfsdk:"applying"`

	// What the server made of them.
	ID        types.String `tfsdk:"id"`
	Token     types.String `tfsdk:"token"`
	Name      types.String `tfsdk:"name"`
	CreatedAt types.String `tfsdk:"created_at"`
	ExpiresAt types.String `tfsdk:"expires_at"`
	Owner     types.Object `tfsdk:"owner"`
	Platform  types.String `tfsdk:"platform"`
	Server    types.String `tfsdk:"server"`
}

// closingToken is what it takes to revoke the token and to name it, kept in private data.
// It has no field for the secret.
type closingToken struct {
	UserID    string    `json:"user_id"`
	Username  string    `json:"username,omitempty"`
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// wanted says whether a token is to be issued.
func (m *ephemeralTokenModel) wanted() bool { return m.Applying.IsNull() || m.Applying.ValueBool() }

// userRef returns the user that the arguments name.
func (m *ephemeralTokenModel) userRef() pat.UserRef {
	return pat.UserRef{ID: m.UserID.ValueString(), Username: m.Username.ValueString()}
}

// order returns the token that the arguments ask for, of a series of its own, and reports an
// argument that cannot be read.
func (m *ephemeralTokenModel) order(userID string, diags *diag.Diagnostics) issuer.Order {
	prefix, expiresIn := m.NamePrefix, m.ExpiresIn

	if prefix.IsNull() {
		prefix = types.StringValue(defaultNamePrefix)
	}

	if expiresIn.IsNull() {
		expiresIn = types.StringValue(defaultExpiresIn)
	}

	return issuer.Order{
		UserID: userID, NamePrefix: prefix.ValueString(),
		Lifetime: lifecycle.Lifetime{In: readDuration(expiresIn, path.Root("expires_in"), diags), AtLeast: true},
	}
}

// nothing leaves all outputs null.
func (m *ephemeralTokenModel) nothing() { m.Owner = types.ObjectNull(ownerTypes) }

// issued records a token that was just issued, with its secret.
func (m *ephemeralTokenModel) issued(issued pat.Issued, owner pat.User, system pat.System) {
	m.ID = types.StringValue(issued.UserID + "/" + issued.ID)
	m.Token = types.StringValue(issued.Secret.Reveal())
	m.Name = types.StringValue(issued.Name)
	m.CreatedAt = stringTime(issued.CreatedAt)
	m.ExpiresAt = stringTime(issued.ExpiresAt)
	m.Platform = types.StringValue(system.Traits().Platform)
	m.Server = types.StringValue(system.Server())
	m.Owner = types.ObjectValueMust(ownerTypes, map[string]attr.Value{
		"id": types.StringValue(owner.ID), "username": stringOrNull(owner.Username),
	})
}

// newClosingToken returns what is kept of a token for its revocation.
func newClosingToken(token pat.Token, owner pat.User) closingToken {
	return closingToken{
		UserID: token.UserID, Username: owner.Username, ID: token.ID, Name: token.Name,
		CreatedAt: token.CreatedAt, ExpiresAt: token.ExpiresAt,
	}
}

// token returns the token that is to be revoked.
func (c *closingToken) token() pat.Token {
	return pat.Token{
		UserID: c.UserID, ID: c.ID, Name: c.Name, CreatedAt: c.CreatedAt, ExpiresAt: c.ExpiresAt,
		Status: pat.StatusActive,
	}
}

// closingTokenKey is where private data has it.
const closingTokenKey = "token"

// keep writes it into private data.
func (c *closingToken) keep(ctx context.Context, private privateState, diags *diag.Diagnostics) {
	value, err := json.Marshal(c)
	if err != nil {
		diags.AddError("Could not record the ephemeral token", sentence(err))

		return
	}

	diags.Append(private.SetKey(ctx, closingTokenKey, value)...)
}

// keptToken reads it from private data, false if no token was issued.
func keptToken(ctx context.Context, private privateState, diags *diag.Diagnostics) (kept closingToken, ok bool) {
	value, d := private.GetKey(ctx, closingTokenKey)
	diags.Append(d...)

	return kept, json.Unmarshal(value, &kept) == nil
}
