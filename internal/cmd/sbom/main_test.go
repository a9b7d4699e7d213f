package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDescribe_namesWhatIsLinked(t *testing.T) {
	t.Parallel()

	got := describe(&debug.BuildInfo{
		GoVersion: "go1.26.8 X:nodwarf5",
		Main:      debug.Module{Path: "example.com/Provider", Version: "v1.2.3"},
		Deps: []*debug.Module{
			{Path: "example.com/Upper/case", Version: "v4.0.4+incompatible", Sum: "h1:abc="},
			{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/new", Version: "v1.1.0"}},
		},
		Settings: []debug.BuildSetting{
			{Key: "-compiler", Value: "gc"},
			{Key: "GOOS", Value: "linux"},
			{Key: "vcs.time", Value: "2026-11-22T01:02:03Z"},
		},
	}, "c0ffee")

	main := "pkg:golang/example.com/provider@v1.2.3"
	linked := []string{
		"pkg:golang/stdlib@1.26.8",
		"pkg:golang/example.com/upper/case@v4.0.4%2Bincompatible",
		"pkg:golang/example.com/new@v1.1.0",
	}
	want := bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: metadata{
			Timestamp: "2026-11-22T01:02:03Z",
			Component: component{
				Type: "application", Ref: main, Name: "example.com/Provider", Version: "v1.2.3", PURL: main,
				Hashes:   []hash{{Algorithm: "SHA-256", Content: "c0ffee"}},
				Licenses: []licenseChoice{{License: license{ID: "MPL-2.0"}}},
				Properties: []property{
					{Name: "go:build:GOOS", Value: "linux"},
					{Name: "go:build:vcs.time", Value: "2026-11-22T01:02:03Z"},
				},
			},
		},
		Components: []component{
			{Type: "library", Ref: linked[0], Name: "stdlib", Version: "1.26.8", PURL: linked[0]},
			{
				Type: "library", Ref: linked[1], Name: "example.com/Upper/case", Version: "v4.0.4+incompatible", PURL: linked[1],
				Properties: []property{{Name: "go:sum", Value: "h1:abc="}},
			},
			{Type: "library", Ref: linked[2], Name: "example.com/new", Version: "v1.1.0", PURL: linked[2]},
		},
		Dependencies: []dependency{{Ref: main, On: linked}},
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bill of materials (-want +got):\n%s", diff)
	}
}

// The program in the archive is this test, of which the linker tells its module and Go alone.
func TestRun_readsTheProgramOfAnArchive(t *testing.T) {
	t.Parallel()

	self, err := os.Executable()
	must(t, err)

	program, err := os.ReadFile(self) //nolint:gosec // This test.
	must(t, err)

	archive, file := filepath.Join(t.TempDir(), "archive.zip"), filepath.Join(t.TempDir(), "bom.json")
	pack(t, archive, map[string][]byte{"LICENSE": nil, "terraform-provider-opsaccess_v1.2.3": program})
	must(t, run(archive, file))

	text, err := os.ReadFile(file) //nolint:gosec // What was written.
	must(t, err)

	var document bom

	must(t, json.Unmarshal(text, &document))

	sum := sha256.Sum256(program)
	release, _, _ := strings.Cut(strings.TrimPrefix(runtime.Version(), "go"), " ")
	want := []string{"github.com/opsaccess/terraform-provider-opsaccess", hex.EncodeToString(sum[:]), "stdlib", release}

	described, first := document.Metadata.Component, document.Components[0]
	got := []string{described.Name, described.Hashes[0].Content, first.Name, first.Version}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bill of materials (-want +got):\n%s", diff)
	}
}

func TestRun_refusesWhatHasNoProgram(t *testing.T) {
	t.Parallel()

	for name, files := range map[string]map[string][]byte{
		"an archive without a program":         {"LICENSE": []byte("text")},
		"a program that is not one of Go":      {"terraform-provider-opsaccess_v1.2.3": []byte("#!/bin/sh\n")},
		"an archive with nothing in it at all": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			archive, file := filepath.Join(t.TempDir(), "archive.zip"), filepath.Join(t.TempDir(), "bom.json")
			pack(t, archive, files)

			if err := run(archive, file); err == nil {
				t.Error("want an error")
			}

			if _, err := os.Stat(file); err == nil {
				t.Error("a bill of materials was written")
			}
		})
	}
}

// pack writes an archive.
func pack(t *testing.T, name string, files map[string][]byte) {
	t.Helper()

	archive, err := os.Create(name) //nolint:gosec // In a folder of the test.
	must(t, err)

	writer := zip.NewWriter(archive)

	for name, text := range files {
		file, err := writer.Create(name)
		must(t, err)

		_, err = file.Write(text)
		must(t, err)
	}

	must(t, writer.Close())
	must(t, archive.Close())
}

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}
