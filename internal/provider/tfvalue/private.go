package tfvalue

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Private is the private data that the framework passes to an operation: data that a resource
// stores in addition to its state, and that Terraform does not show.
type Private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// SetPrivate stores a value in private data. The value must not contain a secret.
func SetPrivate(ctx context.Context, private Private, key string, value any, diags *diag.Diagnostics) {
	text, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Could not store the refreshed state", Sentence(err))

		return
	}

	diags.Append(private.SetKey(ctx, key, text)...)
}

// GetPrivate reads a value from private data. It returns the zero value and false if the value is
// missing, for example because the resource was imported.
func GetPrivate[T any](ctx context.Context, private Private, key string, diags *diag.Diagnostics) (value T, ok bool) {
	text, d := private.GetKey(ctx, key)
	diags.Append(d...)

	return value, json.Unmarshal(text, &value) == nil
}
