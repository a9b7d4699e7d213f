#!/usr/bin/env bash
# Writes the bill of materials of a released program as CycloneDX: each module that is linked
# into the program, and Go's standard library. GoReleaser runs this script for each archive.
#   sbom.sh VERSION PROGRAM FILE
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The document contains the hash of the tool, so the tool must be built identically in every
# folder. Scanners find the standard library only by the name that Go's vulnerability database
# uses: https://github.com/CycloneDX/cyclonedx-gomod/issues/587.
CGO_ENABLED=0 GOFLAGS=-trimpath go tool -modfile="$root/tools/release/go.mod" cyclonedx-gomod bin \
    -json -std -noserial -notimestamp -version "v$1" "$2" |
    sed -e 's|pkg:golang/std@go|pkg:golang/stdlib@|' -e 's|"name": "std"|"name": "stdlib"|' \
        -e 's|"version": "go\([0-9]\)|"version": "\1|' >"$3"
