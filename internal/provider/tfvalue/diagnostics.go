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

// ReportError turns an error of a System into the one diagnostic that a user sees: what
// could not be done, in the summary; what was tried, what the server said and what to
// do next, in the detail.
func ReportError(diags *diag.Diagnostics, what string, err error) {
	addAt(diags, RefusedArgument(err), "Could not "+what, ErrorSentence(err))
}

// AddTextError reports what is wrong with the text of an argument. The detail repeats the text
// through [pat.Quote] alone.
func AddTextError(diags *diag.Diagnostics, at path.Path, text, summary, detail string) {
	at, detail = AboutText(at, text, detail)
	addAt(diags, at, summary, detail)
}

// AboutText returns what an error about the text of an argument points at, and its detail. The CLI
// prints the source of what an error points at: where the text may be a secret, the error points at
// nothing and names the argument instead.
func AboutText(at path.Path, text, detail string) (path.Path, string) {
	named := fmt.Sprintf("`%s`: %s", at, detail)

	switch {
	case pat.MayBeSecret(text):
		return path.Empty(), named
	case len(at.Steps()) > 1: // The CLI shows nothing of a path inside an object.
		return at, named
	default:
		return at, detail
	}
}

// RefusedArgument returns the argument that a server's refusal is about, where the server's name
// for it is also ours; an empty path for any other error.
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

// refusedBefore replaces the text of a refused login that another error has. A CLI sorts what it
// prints, so that the one with the full text need not be the first.
const refusedBefore = "the server refused the login, as another error of this run says in full; no further request was sent."

// ErrorSentence is [Sentence] for the detail of an error. A refused login is in full in the first of
// them, and the details of all others refer to it. Warnings do not count: not everybody reads them.
func ErrorSentence(err error) string {
	text := Sentence(err)
	if refused, ok := errors.AsType[*pat.AuthenticationError](err); ok && !refused.FirstShown() {
		text = capitalized(strings.Replace(text, refused.Error(), refusedBefore, 1)) // What another error adds stays.
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

// capitalized returns a text with a capital letter. What begins with a request's method, a name or a
// quotation stays as it is.
func capitalized(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if !unicode.IsLower(first) {
		return text
	}

	return string(unicode.ToUpper(first)) + text[size:]
}
