package tfvalue

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
)

// PastADestroy ends the detail of an error of a plan that is not about the configuration's text: a
// destroy makes a plan first, which the error would stop.
const PastADestroy = " To destroy without this check, run `terraform destroy -refresh=false`."

// ReportError turns an error of a System into the one diagnostic that a user sees. The summary says
// what failed; the detail says what was attempted, what the server responded and what to do next.
func ReportError(diags *diag.Diagnostics, what string, err error) {
	addAt(diags, RefusedArgument(err), "Could not "+what, ErrorSentence(err))
}

// AddTextError reports an invalid text of an argument. The detail contains the text only in the
// form of [pat.Quote].
func AddTextError(diags *diag.Diagnostics, at path.Path, text, summary, detail string) {
	at, detail = AboutText(at, text, detail)
	addAt(diags, at, summary, detail)
}

// AboutText returns the path for an error about the text of an argument, and its detail. The CLI
// prints the source at that path, so if the text may be a secret, the path is empty and the detail
// names the argument instead.
func AboutText(at path.Path, text, detail string) (path.Path, string) {
	named := fmt.Sprintf("`%s`: %s", at, detail)

	switch {
	case pat.MayBeSecret(text):
		return path.Empty(), named
	case len(at.Steps()) > 1: // The CLI prints no path inside an object.
		return at, named
	default:
		return at, detail
	}
}

// RefusedArgument returns the argument that the server refused, if the server and the provider use
// the same name for it; an empty path for any other error.
func RefusedArgument(err error) path.Path {
	var invalid *pat.ValidationError
	if !errors.As(err, &invalid) || len(invalid.FieldNames()) != 1 {
		return path.Empty()
	}

	switch field := invalid.FieldNames()[0]; field {
	case "name", "expires_at":
		return path.Root(field)
	case "expiration":
		return path.Root("expires_at")
	default:
		return path.Empty()
	}
}

func addAt(diags *diag.Diagnostics, at path.Path, summary, detail string) {
	if len(at.Steps()) == 0 {
		diags.AddError(summary, detail)
	} else {
		diags.AddAttributeError(at, summary, detail)
	}
}

// refusedBefore replaces the text of a refused login in all errors but one. The CLI sorts errors,
// so the one with the full text need not be printed first.
const refusedBefore = "the server refused the login, as another error of this run says in full; no further request was sent."

// ErrorSentence is [Sentence] for the detail of an error. Only the first error about a refused
// login contains its full text; the details of all others refer to it. Warnings do not count,
// because users may not read them.
func ErrorSentence(err error) string {
	text := Sentence(err)
	if refused, ok := errors.AsType[*pat.AuthenticationError](err); ok && !refused.FirstShown() {
		text = capitalized(strings.Replace(text, refused.Error(), refusedBefore, 1)) // Keep what the other error adds.
	}

	return text
}

// Sentence returns an error's text with a capital letter and a full stop.
func Sentence(err error) string {
	text := capitalized(strings.TrimSpace(err.Error()))
	if !strings.HasSuffix(text, ".") && text != "" {
		text += "."
	}

	return text
}

// capitalized returns a text with a capital first letter. A text that begins with an HTTP method, a
// name or a quotation stays as it is.
func capitalized(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if !unicode.IsLower(first) {
		return text
	}

	return string(unicode.ToUpper(first)) + text[size:]
}
