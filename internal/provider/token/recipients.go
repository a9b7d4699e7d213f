package token

import (
	"context"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// tokenEncryptTo is the argument that keeps the secret out of state.
func tokenEncryptTo() schema.SetAttribute {
	return schema.SetAttribute{
		Optional:    true,
		ElementType: types.StringType,
		Validators:  []validator.Set{ageRecipients{}},
		MarkdownDescription: "The recipients that can decrypt the secret: [age](https://age-encryption.org) public keys " +
			"(`age1…`) or SSH public keys (`ssh-ed25519 …`, `ssh-rsa …`). If set, the secret is stored only in " +
			"`encrypted_token`, and `token` is null. Changing this issues a new token, in place, because the provider cannot " +
			"read the secret of the live one.",
	}
}

// ageRecipients accepts recipients to which a secret can be encrypted. It validates the set instead
// of its elements, because the path of an element contains its value.
type ageRecipients struct{}

var _ validator.Set = ageRecipients{}

func (ageRecipients) Description(context.Context) string {
	return "each a native recipient of age, or an SSH public key"
}

func (v ageRecipients) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (ageRecipients) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	checkRecipients(req.ConfigValue, &resp.Diagnostics)
}

// checkRecipients reports recipients to which no secret can be encrypted.
func checkRecipients(recipients types.Set, diags *diag.Diagnostics) {
	if !tfvalue.IsSet(recipients) {
		return
	}

	if len(recipients.Elements()) == 0 {
		addRecipientError(tokens.ErrNoRecipient, diags)
	}

	for _, element := range recipients.Elements() {
		text, ok := element.(types.String)

		switch {
		case !ok || text.IsUnknown():
			continue
		case text.IsNull():
			addRecipientError(tokens.ErrNoRecipient, diags)

			continue
		}

		if err := tokens.CheckRecipient(text.ValueString()); err != nil {
			addRecipientError(err, diags)
		}
	}
}

// addRecipientError reports an invalid recipient. It points at no attribute, because the CLI would
// print the source of all recipients, and one of them may be a private key.
func addRecipientError(err error, diags *diag.Diagnostics) {
	diags.AddError(invalidRecipient, recipientDetail(err))
}

const invalidRecipient = "Invalid recipient"

func recipientDetail(err error) string { return "In `encrypt_to`: " + err.Error() + "." }
