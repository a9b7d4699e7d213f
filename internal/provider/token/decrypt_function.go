package token

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

var _ function.Function = decryptFunction{}

// NewDecryptFunction returns the function that decrypts a secret encrypted by `encrypt_to`.
func NewDecryptFunction() function.Function { return decryptFunction{} }

type decryptFunction struct{}

func (decryptFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "decrypt"
}

func (decryptFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Decrypts the secret of a token",
		MarkdownDescription: "Decrypts `encrypted_token` of a resource with `encrypt_to`, and returns the secret. If the " +
			"identity is ephemeral, so is the result: pass it to a write-only argument, such as that of a secret store, and no " +
			"plan or state stores it. The provider decrypts it in its own process and sends nothing.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name:                "encrypted_token",
				AllowNullValue:      true,
				MarkdownDescription: "The `encrypted_token` of a resource, in age's armored format. Null returns null.",
			},
			function.StringParameter{
				Name:           "identity",
				AllowNullValue: true,
				MarkdownDescription: "The private key of a recipient in `encrypt_to`: an age identity (`AGE-SECRET-KEY-1…`, or " +
					"the whole file that `age-keygen` writes), or an unencrypted SSH private key of type ed25519 or RSA. Pass an " +
					"ephemeral value. Null returns null.",
			},
		},
		Return: function.StringReturn{},
	}
}

func (decryptFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var encrypted, identity types.String

	resp.Error = req.Arguments.Get(ctx, &encrypted, &identity)
	if resp.Error != nil {
		return
	}

	result := types.StringNull()

	if !encrypted.IsNull() && !identity.IsNull() {
		secret, at, err := tokens.Decrypt(encrypted.ValueString(), pat.Secret(identity.ValueString()))
		if err != nil {
			resp.Error = function.NewArgumentFuncError(int64(at), strings.TrimSuffix(tfvalue.Sentence(err), ".")) // The CLI ends the sentence.

			return
		}

		result = types.StringValue(secret.Reveal())
	}

	resp.Error = resp.Result.Set(ctx, result)
}
