package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// tokenEncryptTo is the argument that keeps the secret out of state.
func tokenEncryptTo() schema.SetAttribute {
	return schema.SetAttribute{
		Optional:    true,
		ElementType: types.StringType,
		Validators:  []validator.Set{ageRecipients{}},
		MarkdownDescription: "Who may read the secret: recipients of [age](https://age-encryption.org), each a native one " +
			"(`age1…`) or an SSH public key (`ssh-ed25519 …` or `ssh-rsa …`). If set, `token` is null and `encrypted_token` " +
			"has the secret, which is then in no plan and no state. A change issues another token, for what is not in state " +
			"cannot be encrypted anew.",
	}
}

// ageRecipients accepts what a secret can be encrypted to. It validates the set and not its
// elements: the path of one shows its value.
type ageRecipients struct{}

var _ validator.Set = ageRecipients{}

func (ageRecipients) Description(context.Context) string {
	return "each a native recipient of age, or an SSH public key"
}

func (v ageRecipients) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (ageRecipients) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	checkRecipients(req.ConfigValue, &resp.Diagnostics)
}

// checkRecipients reports recipients that no secret can be encrypted to.
func checkRecipients(recipients types.Set, diags *diag.Diagnostics) {
	if !isSet(recipients) {
		return
	}

	if len(recipients.Elements()) == 0 {
		addRecipientError(errNoRecipient, diags)
	}

	for _, element := range recipients.Elements() {
		text, ok := element.(types.String)

		switch {
		case !ok || text.IsUnknown():
			continue
		case text.IsNull():
			addRecipientError(errNoRecipient, diags)

			continue
		}

		recipient, _, err := parseRecipient(text.ValueString())
		if err == nil {
			_, err = seal("", []age.Recipient{recipient})
		}

		if err != nil {
			addRecipientError(err, diags)
		}
	}
}

// addRecipientError reports what is no recipient. It points at no attribute, for the CLI would
// show the source of all recipients, and one of them may be a private key.
func addRecipientError(err error, diags *diag.Diagnostics) {
	diags.AddError("Invalid recipient", "In `encrypt_to`: "+err.Error()+".")
}

var (
	errNoRecipient = errors.New("there is no recipient in it, or one is null: name one at least, or leave the argument out")
	errUnknownKind = errors.New("it begins with none of age1, ssh-ed25519 and ssh-rsa")
	errLines       = errors.New("it has several lines, and each recipient is an element of its own")
	errUnreadable  = errors.New("it was cut or mistyped, or is of a kind that needs a plugin")
	// It does not repeat the key.
	errPrivateKey = errors.New("this is a private key; give the public one, and replace the private one, which others may have seen by now")
)

// parseRecipient reads a recipient, and returns how it is written without what does not
// count, such as an SSH key's comment. What it cannot read may be anything, a private key or a
// password: no error repeats it, nor any error of the libraries, which quote what they read.
func parseRecipient(text string) (recipient age.Recipient, canonical string, err error) {
	text = strings.TrimSpace(text) // A file ends with a line break.
	fields := strings.Fields(text)

	switch {
	case pat.IsPrivateKey(text):
		return nil, "", errPrivateKey
	case strings.ContainsAny(text, "\r\n"):
		err = errLines
	case len(fields) == 1 && strings.HasPrefix(text, "age1"):
		recipient, err = age.ParseX25519Recipient(text)
		canonical = text
	case len(fields) > 1 && (fields[0] == "ssh-ed25519" || fields[0] == "ssh-rsa"):
		recipient, err = agessh.ParseRecipient(text)
		canonical = strings.Join(fields[:2], " ")
	default:
		err = errUnknownKind
	}

	switch {
	case err == nil:
		return recipient, canonical, nil
	case !errors.Is(err, errUnknownKind) && !errors.Is(err, errLines):
		err = errUnreadable
	}

	return nil, "", fmt.Errorf("a text of %d characters is no recipient that a secret can be encrypted to: %w",
		utf8.RuneCountInString(text), err)
}

// seal encrypts a secret, in armor.
func seal(secret pat.Secret, recipients []age.Recipient) (string, error) {
	var sealed bytes.Buffer

	armored := armor.NewWriter(&sealed)

	plain, err := age.Encrypt(armored, recipients...)
	if err != nil {
		return "", fmt.Errorf("encrypt the token: %w", err)
	}

	_, err = plain.Write([]byte(secret.Reveal()))

	if err := errors.Join(err, plain.Close(), armored.Close()); err != nil {
		return "", fmt.Errorf("encrypt the token: %w", err)
	}

	return sealed.String(), nil
}

// recipients returns who may read the secret, none if it is not to be encrypted. That a
// secret can be encrypted to all of them together is tried out, for nothing may fail once
// there is a secret.
func (m *tokenModel) recipients(ctx context.Context, diags *diag.Diagnostics) []age.Recipient {
	var texts []string

	diags.Append(m.EncryptTo.ElementsAs(ctx, &texts, false)...)

	recipients := make([]age.Recipient, 0, len(texts))

	for _, text := range texts {
		recipient, _, err := parseRecipient(text)
		if err != nil {
			addRecipientError(err, diags)

			return nil
		}

		recipients = append(recipients, recipient)
	}

	if len(recipients) == 0 {
		return nil
	}

	if _, err := seal("", recipients); err != nil {
		addRecipientError(err, diags)

		return nil
	}

	return recipients
}

// recipientSet returns the recipients as one value to compare: their order and spelling do
// not count.
func (m *tokenModel) recipientSet() lifecycle.Value[string] {
	if m.EncryptTo.IsNull() || m.EncryptTo.IsUnknown() {
		return lifecycle.Value[string]{Unknown: m.EncryptTo.IsUnknown()}
	}

	var all []string

	for _, element := range m.EncryptTo.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsUnknown() {
			return lifecycle.Value[string]{Unknown: true}
		}

		// What cannot be read is compared as it is: its error comes from elsewhere.
		_, canonical, err := parseRecipient(text.ValueString())
		if err != nil {
			canonical = text.ValueString()
		}

		all = append(all, canonical)
	}

	slices.Sort(all)

	return lifecycle.Value[string]{V: strings.Join(slices.Compact(all), "\n"), Set: true}
}

// planSecret plans the secret of a token that is to be issued: it will be in one of two
// outputs, and the other one is null.
func (m *tokenModel) planSecret() {
	m.Token, m.EncryptedToken = types.StringUnknown(), types.StringUnknown()

	switch {
	case m.EncryptTo.IsUnknown():
	case m.EncryptTo.IsNull():
		m.EncryptedToken = types.StringNull()
	default:
		m.Token = types.StringNull()
	}
}

// keepSecretApart keeps, of a secret that is taken over, only what encrypt_to allows in state:
// recipients can be recorded without another token, as for one that has expired when it was told to.
func (m *tokenModel) keepSecretApart() {
	switch {
	case m.EncryptTo.IsUnknown():
		m.Token, m.EncryptedToken = unknownUnlessNull(m.Token), unknownUnlessNull(m.EncryptedToken)
	case m.EncryptTo.IsNull():
		m.EncryptedToken = types.StringNull()
	default:
		m.Token = types.StringNull()
	}
}

func unknownUnlessNull(text types.String) types.String {
	if text.IsNull() {
		return text
	}

	return types.StringUnknown()
}

// setSecret records a secret: as it is, or encrypted if there are recipients. An error
// leaves the model without a secret.
func (m *tokenModel) setSecret(secret pat.Secret, recipients []age.Recipient) error {
	m.Token, m.EncryptedToken = types.StringNull(), types.StringNull()

	if len(recipients) == 0 {
		m.Token = types.StringValue(secret.Reveal())

		return nil
	}

	sealed, err := seal(secret, recipients)
	if err == nil {
		m.EncryptedToken = types.StringValue(sealed)
	}

	return err
}

// warnRecipients says why a change of recipients issues another token.
func warnRecipients(decision lifecycle.Decision, diags *diag.Diagnostics) {
	if decision.Action == lifecycle.Reissue && decision.Argument == "encrypt_to" {
		diags.AddAttributeWarning(path.Root("encrypt_to"), "Other recipients need another token",
			"The secret of the live token cannot be encrypted anew, so another token is issued. The live one goes to `previous` "+
				"and works until its overlap is over. Those who could read it so far still can until then.")
	}
}
