package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// tokenModel is the resource's state, plan and configuration.
type tokenModel struct {
	// Arguments.
	Username   types.String `tfsdk:"username"`
	UserID     types.String `tfsdk:"user_id"`
	Name       types.String `tfsdk:"name"`
	NamePrefix types.String `tfsdk:"name_prefix"`
	Series     types.String `tfsdk:"series"`
	ExpiresIn  types.String `tfsdk:"expires_in"`
	ExpiresAt  instant      `tfsdk:"expires_at"`
	Rotation   types.Object `tfsdk:"rotation"`
	EncryptTo  types.Set    `tfsdk:"encrypt_to"`

	ReissueWhenInvalid types.Bool `tfsdk:"reissue_when_invalid"`

	// What the server made of them.
	ID             types.String `tfsdk:"id"`
	Token          types.String `tfsdk:"token"`
	EncryptedToken types.String `tfsdk:"encrypted_token"`
	Generation     types.Int64  `tfsdk:"generation"`
	Owner          types.Object `tfsdk:"owner"`
	Platform       types.String `tfsdk:"platform"`
	Server         types.String `tfsdk:"server"`
	RotationDue    types.Bool   `tfsdk:"rotation_due"`
	RotationReason types.String `tfsdk:"rotation_reason"`
	Current        types.Object `tfsdk:"current"`
	Previous       types.List   `tfsdk:"previous"`
}

// ownerModel is the user whom the token belongs to.
type ownerModel struct {
	ID       types.String `tfsdk:"id"`
	Username types.String `tfsdk:"username"`
}

// currentModel is the live token.
type currentModel struct {
	ID          types.String `tfsdk:"id"`
	Name        types.String `tfsdk:"name"`
	CreatedAt   types.String `tfsdk:"created_at"`
	ExpiresAt   types.String `tfsdk:"expires_at"`
	RotateAt    types.String `tfsdk:"rotate_at"`
	Status      types.String `tfsdk:"status"`
	IssueReason types.String `tfsdk:"issue_reason"`
	SHA256      types.String `tfsdk:"sha256"`
}

// identityModel is what tells a token from all others, for import.
type identityModel struct {
	Server types.String `tfsdk:"server"`
	UserID types.String `tfsdk:"user_id"`
	Token  types.String `tfsdk:"token"`
}

var (
	ownerTypes = map[string]attr.Type{"id": types.StringType, "username": types.StringType}

	currentTypes = map[string]attr.Type{
		"id": types.StringType, "name": types.StringType, "created_at": types.StringType,
		"expires_at": types.StringType, "rotate_at": types.StringType, "status": types.StringType, "issue_reason": types.StringType,
		"sha256": types.StringType,
	}
)

// userRef returns the user that the arguments name.
func (m *tokenModel) userRef() pat.UserRef {
	return pat.UserRef{ID: m.UserID.ValueString(), Username: m.Username.ValueString()}
}

// arguments returns what decides over the token, as far as it is known.
func (m *tokenModel) arguments() lifecycle.Arguments {
	policy, triggers := m.policy()
	expiresAt, _ := m.ExpiresAt.optional()

	return lifecycle.Arguments{
		Name:        textValue(m.Name),
		NamePrefix:  textValue(m.NamePrefix),
		ExpiresAt:   lifecycle.Value[time.Time]{V: expiresAt.V, Set: expiresAt.Set, Unknown: m.ExpiresAt.IsUnknown()},
		Relative:    !m.ExpiresIn.IsNull(),
		Policy:      policy,
		Triggers:    triggers,
		Recipients:  m.recipientSet(),
		KeepInvalid: !m.ReissueWhenInvalid.IsNull() && !m.ReissueWhenInvalid.ValueBool(),

		RelativeUnknown:    m.ExpiresIn.IsUnknown(),
		KeepInvalidUnknown: m.ReissueWhenInvalid.IsUnknown(),
	}
}

// order returns the token that the arguments ask for, to follow the generation that the
// model knows of. What checkArguments reports makes it an order that nothing issues.
func (m *tokenModel) order(userID string) issuer.Order {
	expiresIn, _ := optionalDuration(m.ExpiresIn)
	expiresAt, _ := m.ExpiresAt.optional()

	return issuer.Order{
		UserID:     userID,
		Name:       m.Name.ValueString(),
		NamePrefix: m.NamePrefix.ValueString(),
		Series:     m.Series.ValueString(),
		Generation: m.Generation.ValueInt64(),
		Lifetime:   lifecycle.Lifetime{In: expiresIn, At: expiresAt},
	}
}

// owner returns the owner, zero while it is unknown.
func (m *tokenModel) owner() (owner ownerModel) {
	return modelOf[ownerModel](m.Owner)
}

// setOwner records whom the token belongs to.
func (m *tokenModel) setOwner(user pat.User) {
	m.Owner = types.ObjectValueMust(ownerTypes, map[string]attr.Value{
		"id": types.StringValue(user.ID), "username": stringOrNull(user.Username),
	})
}

// current returns the live token as state has it, zero while it is unknown.
func (m *tokenModel) current() (current currentModel) {
	return modelOf[currentModel](m.Current)
}

// setCurrent replaces the live token.
func (m *tokenModel) setCurrent(current currentModel) {
	m.Current = types.ObjectValueMust(currentTypes, valuesOf(current))
}

// issued records a token that was just issued, but for its secret.
func (m *tokenModel) issued(result issuer.Result, reason lifecycle.Reason, traits pat.Traits) {
	m.Series = stringOrNull(result.Series)
	m.Generation = types.Int64Value(result.Generation)
	m.ID = types.StringValue(result.UserID + "/" + result.ID)
	m.RotationDue = types.BoolValue(false)
	m.RotationReason = types.StringNull()

	current := currentModel{
		IssueReason: types.StringValue(string(reason)), SHA256: types.StringValue(fingerprint(result.Secret)),
	}
	current.shown(result.Token)
	// As planned: to the CLI another status is an error, which would taint a new resource. If the
	// server says otherwise, the next refresh does.
	current.Status = types.StringValue(string(pat.StatusActive))
	m.setCurrent(current)
	m.scheduled(traits)
}

// fingerprint returns the SHA-256 of a secret, in hexadecimal digits.
func fingerprint(secret pat.Secret) string {
	sum := sha256.Sum256([]byte(secret.Reveal()))

	return hex.EncodeToString(sum[:])
}

// place records which server the token is on. Only a new resource and Read may do so:
// in an update the value is planned.
func (m *tokenModel) place(system pat.System) {
	m.Platform = types.StringValue(system.Traits().Platform)
	m.Server = types.StringValue(system.Server())
}

// inheritOutputs takes over what is not an argument from the state before. Series is
// both: it is taken over unless the configuration has one.
func (m *tokenModel) inheritOutputs(state tokenModel) {
	if m.Series.IsUnknown() || m.Series.IsNull() {
		m.Series = state.Series
	}

	if m.Owner.IsNull() || m.Owner.IsUnknown() {
		m.Owner = state.Owner
	}

	m.ID, m.Token, m.EncryptedToken, m.Generation = state.ID, state.Token, state.EncryptedToken, state.Generation
	m.Platform, m.Server, m.Current = state.Platform, state.Server, state.Current
	m.RotationDue, m.RotationReason, m.Previous = state.RotationDue, state.RotationReason, state.Previous
	m.keepSecretApart()
}

// identity returns what identifies the token.
func (m *tokenModel) identity() identityModel {
	return identityModel{
		Server: m.Server, UserID: m.owner().ID, Token: m.current().ID,
	}
}

// shown records what the server shows of the token, and leaves alone what it does not.
func (c *currentModel) shown(token pat.Token) {
	c.ID = types.StringValue(token.ID)
	c.Name = types.StringValue(token.Name)
	c.ExpiresAt = stringTime(token.ExpiresAt)
	c.Status = types.StringValue(string(token.Status))

	if !token.CreatedAt.IsZero() {
		c.CreatedAt = stringTime(token.CreatedAt)
	}
}

// token returns the live token as far as state knows it.
func (c *currentModel) token(userID string) pat.Token {
	return pat.Token{
		UserID:    userID,
		ID:        c.ID.ValueString(),
		Name:      c.Name.ValueString(),
		Status:    pat.Status(c.Status.ValueString()),
		CreatedAt: parseTime(c.CreatedAt),
		ExpiresAt: parseTime(c.ExpiresAt),
	}
}

// textValue returns an argument as far as it is known.
func textValue(value types.String) lifecycle.Value[string] {
	return lifecycle.Value[string]{
		V: value.ValueString(), Set: !value.IsNull() && !value.IsUnknown(), Unknown: value.IsUnknown(),
	}
}
