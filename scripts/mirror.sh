#!/usr/bin/env bash
# Builds the provider into a filesystem mirror, so that `terraform init` and `tofu init` install this
# checkout, also for modules and beside other providers, and writes the CLI configuration that uses the
# mirror.
#
#     scripts/mirror.sh [VERSION [FOLDER]]
#
# VERSION is what the build is installed as, 0.0.1 if it is left out. Not 0.0.0, which the CLIs ignore, and
# no pre-release, which they install only for a constraint that names it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=${1:-0.0.1}
mirror=${2:-$root/.cache/mirror}

[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ && $version != 0.0.0 ]] || {
    printf 'mirror: the version "%s" must have the form 1.2.3, and not be 0.0.0\n' "$version" >&2
    exit 1
}

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

binary=terraform-provider-opsaccess_v$version$(go env GOEXE)
go build -C "$root" -ldflags "-X main.version=$version" -o "$build/$binary" .

# Terraform and OpenTofu each look below the host of their own registry. A build of another version would
# win over a lower one, so there is only one.
for host in registry.terraform.io registry.opentofu.org; do
    provider=$mirror/$host/opsaccess/opsaccess
    rm -rf "$provider"
    mkdir -p "$provider/$version/$(go env GOOS)_$(go env GOARCH)"
    cp "$build/$binary" "$provider/$version/$(go env GOOS)_$(go env GOARCH)/"
done

cat >"$mirror.tfrc" <<END
provider_installation {
  filesystem_mirror {
    path    = "$(cd "$mirror" && pwd)"
    include = ["opsaccess/opsaccess"]
  }
  direct {
    exclude = ["opsaccess/opsaccess"]
  }
}
END

printf 'export TF_CLI_CONFIG_FILE=%s\n' "$(cd "$(dirname "$mirror")" && pwd)/$(basename "$mirror").tfrc"
printf 'mirror: after another build, delete .terraform.lock.hcl and run init again: it has the checksum of this build\n' >&2
