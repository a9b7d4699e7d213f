package token

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// The warning names each token that may be left behind, and says what to do about it.
func TestReport_leftBehind(t *testing.T) {
	t.Parallel()

	var diags diag.Diagnostics

	reportNotices(nil, tokens.Notices{
		tokens.LeftBehind{Sentence: "A token \"ci-1\" may live: HTTP 503"}, tokens.LeftBehind{Sentence: "A token \"ci-2\" may live: it is listed."},
	}, &diags)

	if len(diags.Warnings()) != 2 {
		t.Fatalf("%d warnings, want 2", len(diags.Warnings()))
	}

	for i, want := range []string{"may live: HTTP 503. The token that was issued", "may live: it is listed. The token that was issued"} {
		if detail := diags.Warnings()[i].Detail(); !strings.Contains(detail, want) || !strings.HasSuffix(detail, "revoke it if it exists.") {
			t.Errorf("got %q, want one with %q", detail, want)
		}
	}
}
