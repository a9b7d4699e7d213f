// Command sbom writes the bill of materials of a released archive, as CycloneDX:
//
//	go run ./internal/cmd/sbom ARCHIVE FILE
//
// It says what the linker put into the plugin: each module with its version, and Go's
// standard library. The same archive gives the same document. GoReleaser runs it.
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
)

// plugin is what the name of the archive's one program begins with.
const plugin = "terraform-provider-"

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sbom ARCHIVE FILE")
		os.Exit(2)
	}

	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

// run is the whole command but for its arguments.
func run(archive, file string) error {
	program, err := unpack(archive)
	if err != nil {
		return fmt.Errorf("read %s: %w", archive, err)
	}

	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		return fmt.Errorf("read what the program of %s is built from: %w", archive, err)
	}

	sum := sha256.Sum256(program)

	text, err := json.MarshalIndent(describe(info, hex.EncodeToString(sum[:])), "", "  ")
	if err != nil {
		return fmt.Errorf("encode the bill of materials: %w", err)
	}

	//nolint:gosec // It is published.
	if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the bill of materials: %w", err)
	}

	return nil
}

// unpack returns the plugin that is in an archive.
func unpack(archive string) ([]byte, error) {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return nil, err
	}

	defer func() { _ = reader.Close() }()

	for _, file := range reader.File {
		if !strings.HasPrefix(file.Name, plugin) {
			continue
		}

		opened, err := file.Open()
		if err != nil {
			return nil, err
		}

		program, err := io.ReadAll(opened)

		return program, errors.Join(err, opened.Close())
	}

	return nil, errors.New("there is no " + plugin + "… in it")
}

// settings are those of a build that say which source it was made from, and for which
// platform.
var settings = map[string]bool{
	"CGO_ENABLED": true, "GOARCH": true, "GOOS": true, "vcs.modified": true, "vcs.revision": true, "vcs.time": true,
}

// describe makes the bill of materials of a program from what the linker says of it, and
// its SHA-256 in hexadecimal.
func describe(info *debug.BuildInfo, sum string) bom {
	main := module(&info.Main)
	main.Type = "application"
	main.Licenses = []licenseChoice{{License: license{ID: "MPL-2.0"}}}
	main.Hashes = []hash{{Algorithm: "SHA-256", Content: sum}}

	document := bom{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Dependencies: []dependency{{Ref: main.Ref}},
	}

	for _, setting := range info.Settings {
		if settings[setting.Key] {
			main.Properties = append(main.Properties, property{Name: "go:build:" + setting.Key, Value: setting.Value})
		}

		if setting.Key == "vcs.time" {
			document.Metadata.Timestamp = setting.Value
		}
	}

	document.Metadata.Component = main

	// With experiments, they follow the version.
	release, _, _ := strings.Cut(strings.TrimPrefix(info.GoVersion, "go"), " ")
	modules := append([]*debug.Module{{Path: "stdlib", Version: release}}, info.Deps...)

	for _, dependency := range modules {
		one := module(dependency)
		document.Components = append(document.Components, one)
		document.Dependencies[0].On = append(document.Dependencies[0].On, one.Ref)
	}

	return document
}
