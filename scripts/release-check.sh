#!/usr/bin/env bash
# Checks that a release of HEAD would succeed: GoReleaser accepts the configuration, and two
# builds for this machine's platform give the same files, byte for byte. The builds use clones in
# folders with different names and depths, different umasks and time zones, and separate build
# caches. The check requires no tag, key or token. It ignores uncommitted changes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf 'release-check: %s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

goreleaser=(go tool "-modfile=$root/tools/release/go.mod" goreleaser)
# Ignore the release settings in the caller's environment.
unset GITHUB_TOKEN GITLAB_TOKEN GITEA_TOKEN GORELEASER_CURRENT_TAG GOOS GOARCH
platform=$(go env GOOS)_$(go env GOARCH)

"${goreleaser[@]}" check

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER clones HEAD and builds one archive in the clone.
build() {
    git clone --quiet --no-checkout "$root" "$1"
    git -C "$1" checkout --quiet --detach "$commit"
    # GoReleaser builds the archives of all configured platforms, so configure only one.
    awk -v platform="$platform" '
        previous == "builds:" { print "  - targets: [" platform "]"; sub(/^  -/, "   ") }
        { print; previous = $0 }
    ' "$1/.goreleaser.yml" >"$work/goreleaser.yml"
    (cd "$1" && "${goreleaser[@]}" release --config "$work/goreleaser.yml" \
        --snapshot --clean --skip=sign >"$work/log" 2>&1) || {
        cat "$work/log" >&2
        fail "the build in $1 failed"
    }
}

commit=$(git rev-parse HEAD)
[[ -z $(git status --porcelain) ]] || say 'ignoring uncommitted changes'

say "building $platform of $commit"
(umask 022; TZ=UTC build "$work/one")
say 'building it again with an empty build cache'
(umask 077; TZ=Pacific/Auckland GOCACHE=$work/cache build "$work/and/another")

archives=("$work"/one/dist/*.zip)
((${#archives[@]} == 1)) || fail "want one archive, got ${archives[*]}"

# Compare the binary too, to show whether it causes a difference between the archives.
compared=0
for one in "${archives[@]}" "$work"/one/dist/*_SHA256SUMS "$work"/one/dist/*/terraform-provider-opsaccess_v*; do
    cmp "$one" "$work/and/another/${one#"$work/one/"}" || fail 'two builds of one commit differ'
    compared=$((compared + 1))
done
((compared == 3)) || fail "want an archive, its checksum and its binary, got $compared files"

# The linker does not report a variable that does not exist.
version=${one##*_v}
grep -qF "$version" "$one" || fail "the binary does not contain the version $version"

# The bill of materials must list the modules that the linker recorded. The compared checksums
# cover the document itself.
bom=("$work"/one/dist/*.zip.cdx.json)
[[ ${bom[0]} == "${archives[0]}.cdx.json" ]] || fail "want a bill of materials for the archive, got ${bom[*]}"
grep -qF "${bom[0]##*/}" "$work"/one/dist/*_SHA256SUMS || fail 'the bill of materials has no checksum'
modules=$(go version -m "$one" | awk -F '\t' '$2 == "dep" { print "pkg:golang/" tolower($3) "@" $4 }')
for purl in $modules "pkg:golang/stdlib@$(go version "$one" | sed 's/.*: go//; s/ .*//')"; do
    grep -qF "\"${purl//+/%2B}?" "${bom[0]}" || fail "the bill of materials does not have $purl"
done

say 'two builds are the same, byte for byte:'
cat "$work"/one/dist/*_SHA256SUMS
