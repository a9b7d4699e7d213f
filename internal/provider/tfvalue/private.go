package tfvalue

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Private is private data as the framework hands it to an operation: what a resource keeps
// beside its state, and Terraform shows nobody.
type Private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// SetPrivate records a value in private data. It must hold no secret.
func SetPrivate(ctx context.Context, private Private, key string, value any, diags *diag.Diagnostics) {
	text, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Could not store the refreshed state", Sentence(err))

		return
	}

	diags.Append(private.SetKey(ctx, key, text)...)
}

// GetPrivate reads a value from private data, and returns the zero value and false where none was
// recorded: in a resource that was made or imported otherwise.
func GetPrivate[T any](ctx context.Context, private Private, key string, diags *diag.Diagnostics) (value T, ok bool) {
	text, d := private.GetKey(ctx, key)
	diags.Append(d...)

	return value, json.Unmarshal(text, &value) == nil
}
