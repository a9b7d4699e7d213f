#!/usr/bin/env bash
# Prints the section of a version in CHANGELOG.md in the working directory: the lines below its
# heading, "## 1.2.3", which a date may follow.
#   release-notes.sh v1.2.3
set -euo pipefail

version=${1#v}
notes=$(awk -v version="$version" '
    /^## / { found = $2 == version ""; next }
    found && (NF || begun) { begun = 1; print }
' CHANGELOG.md)
if [[ -z $notes ]]; then
    echo "release-notes: CHANGELOG.md has nothing under \"## $version\"" >&2
    exit 1
fi
printf '%s\n' "$notes"
