package token

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/provider/tfvalue"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/tokens"
)

// An invalid filter must be an error everywhere, instead of a filter that selects every token.
func TestTokenFilter_unreadable(t *testing.T) {
	t.Parallel()

	text := types.StringValue("yesterday")
	list := filterModel{ExpiresBefore: tfvalue.Instant{StringValue: text}, UnusedFor: text}
	revocation := revokeTokensModel{CreatedBefore: tfvalue.Instant{StringValue: text}, UnusedFor: text}

	for name, test := range map[string]struct {
		filter func(*diag.Diagnostics) tokens.Filter
		want   []string
	}{
		"of a list":         {list.filter, []string{"expires_before", "unused_for"}},
		"of a revocation":   {revocation.filter, []string{"created_before", "unused_for"}},
		"of nothing at all": {new(filterModel).filter, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var (
				diags diag.Diagnostics
				got   []string
			)

			test.filter(&diags)

			for _, d := range diags.Errors() {
				if at, ok := d.(diag.DiagnosticWithPath); ok {
					got = append(got, at.Path().String())
				}
			}

			if diff := cmp.Diff(test.want, got); diff != "" || len(got) != len(diags) {
				t.Errorf("%v\n%s", diags, diff)
			}
		})
	}
}
