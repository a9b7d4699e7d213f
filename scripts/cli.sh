#!/usr/bin/env bash
# Prints the path of the Terraform or OpenTofu that the tests and the demo run, and says on
# standard error which it took and why. In this order: $OPSACCESS_CLI, `terraform` on PATH,
# `tofu` on PATH, the OpenTofu of tools/opentofu, which it builds if that was not done. With
# the argument `tofu` it has to be an OpenTofu, whatever $OPSACCESS_CLI says.
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

# version_of prints the version, or nothing where the program does not tell. The
# configuration of the developer is left out: a warning about it would come before the JSON.
version_of() {
    TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 "$1" version -json 2>/dev/null </dev/null |
        sed -n 's/^ *"terraform_version": *"v\{0,1\}\([^"]*\)".*/\1/p' | head -n 1
}

# recent_enough compares major and minor; 1.11.0-rc1 is good enough for 1.11.
recent_enough() {
    local major=${1%%.*} rest=${1#*.}
    local minor=${rest%%.*}
    [[ $major =~ ^[0-9]+$ && $minor =~ ^[0-9]+$ ]] || return 1
    ((major > ${oldest%%.*} || (major == ${oldest%%.*} && minor >= ${oldest#*.})))
}

if [[ -n ${OPSACCESS_CLI:-} ]]; then
    # A bare name is looked up like a command.
    path=$(command -v "$OPSACCESS_CLI") || {
        say "OPSACCESS_CLI is \"$OPSACCESS_CLI\", which is no program"
        exit 1
    }
    [[ $path == /* ]] || path=$PWD/$path
    version=$(version_of "$path") || true
    if ! recent_enough "$version"; then
        say "OPSACCESS_CLI is $path, version ${version:-unknown}; $oldest or later is needed"
        exit 1
    fi
    say "$path, version $version: OPSACCESS_CLI names it"
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
    say "$path is not taken: version ${version:-unknown}, and $oldest or later is needed"
done

version=$(sed -n 's|.*github.com/opentofu/opentofu v\([^ ]*\).*|\1|p' "$root/tools/opentofu/go.mod")
path=$root/.cache/opentofu-$version/tofu
if [[ ! -x $path ]]; then
    say "no ${names[*]} of $oldest or later on PATH: OpenTofu $version is built from source, once."
    say "This takes about five minutes on two cores. It needs Go and, the first time, the module proxy."
    mkdir -p "$(dirname "$path")"
    # An interrupted build leaves no half of a program under the name that counts. `dev=no`
    # is how OpenTofu's own release says that it is no pre-release, which version
    # constraints refuse.
    CGO_ENABLED=0 GOWORK=off go build -C "$root/tools/opentofu" -trimpath \
        -ldflags '-s -w -X github.com/opentofu/opentofu/version.dev=no' \
        -o "$path.part" github.com/opentofu/opentofu/cmd/tofu >&2
    mv "$path.part" "$path"
fi
say "$path, version $version: built from source, for want of another on PATH"
printf '%s\n' "$path"
