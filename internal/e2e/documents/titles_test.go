package documents

import (
	"regexp"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

var (
	guideTitle       = regexp.MustCompile(`(?m)^page_title: "([^"]+)"$`)
	guideSubcategory = regexp.MustCompile(`(?m)^subcategory: "([^"]+)"$`)
)

// The Registry groups guides by subcategory, and sorts them by title. Readers must find a guide under
// the same title in the Registry, on the page itself, in the index and in the README.
func TestGuides_titlesAgree(t *testing.T) {
	t.Parallel()

	index, readme := projectText(t, "templates/index.md.tmpl"), projectText(t, "README.md")

	for _, name := range examples.GuideNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			text := examples.GuideText(t, name)

			title := guideTitle.FindStringSubmatch(text)
			if title == nil {
				t.Fatal("the guide has no page_title")
			}

			if !guideSubcategory.MatchString(text) {
				t.Error("the guide has no subcategory")
			}

			if !strings.Contains(text, "\n# "+title[1]+"\n") {
				t.Errorf("the heading of the guide is not its title %q", title[1])
			}

			page := strings.TrimSuffix(name, ".tmpl")

			if link := "[" + title[1] + "](guides/" + page + ")"; !strings.Contains(index, link) {
				t.Errorf("the index has no link %s", link)
			}

			if path := "](docs/guides/" + page + ")"; !strings.Contains(readme, path) {
				t.Errorf("the README has no link to %s", path)
			}
		})
	}
}
