package documents

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

var (
	// documentedToken matches a token in an example or a guide, with the comment above it.
	documentedToken = regexp.MustCompile(`(?ms)^(?: *#[^\n]*\n)*( *)resource "opsaccess_personal_access_token" "\w+" \{.*?^ *\}\n`)
	// documentedVersion matches the version of a write-only argument.
	documentedVersion = regexp.MustCompile(`(?m)^ *\w+_wo_(?:version|revision) += (.+)$`)
	// documentedArgument matches a reference to an argument that is null if `name_prefix` or
	// `expires_in` is used.
	documentedArgument = regexp.MustCompile(`(?m)(?:^|[^.\w])opsaccess_personal_access_token\.\w+(?:\[[^]]+\])?\.(?:name|expires_at)\b`)
	// documentedComparison matches a comparison with a date of a token. The date is null for a token
	// that never expires.
	documentedComparison = regexp.MustCompile(`timecmp\((?:timeadd\()?([\w.]+\.current\.\w+)`)
)

// TestDocuments_tokensRotate tests that every documented token with an expiry rotates, or has a comment
// that says why not.
func TestDocuments_tokensRotate(t *testing.T) {
	t.Parallel()

	var found int

	for name, text := range documents(t) {
		for _, token := range documentedToken.FindAllString(text, -1) {
			if !strings.Contains(token, "expires_in") {
				continue
			}

			found++

			if !strings.Contains(token, "rotation = {") && !strings.Contains(token, "rotat") {
				t.Errorf("%s: a token expires, but it has neither a rotation nor a comment that says why:\n%s", name, token)
			}
		}
	}

	if found < 20 {
		t.Errorf("found only %d tokens: does the pattern still match?", found)
	}
}

// TestDocuments_storesGoByTheTokenVersion tests that secret stores use token_version, which never
// repeats, and have a precondition against a null secret.
func TestDocuments_storesGoByTheTokenVersion(t *testing.T) {
	t.Parallel()

	var found int

	for name, text := range documents(t) {
		versions := documentedVersion.FindAllStringSubmatch(text, -1)
		found += len(versions)

		for _, version := range versions {
			if !strings.HasSuffix(version[1], ".token_version") {
				t.Errorf("%s: the version is %s, want token_version", name, version[1])
			}
		}

		if guarded := strings.Count(text, ".token_version != null"); guarded != len(versions) {
			t.Errorf("%s: %d write-only arguments, but %d preconditions for a known secret", name, len(versions), guarded)
		}
	}

	if found < 8 {
		t.Errorf("found only %d write-only arguments: does the pattern still match?", found)
	}
}

// TestDocuments_namesAndDatesAreThoseOfTheLiveToken tests that outputs and checks use the attributes of
// `current`, and that no check fails for a token that never expires.
func TestDocuments_namesAndDatesAreThoseOfTheLiveToken(t *testing.T) {
	t.Parallel()

	var found int

	for name, text := range documents(t) {
		for _, argument := range documentedArgument.FindAllString(text, -1) {
			t.Errorf("%s: %s is null with `name_prefix` or `expires_in`, want the attribute of `current`", name, strings.TrimSpace(argument))
		}

		for _, comparison := range documentedComparison.FindAllStringSubmatch(text, -1) {
			found++

			if !strings.Contains(text, comparison[1]+" == null ? true :") {
				t.Errorf("%s: %s is compared, but may be null", name, comparison[1])
			}
		}
	}

	if found < 5 {
		t.Errorf("found only %d comparisons: does the pattern still match?", found)
	}
}

// documents returns the texts with configuration that users copy, by name.
func documents(t *testing.T) map[string]string {
	t.Helper()

	texts := map[string]string{}

	for _, name := range []string{"README.md", "templates/resources/personal_access_token.md.tmpl"} {
		texts[name] = projectText(t, name)
	}

	for _, guide := range examples.GuideNames(t) {
		texts[guide] = examples.GuideText(t, guide)
	}

	for _, folder := range examples.Folders(t) {
		for _, file := range examples.FilesOf(t, folder) {
			if extension := path.Ext(file); extension == ".tf" || extension == ".md" {
				texts["examples/"+file] = string(examples.File(t, file))
			}
		}
	}

	return texts
}
