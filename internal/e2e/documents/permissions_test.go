package documents

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// permissionNames matches the platforms' names of the permissions that the provider's account needs.
var permissionNames = regexp.MustCompile(`\b(?:(?:view|create|revoke|edit)_(?:users|personal_access_tokens)|ops_(?:user_)?admin)\b`)

// TestDocs_permissionsAreThoseOfTheError tests that the pages about permissions name the same ones as
// the error that an account without permissions gets.
func TestDocs_permissionsAreThoseOfTheError(t *testing.T) {
	t.Parallel()

	resource, index := "resources/personal_access_token.md.tmpl", "index.md.tmpl"

	for platform, pages := range map[string][]string{
		"Foreman":              {resource, index, "guides/getting-started-foreman.md.tmpl"},
		"Universal Controller": {resource, index, "guides/getting-started-universal-controller.md.tmpl"},
	} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()

			s := providertest.Sandboxes()[platform](t)
			user := s.AddUser(t, providertest.User{Login: "svc-deploy"})
			account := s.AddUser(t, providertest.User{Login: "no-permission"})

			errs := providertest.ReadData(t, s.Serve(t, s.Settings(account.Login, account.Password)),
				"opsaccess_personal_access_tokens", map[string]any{"user_id": user.ID})
			if len(errs) != 1 {
				t.Fatalf("an account without permissions reads another user's tokens: %q", errs)
			}

			want := namesIn(errs[0])
			if len(want) < 2 {
				t.Fatalf("the permissions in the error are %q: %s", want, errs[0])
			}

			for _, page := range pages {
				text, err := os.ReadFile(filepath.Join(providertest.Repository(), "templates", page)) //nolint:gosec // The names are listed above.
				providertest.Must(t, err)

				named := slices.DeleteFunc(namesIn(string(text)), func(name string) bool {
					return page != pages[2] && (platform == "Foreman") != (name[:4] != "ops_") // Two of the pages are about both platforms.
				})
				if diff := cmp.Diff(want, named); diff != "" {
					t.Errorf("%s (-error +page):\n%s", page, diff)
				}
			}
		})
	}
}

// namesIn returns the permissions and roles in a text, without duplicates.
func namesIn(text string) []string {
	names := permissionNames.FindAllString(text, -1)
	slices.Sort(names)

	return slices.Compact(names)
}
