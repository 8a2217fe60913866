#!/bin/sh
# Checks all Go modules of this folder; arguments are those of `go test`.
set -eu
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
  printf 'not as gofmt writes it:\n%s\n' "$unformatted" >&2
  exit 1
fi
for file in $(find . -name go.mod | sort); do
  module=$(dirname "$file")
  echo "$module"
  (cd "$module" && go vet ./... && go test -vet=off -race "$@" ./...)
done
