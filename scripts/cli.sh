#!/usr/bin/env bash
# Prints the path of the Terraform or OpenTofu for the tests and the demo, and reports on standard
# error which one it chose and why. It tries in this order: $OPSACCESS_CLI, `terraform` on PATH,
# `tofu` on PATH, and the OpenTofu of tools/opentofu, which it builds if needed. With the argument
# `tofu`, it chooses only an OpenTofu and ignores $OPSACCESS_CLI.
set -euo pipefail

oldest=1.11
names=(terraform tofu)
if [[ ${1:-} == tofu ]]; then
    oldest=1.12
    names=(tofu)
    unset OPSACCESS_CLI
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf 'cli: %s\n' "$*" >&2; }

# version_of prints the version, or nothing if the program does not report it. It ignores the
# developer's CLI configuration, because a warning about it would precede the JSON.
version_of() {
    TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 "$1" version -json 2>/dev/null </dev/null |
        sed -n 's/^ *"terraform_version": *"v\{0,1\}\([^"]*\)".*/\1/p' | head -n 1
}

# recent_enough compares major and minor; it accepts 1.11.0-rc1 as 1.11.
recent_enough() {
    local major=${1%%.*} rest=${1#*.}
    local minor=${rest%%.*}
    [[ $major =~ ^[0-9]+$ && $minor =~ ^[0-9]+$ ]] || return 1
    ((major > ${oldest%%.*} || (major == ${oldest%%.*} && minor >= ${oldest#*.})))
}

if [[ -n ${OPSACCESS_CLI:-} ]]; then
    # A bare name is looked up like a command.
    path=$(command -v "$OPSACCESS_CLI") || {
        say "OPSACCESS_CLI is \"$OPSACCESS_CLI\", which is not a program"
        exit 1
    }
    [[ $path == /* ]] || path=$PWD/$path
    version=$(version_of "$path") || true
    if ! recent_enough "$version"; then
        say "OPSACCESS_CLI is $path, version ${version:-unknown}; version $oldest or later is required"
        exit 1
    fi
    say "$path, version $version: set by OPSACCESS_CLI"
    printf '%s\n' "$path"
    exit
fi

for name in "${names[@]}"; do
    path=$(command -v "$name") || continue
    version=$(version_of "$path") || true
    if recent_enough "$version"; then
        say "$path, version $version: the first on PATH that is $oldest or later"
        printf '%s\n' "$path"
        exit
    fi
    say "skipping $path, version ${version:-unknown}: version $oldest or later is required"
done

version=$(sed -n 's|.*github.com/opentofu/opentofu v\([^ ]*\).*|\1|p' "$root/tools/opentofu/go.mod")
path=$root/.cache/opentofu-$version/tofu
if [[ ! -x $path ]]; then
    say "no ${names[*]} of version $oldest or later on PATH: building OpenTofu $version from source, once."
    say "This takes about five minutes on two cores. It requires Go and, the first time, the module proxy."
    mkdir -p "$(dirname "$path")"
    # Build under another name, so that an interrupted build leaves no incomplete program. `dev=no`
    # marks the build as a release, as OpenTofu's own releases do; version constraints refuse
    # pre-releases.
    CGO_ENABLED=0 GOWORK=off go build -C "$root/tools/opentofu" -trimpath \
        -ldflags '-s -w -X github.com/opentofu/opentofu/version.dev=no' \
        -o "$path.part" github.com/opentofu/opentofu/cmd/tofu >&2
    mv "$path.part" "$path"
fi
say "$path, version $version: built from source, because PATH has no other"
printf '%s\n' "$path"
