//go:build unix

package repository

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/opsaccess/terraform-provider-opsaccess/internal/e2e/providertest"
)

// releaseFile is a file that is released unchanged.
type releaseFile struct {
	Glob string `yaml:"glob"`
	Name string `yaml:"name_template"`
}

// releaseConfig is the part of GoReleaser's configuration that the tests read.
type releaseConfig struct {
	Project string `yaml:"project_name"`
	Builds  []struct {
		Binary string `yaml:"binary"`
	} `yaml:"builds"`
	Archives []struct {
		Formats []string `yaml:"formats"`
		Name    string   `yaml:"name_template"`
	} `yaml:"archives"`
	SBOMs []struct {
		Documents []string `yaml:"documents"`
	} `yaml:"sboms"`
	Checksum struct {
		Name  string        `yaml:"name_template"`
		Files []releaseFile `yaml:"extra_files"`
	} `yaml:"checksum"`
	Release struct {
		Files []releaseFile `yaml:"extra_files"`
	} `yaml:"release"`
}

// TestRelease_filesAreNamedAsTheRegistriesWant tests the names of the release's files, by which the
// registries find them. Without this test, only `make release-check` would reveal a wrong name before a
// release.
func TestRelease_filesAreNamedAsTheRegistriesWant(t *testing.T) {
	t.Parallel()

	config := decodeYAML[releaseConfig](t, ".goreleaser.yml")
	if len(config.Builds) != 1 || len(config.Archives) != 1 || len(config.SBOMs) != 1 || len(config.Checksum.Files) != 1 {
		t.Fatalf("want one build, one archive, one bill of materials and one manifest, got %+v", config)
	}

	name := func(text string) string {
		var name strings.Builder

		providertest.Must(t, template.Must(template.New("").Parse(text)).Execute(&name, map[string]string{
			"ProjectName": config.Project, "Version": "1.2.3", "Os": "linux", "Arch": "amd64",
		}))

		return name.String()
	}

	got := []string{
		name(config.Builds[0].Binary),
		name(config.Archives[0].Name) + "." + strings.Join(config.Archives[0].Formats, " "),
		name(strings.Join(config.SBOMs[0].Documents, " ")),
		name(config.Checksum.Name),
		name(config.Checksum.Files[0].Name),
	}
	want := []string{
		"terraform-provider-opsaccess_v1.2.3",
		"terraform-provider-opsaccess_1.2.3_linux_amd64.zip",
		"terraform-provider-opsaccess_1.2.3_linux_amd64.zip.cdx.json",
		"terraform-provider-opsaccess_1.2.3_SHA256SUMS",
		"terraform-provider-opsaccess_1.2.3_manifest.json",
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}

	if diff := cmp.Diff(config.Checksum.Files, config.Release.Files); diff != "" {
		t.Errorf("some released files have no checksum (-checksum +release):\n%s", diff)
	}

	var manifest any

	providertest.Must(t, json.Unmarshal([]byte(readFile(t, config.Checksum.Files[0].Glob)), &manifest))

	protocol := map[string]any{"version": 1.0, "metadata": map[string]any{"protocol_versions": []any{"6.0"}}}
	if diff := cmp.Diff(any(protocol), manifest); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

func TestRelease_notesAreTheSectionOfTheVersion(t *testing.T) {
	t.Parallel()

	script, err := filepath.Abs(filepath.Join(providertest.Repository(), "scripts", "release-notes.sh"))
	providertest.Must(t, err)

	const changelog = `# Changelog

## Unreleased

- later

## 1.10.0

- ten

## 1.1.0 (November 22, 2026)

FEATURES:

- one

### Details

- two

## 1.1.0-rc.1

- candidate

## 1.0.0

`

	for name, test := range map[string]struct{ tag, want string }{
		"a section with a date":                    {tag: "v1.1.0", want: "FEATURES:\n\n- one\n\n### Details\n\n- two\n"},
		"a version with a common prefix":           {tag: "v1.10.0", want: "- ten\n"},
		"a pre-release":                            {tag: "v1.1.0-rc.1", want: "- candidate\n"},
		"a tag without the v":                      {tag: "1.10.0", want: "- ten\n"},
		"an empty section":                         {tag: "v1.0.0"},
		"a version without a section":              {tag: "v1.2.0"},
		"a version with other characters for dots": {tag: "v1x10x0"},
		"the beginning of a version":               {tag: "v1.1"},
		"a tag without a version":                  {tag: "v"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			folder := t.TempDir()
			providertest.Must(t, os.WriteFile(filepath.Join(folder, "CHANGELOG.md"), []byte(changelog), 0o600))

			command := exec.CommandContext(t.Context(), script, test.tag) //nolint:gosec // The script is part of this repository.
			command.Dir = folder

			got, err := command.Output()
			if string(got) != test.want || (err == nil) != (test.want != "") {
				t.Errorf("got %q and %v, want %q", got, err, test.want)
			}
		})
	}
}
