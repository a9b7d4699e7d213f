#!/usr/bin/env bash
# Builds the provider into a filesystem mirror, and writes a CLI configuration that uses the mirror.
# `terraform init` and `tofu init` then install this checkout, also for modules and together with other
# providers.
#
#     scripts/mirror.sh [VERSION [FOLDER]]
#
# VERSION is the version of the installed build, 0.1.0 by default. It must not be 0.0.0, which the CLIs
# ignore, nor a pre-release, which they install only for a constraint that names it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=${1:-0.1.0}
mirror=${2:-$root/.cache/mirror}

[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ && $version != 0.0.0 ]] || {
    printf 'mirror: the version "%s" must have the form 1.2.3, and not be 0.0.0\n' "$version" >&2
    exit 1
}

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

binary=terraform-provider-opsaccess_v$version$(go env GOEXE)
go build -C "$root" -ldflags "-X main.version=$version" -o "$build/$binary" .

# Terraform and OpenTofu each search below the host of their own registry. They install the highest version
# that they find, so remove the builds of other versions.
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
printf 'mirror: after each new build, delete .terraform.lock.hcl, which has the checksum of this build, and run init again\n' >&2
