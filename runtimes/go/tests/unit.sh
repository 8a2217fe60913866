#!/bin/sh
# Checks the shim's modules with the toolchain that compiles functions; arguments are those of `go test`.
set -eu
cd "$(dirname "$0")/../shim"
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
  printf 'not as gofmt writes it:\n%s\n' "$unformatted" >&2
  exit 1
fi
go vet -trimpath ./...
go test -trimpath -vet=off -race "$@" ./...
