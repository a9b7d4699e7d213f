#!/usr/bin/env bash
# Writes the bill of materials of a released program, as CycloneDX: each module that the
# linker put into it, and Go's standard library. GoReleaser runs this for each archive.
#   sbom.sh VERSION PROGRAM FILE
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The document names the tool by its hash, so the tool must come out the same in every folder.
# Scanners find the standard library only under the name that Go's vulnerability database
# has for it: https://github.com/CycloneDX/cyclonedx-gomod/issues/587.
CGO_ENABLED=0 GOFLAGS=-trimpath go tool -modfile="$root/tools/release/go.mod" cyclonedx-gomod bin \
    -json -std -noserial -notimestamp -version "v$1" "$2" |
    sed -e 's|pkg:golang/std@go|pkg:golang/stdlib@|' -e 's|"name": "std"|"name": "stdlib"|' \
        -e 's|"version": "go\([0-9]\)|"version": "\1|' >"$3"
