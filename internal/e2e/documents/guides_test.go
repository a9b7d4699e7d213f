package documents

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest/examples"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/lifecycle"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/pat"
	"github.com/opsaccess/terraform-provider-opsaccess/internal/sandbox/foremanserver"
)

const rotationGuide = "rotation.md.tmpl"

var guideSchedule = regexp.MustCompile("(?m)^\\| [^`|]+ \\| `(\\w+)` \\| `(\\w+)` \\| `(\\w+)` \\| `(\\w+)` \\| `(\\w+)` \\|$")

// TestAccGuides_configurationIsFormatted tests that all configuration in the guides is formatted, and
// therefore well-formed.
func TestAccGuides_configurationIsFormatted(t *testing.T) {
	t.Parallel()

	for _, b := range examples.GuideBlocks(t, "terraform") {
		t.Run(b.Name(), func(t *testing.T) {
			t.Parallel()

			formatted(t, b.Text)
		})
	}
}

// TestAccGuides_configurationInReadmesIsFormatted tests the same for the README files of the examples.
func TestAccGuides_configurationInReadmesIsFormatted(t *testing.T) {
	t.Parallel()

	var found int

	for _, folder := range examples.Folders(t) {
		name := folder + "/README.md"
		if !slices.Contains(examples.FilesOf(t, folder), name) {
			continue
		}

		blocks, err := examples.BlocksOf(name, string(examples.File(t, name)))
		providertest.Must(t, err)

		for _, b := range blocks {
			if b.Language == "terraform" {
				found++

				formatted(t, b.Text)
			}
		}
	}

	if found == 0 {
		t.Error("found no configuration")
	}
}

// TestGuides_everyConfigurationIsMarked tests that each block of configuration says that a test applies
// it, or why none does.
func TestGuides_everyConfigurationIsMarked(t *testing.T) {
	t.Parallel()

	for _, b := range examples.GuideBlocks(t, "terraform") {
		if b.Applied() == examples.Unapplied.MatchString(b.Mark) {
			t.Errorf("%s is marked %q, want {{/* applied by a test */ -}} or {{/* not applied: why */ -}} in the line before it:\n%s",
				b.Name(), b.Mark, b.Text)
		}
	}

	for _, language := range examples.GuideLanguages {
		if language == "terraform" {
			continue
		}

		for _, guide := range examples.GuideNames(t) {
			blocks, err := examples.BlocksOf(guide, examples.GuideText(t, guide))
			providertest.Must(t, err)

			for _, b := range blocks {
				if b.Language == language && b.Mark != "" {
					t.Errorf("%s in %s is marked %q, but no test applies it", b.Name(), language, b.Mark)
				}
			}
		}
	}
}

// TestAccGuides_apply applies the marked blocks of the guides unmodified, together with the tokens that
// they refer to.
func TestAccGuides_apply(t *testing.T) {
	blocks := examples.GuideBlocks(t, "terraform")

	for _, b := range blocks {
		if !b.Applied() || b.NeedsStore() || !b.Suits(t) {
			continue
		}

		t.Run(b.Name(), func(t *testing.T) {
			s := newGuideServer(t, b.OnController())
			text := examples.OnSandbox(b.Whole(t, blocks), []examples.Server{s})

			if strings.Contains(text, `variable "state_passphrase"`) {
				// OpenTofu needs this variable before it reads variable files.
				t.Setenv("TF_VAR_state_passphrase", "long enough for PBKDF2")
			}

			// The number may decrease, because imported tokens are revoked as well.
			if left := applyUnmodified(t, text, s)[0]; left > 0 {
				t.Errorf("%d tokens are alive after the configuration was destroyed, want none", left)
			}
		})
	}
}

// TestGuides_commandsAreWellFormed tests that a shell can parse the commands in the guides.
func TestGuides_commandsAreWellFormed(t *testing.T) {
	t.Parallel()

	for _, b := range examples.GuideBlocks(t, "sh") {
		reading := exec.CommandContext(t.Context(), "sh", "-n")
		reading.Stdin = strings.NewReader(b.Text)

		if output, err := reading.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", b.Name(), err, output)
		}
	}
}

// TestGuides_schedulesAreConsistent tests that the provider accepts each schedule, and that runs may be
// late by as much as the guide says.
func TestGuides_schedulesAreConsistent(t *testing.T) {
	t.Parallel()

	rows := guideSchedule.FindAllStringSubmatch(examples.GuideText(t, rotationGuide), -1)
	if len(rows) == 0 {
		t.Fatal("the guide has no schedules")
	}

	for _, row := range rows {
		var values [5]time.Duration

		for i, text := range row[1:] {
			d, err := lifecycle.ParseDuration(text)
			if err != nil {
				t.Fatal(err)
			}

			values[i] = d
		}

		lifetime, before, overlap, interval, late := values[0], values[1], values[2], values[3], values[4]
		policy := lifecycle.Policy{
			BeforeExpiry: lifecycle.Value[time.Duration]{V: before, Set: true},
			Overlap:      lifecycle.Value[time.Duration]{V: overlap, Set: true},
		}
		expiresIn := lifecycle.Value[time.Duration]{V: lifetime, Set: true}
		dates := pat.Traits{DisplayName: "a platform of dates", ExpiryIsDate: true}

		if _, err := policy.Check(expiresIn, false, pat.Traits{}); err != nil {
			t.Errorf("%s: %v", row[0], err)
		}

		if _, err := policy.Check(expiresIn, false, dates); (err != nil) != strings.Contains(row[0], "not on Universal Controller") {
			t.Errorf("%s, on a platform whose tokens expire on dates: %v", row[0], err)
		}

		if late != before-overlap || late < 3*interval || overlap >= lifetime-before {
			t.Errorf("%s: a run may be late by %s, and the interval between runs is %s",
				row[0], lifecycle.FormatDuration(before-overlap), lifecycle.FormatDuration(interval))
		}
	}
}

// formatted fails the test if the CLI would reformat the configuration.
func formatted(t *testing.T, text string) {
	t.Helper()

	//nolint:gosec // The CLI is that of the developer who runs the test.
	formatting := exec.CommandContext(t.Context(), providertest.CLIPath(t), "fmt", "-no-color", "-check", "-diff", "-")
	formatting.Stdin = strings.NewReader(text)

	if output, err := formatting.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// newGuideServer starts a sandbox with the users that the examples name and the tokens that the guides
// import. The environment configures the provider for this server only.
func newGuideServer(t *testing.T, controller bool) examples.Server {
	t.Helper()

	if controller {
		s := examples.NewServers(t, "universal-controller")[0]

		user, err := s.System.User(t.Context(), pat.UserRef{Username: "svc.deploy"})
		providertest.Must(t, err)

		_, err = s.System.Create(t.Context(), user.ID, pat.NewToken{Name: "deploy pipeline"})
		providertest.Must(t, err)

		return s
	}

	s, server := examples.NewForeman(t, foremanserver.Options{})
	providertest.SetEnvironment(t, s.Env)
	t.Setenv("TF_ACC_PROVIDER_NAMESPACE", "opsaccess")
	examples.SeedImports(t, server)

	for _, name := range []string{"deploy-k3v7xq-4", "deploy-by-hand", "nightly report", "weekly report"} {
		providertest.AddToken(t, server, examples.DeployUser, name)
	}

	return s
}
