package connecting

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
)

const guide = "connecting.md.tmpl"

// anything is a placeholder for text that varies in a message.
const anything = "…"

// TestConnecting_everyEnvironment tests that the provider works in each environment, or says what is
// wrong with it. A mistake causes as many requests as the guide says, and no failed login.
func TestConnecting_everyEnvironment(t *testing.T) {
	t.Parallel()

	for _, r := range matrix() {
		for platform, open := range map[string]func(*testing.T, string) *scene{
			"foreman": newForemanScene, "universal_controller": newControllerScene,
		} {
			if r.on != "" && r.on != platform {
				continue
			}

			t.Run(r.environment+"/"+platform, func(t *testing.T) {
				t.Parallel()

				r.check(t, open(t, r.mountedAt(platform)))
			})
		}
	}
}

// mountedAt returns the path that the server is mounted at.
func (r row) mountedAt(platform string) string {
	switch {
	case r.below != "":
		return strings.TrimSuffix(r.below, "/")
	case platform == "universal_controller":
		return "/uc"
	default:
		return ""
	}
}

func (r row) check(t *testing.T, s *scene) {
	t.Helper()

	r.set(s)

	a := attempt{Settings: s.beside, Headers: s.headers}
	if s.object != nil {
		a.Settings[s.platform] = s.object
	}

	if len(s.object) == 0 && len(s.environment) > 0 {
		delete(a.Settings, s.platform)
	}

	if s.issues {
		a.Issue, _ = s.object["username"].(string)
	}

	got := a.run(t, s.environment)

	switch {
	case r.says == "" && len(got.Errors) > 0:
		t.Errorf("the provider does not work: %q", got.Errors)
	case r.says != "" && (len(got.Errors) == 0 || !inOrder(strings.Join(got.Errors, "\n"), r.says)):
		t.Errorf("the errors are %q, want %q", got.Errors, r.says)
	}

	if warned := strings.Join(got.Warnings, "\n"); (warned == "") != (r.warns == "") || !inOrder(warned, r.warns) {
		t.Errorf("the warnings are %q, want %q", got.Warnings, r.warns)
	}

	requests, issued := 0, 0

	for _, request := range s.server.Requests() {
		if requests++; request.Status == http.StatusUnauthorized {
			t.Errorf("a failed login: %s %s", request.Method, request.Path)
		}

		if request.Method == http.MethodPost {
			issued++
		}
	}

	if r.says != "" && requests != r.requests || r.says == "" && requests == 0 {
		t.Errorf("%d requests, want %d", requests, r.requests)
	}

	if want := map[bool]int{true: 5}[s.issues]; issued != want {
		t.Errorf("%d requests to create a token, want %d with different names", issued, want)
	}
}

// inOrder reports whether a text contains the parts of another text, in the same order.
func inOrder(text, parts string) bool {
	for part := range strings.SplitSeq(parts, anything) {
		_, after, ok := strings.Cut(text, part)
		if !ok {
			return false
		}

		text = after
	}

	return true
}

// guideSetting matches the row of a setting in the guide.
var guideSetting = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| .+ \\| .+ \\|$")

// TestGuide_hasEverySetting tests that the guide has a row for each setting of the provider.
func TestGuide_hasEverySetting(t *testing.T) {
	t.Parallel()

	var want, got []string

	for _, attribute := range providertest.Schemas(t)["provider"].Block.Attributes {
		if attribute.NestedType == nil {
			want = append(want, attribute.Name)

			continue
		}

		for _, nested := range attribute.NestedType.Attributes {
			want = append(want, attribute.Name+"."+nested.Name)
		}
	}

	for _, found := range guideSetting.FindAllStringSubmatch(examples.GuideText(t, guide), -1) {
		got = append(got, found[1])
	}

	slices.Sort(want)
	slices.Sort(got)

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings and guide differ (-settings +guide):\n%s", diff)
	}
}

var (
	guideWorks = regexp.MustCompile(`(?m)^\| (.+?) \| .+ \| (works|—) \| (works|—) \|$`)
	guideFails = regexp.MustCompile("(?m)^\\| `` ?(.+?) ?`` \\| (.+?) \\| .+ \\| ([0-9]+) \\| ([0-9]+) \\|$")
)

// TestGuide_hasTheMatrix tests that the guide's tables agree with the matrix.
func TestGuide_hasTheMatrix(t *testing.T) {
	t.Parallel()

	text := examples.GuideText(t, guide)

	var want, got []string

	for _, r := range matrix() {
		if r.says != "" {
			want = append(want, strings.Join([]string{r.says, r.environment, strconv.Itoa(r.requests), "0"}, " | "))

			continue
		}

		on := func(platform string) string {
			if r.on == "" || r.on == platform {
				return "works"
			}

			return "—"
		}

		want = append(want, strings.Join([]string{r.environment, on("foreman"), on("universal_controller")}, " | "))
	}

	for _, found := range guideWorks.FindAllStringSubmatch(text, -1) {
		got = append(got, strings.Join(found[1:], " | "))
	}

	for _, found := range guideFails.FindAllStringSubmatch(text, -1) {
		got = append(got, strings.Join(found[1:], " | "))
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("matrix and guide differ (-matrix +guide):\n%s", diff)
	}
}
