package provider

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/issuer"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// addError turns an error of a System into the one diagnostic that a user sees: what
// could not be done, in the summary; what was tried, what the server said and what to
// do next, in the detail.
func addError(diags *diag.Diagnostics, what string, err error) {
	summary := "Could not " + what

	var (
		taken   *issuer.TakenError
		shared  *issuer.SharedError
		invalid *pat.ValidationError
	)

	switch {
	case errors.As(err, &taken):
		diags.AddAttributeError(path.Root("name"), "The name is taken", sentence(err))
	case errors.As(err, &shared):
		diags.AddAttributeError(path.Root("lineage"), "Two resources have the same lineage", sentence(err))
	case errors.As(err, &invalid) && len(invalid.FieldNames()) == 1 && invalid.FieldNames()[0] != "":
		addFieldError(diags, invalid.FieldNames()[0], summary, sentence(err))
	default:
		diags.AddError(summary, sentence(err))
	}
}

// addFieldError points at the argument that a server's refusal is about, where the
// server's name for it is also ours.
func addFieldError(diags *diag.Diagnostics, field, summary, detail string) {
	switch field {
	case "name", "expires_at":
		diags.AddAttributeError(path.Root(field), summary, detail)
	case "expiration":
		diags.AddAttributeError(path.Root("expires_at"), summary, detail)
	default:
		diags.AddError(summary, detail)
	}
}

// sentence returns an error's text with a capital letter and a full stop.
func sentence(err error) string {
	text := strings.TrimSpace(err.Error())

	first, size := utf8.DecodeRuneInString(text)
	// A request's method, a name or a quotation stays as it is.
	if unicode.IsLower(first) {
		text = string(unicode.ToUpper(first)) + text[size:]
	}

	if !strings.HasSuffix(text, ".") && text != "" {
		text += "."
	}

	return text
}
