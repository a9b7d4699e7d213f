package platform

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestConnection_headersAreKnownAsAWhole(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		headers types.Map
		unknown []string
	}{
		"none":         {types.MapNull(types.StringType), nil},
		"known":        {types.MapValueMust(types.StringType, map[string]attr.Value{"X-A": types.StringValue("x")}), nil},
		"unknown":      {types.MapUnknown(types.StringType), []string{"headers"}},
		"unknown part": {types.MapValueMust(types.StringType, map[string]attr.Value{"X-A": types.StringUnknown()}), []string{"headers"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var diags diag.Diagnostics

			settings := connectionModel{Headers: test.headers}.connection("", &diags)
			if diff := cmp.Diff(test.unknown, settings.unknown); diff != "" || len(diags) > 0 {
				t.Errorf("unknown (-want +got):\n%s%v", diff, diags)
			}
		})
	}
}

func TestRefuseInvisible(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ text, want string }{
		"a final line break":            {"secret\n", "`x` ends in a line break"},
		"the end of a Windows file":     {"secret\r\n", "`x` ends in a line break"},
		"a carriage return":             {"secret\r", "`x` ends in a line break"},
		"several line breaks":           {"secret\n\n", "`x` ends in a line break"},
		"two lines":                     {"secret\nsecret", "`x` contains a line break"},
		"a leading line break":          {"\nsecret", "`x` begins with a line break"},
		"a byte order mark":             {"\ufeffsecret", "`x` begins with a byte order mark. Nothing was sent: each failed login counts towards a lock. Correct the value. If it is read from a file, save the file without one."},
		"a byte order mark in between":  {"secret\ufeffsecret", "`x` contains a byte order mark"},
		"a mark and a line break":       {"\ufeffsecret\n", "`x` begins with a byte order mark"},
		"an escape":                     {"sec\x1bret", "`x` contains the control character U+001B"},
		"a null byte":                   {"secret\x00", "`x` ends in the control character U+0000"},
		"a control character of C1":     {"sec\u0085ret", "`x` contains the control character U+0085"},
		"a tab":                         {"sec\tret", "`x` contains the control character U+0009"},
		"letters, blanks and an accent": {" sécret wörd ", ""},
		"nothing":                       {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var diags diag.Diagnostics

			refuseInvisible("`x`", test.text, &diags)

			said := ""
			for _, d := range diags {
				said += d.Detail()
			}

			if (said == "") != (test.want == "") || !strings.HasPrefix(said, test.want) || strings.Contains(said, "secret") {
				t.Errorf("got %q, want %q", said, test.want)
			}
		})
	}
}
