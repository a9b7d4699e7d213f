package documents

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

const repositoryURL = "https://github.com/opsaccess/terraform-provider-opsaccess"

var (
	guideLink     = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	guideHeading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	guideAnchor   = regexp.MustCompile(`<a id="([^"]+)">`)
	guideCode     = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	guideUnlinked = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestGuides_linksWork tests that the pages and headings that links lead to exist, on the Registry and
// in the repository.
func TestGuides_linksWork(t *testing.T) {
	t.Parallel()

	var found int

	for _, guide := range examples.GuideNames(t) {
		page := "docs/guides/" + strings.TrimSuffix(guide, ".tmpl")

		for _, match := range guideLink.FindAllStringSubmatch(examples.GuideText(t, guide), -1) {
			to, anchor, _ := strings.Cut(match[1], "#")

			switch kept, inside := repositoryPath(to); {
			case to == "":
				to = page
			case inside:
				to = kept
			case strings.Contains(to, "://"):
				continue
			default:
				to = path.Join(path.Dir(page), to)
			}

			found++

			if info, err := os.Stat(filepath.Join(providertest.Repository(), to)); err != nil {
				t.Errorf("%s: %s leads to a page that does not exist: %v", page, match[0], err)
			} else if anchor != "" && (info.IsDir() || !headings(t, to)[anchor]) {
				t.Errorf("%s: %s leads to a heading that %s does not have", page, match[0], to)
			}
		}
	}

	if found < 10 {
		t.Errorf("found only %d links: does the pattern still match?", found)
	}
}

// TestGuides_areListed tests that the README and the provider's page link to every guide.
func TestGuides_areListed(t *testing.T) {
	t.Parallel()

	for list, prefix := range map[string]string{"README.md": "docs/guides/", "templates/index.md.tmpl": "guides/"} {
		text := projectText(t, list)

		for _, guide := range examples.GuideNames(t) {
			if link := "](" + prefix + strings.TrimSuffix(guide, ".tmpl") + ")"; !strings.Contains(text, link) {
				t.Errorf("%s has no link [...%s", list, link)
			}
		}
	}
}

// repositoryPath returns the path in the repository that a link leads to.
func repositoryPath(link string) (string, bool) {
	for _, kind := range []string{"/tree/main/", "/blob/main/"} {
		if at, ok := strings.CutPrefix(link, repositoryURL+kind); ok {
			return at, true
		}
	}

	return "", false
}

// headings returns the anchors of a page: those that GitHub and the Registry generate from headings,
// and explicit ones.
func headings(t *testing.T, name string) map[string]bool {
	t.Helper()

	text := guideCode.ReplaceAllString(projectText(t, name), "")
	anchors := map[string]bool{}

	for _, heading := range guideHeading.FindAllStringSubmatch(text, -1) {
		plain := guideUnlinked.ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors[strings.ReplaceAll(plain, " ", "-")] = true
	}

	for _, anchor := range guideAnchor.FindAllStringSubmatch(text, -1) {
		anchors[anchor[1]] = true
	}

	return anchors
}

// projectText returns the text of a file in the repository.
func projectText(t *testing.T, name string) string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(providertest.Repository(), name)) //nolint:gosec // The file is part of the project.
	providertest.Must(t, err)

	return string(text)
}
