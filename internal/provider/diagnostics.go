package provider

import (
	"errors"
	"fmt"
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
		diags.AddAttributeError(path.Root("series"), "Two resources have the same series", sentence(err))
	case errors.As(err, &invalid) && len(invalid.FieldNames()) == 1 && invalid.FieldNames()[0] != "":
		addFieldError(diags, invalid.FieldNames()[0], summary, sentence(err))
	default:
		diags.AddError(summary, sentence(err))
	}
}

// addTextError reports what is wrong with the text of an argument. The CLI prints the source of
// what an error points at: where the text may be a secret, the error points at nothing and names
// the argument instead. The detail repeats the text through [pat.Quote] alone.
func addTextError(diags *diag.Diagnostics, at path.Path, text, summary, detail string) {
	named := fmt.Sprintf("`%s`: %s", at, detail)

	switch {
	case pat.MayBeSecret(text):
		diags.AddError(summary, named)
	case len(at.Steps()) > 1: // The CLI shows nothing of a path inside an object.
		diags.AddAttributeError(at, summary, named)
	default:
		diags.AddAttributeError(at, summary, detail)
	}
}

// pastADestroy says how a destroy, which makes a plan first, gets past an error of the plan that is
// not about the configuration's text.
const pastADestroy = " (If this plan is that of a destroy, `terraform destroy -refresh=false` gets past this.)"

// addPlanError is addError for what a plan could not find out from the server.
func addPlanError(diags *diag.Diagnostics, what string, err error) {
	diags.AddError("Could not "+what, sentence(err)+pastADestroy)
}

// notFound says whether the server knows nothing of what was looked for, be that a proof or not.
func notFound(err error) bool {
	var (
		gone    *pat.GoneError
		missing *pat.NotFoundError
	)

	return errors.As(err, &gone) || errors.As(err, &missing)
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
