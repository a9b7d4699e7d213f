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

// anything stands for what differs in a message.
const anything = "…"

// Each environment works, or the error says what is wrong with it. A mistake costs as many requests as
// the guide says, and no failed login.
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

// mountedAt is the path of the server.
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
		t.Errorf("it does not work: %q", got.Errors)
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
		t.Errorf("%d requests for a token, want %d: a name each", issued, want)
	}
}

// inOrder says whether a text has the parts of another, one after the other.
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

// guideSetting is the row of a setting.
var guideSetting = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| .+ \\| .+ \\|$")

// The guide has a row for each setting of the provider.
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
		t.Errorf("the settings, and the guide (-settings +guide):\n%s", diff)
	}
}

var (
	guideWorks = regexp.MustCompile(`(?m)^\| (.+?) \| .+ \| (works|—) \| (works|—) \|$`)
	guideFails = regexp.MustCompile("(?m)^\\| `` ?(.+?) ?`` \\| (.+?) \\| .+ \\| ([0-9]+) \\| ([0-9]+) \\|$")
)

// The tables of the guide are this matrix.
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
		t.Errorf("the matrix, and the guide (-matrix +guide):\n%s", diff)
	}
}
