#!/usr/bin/env bash
# Runs every fuzz test of the packages, one after the other, because `go test -fuzz` runs only one.
#   fuzz.sh DURATION PACKAGE...
set -euo pipefail

duration=$1
shift
packages=$(go list "$@")

ran=0
for package in $packages; do
    tests=$(go test -list '^Fuzz' "$package")
    while read -r name; do
        [[ $name == Fuzz* ]] || continue
        printf '== %s %s, %s\n' "$package" "$name" "$duration"
        go test -run '^$' -fuzz "^$name\$" -fuzztime "$duration" "$package"
        ran=$((ran + 1))
    done <<<"$tests"
done
printf 'fuzz: %d tests\n' "$ran"
((ran > 0)) || { echo "fuzz: no fuzz test in $*" >&2; exit 1; }
