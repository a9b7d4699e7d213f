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

// A link to a page leads to one that is there, and to a heading that it has, on the
// Registry and in the repository.
func TestGuides_linksLead(t *testing.T) {
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
				t.Errorf("%s: %s leads nowhere: %v", page, match[0], err)
			} else if anchor != "" && (info.IsDir() || !headings(t, to)[anchor]) {
				t.Errorf("%s: %s leads to no heading of %s", page, match[0], to)
			}
		}
	}

	if found < 10 {
		t.Errorf("only %d links were followed: are they still found?", found)
	}
}

// Whoever looks for a guide finds it in the README and on the provider's page.
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

// repositoryPath returns the path that a link to the repository's pages names.
func repositoryPath(link string) (string, bool) {
	for _, kind := range []string{"/tree/main/", "/blob/main/"} {
		if at, ok := strings.CutPrefix(link, repositoryURL+kind); ok {
			return at, true
		}
	}

	return "", false
}

// headings returns what a link can name in a page: the anchors that GitHub and the
// Registry make of its headings, and those that it sets itself.
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

// projectText returns the text of a file by its path in the repository.
func projectText(t *testing.T, name string) string {
	t.Helper()

	text, err := os.ReadFile(filepath.Join(providertest.Repository(), name)) //nolint:gosec // A file of the project.
	providertest.Must(t, err)

	return string(text)
}
