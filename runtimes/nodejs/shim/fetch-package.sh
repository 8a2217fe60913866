#!/bin/sh
# Unpacks the package $1 in version $2 into the folder $4, if its digest is $3.
set -eu

export NODE_EXTRA_CA_CERTS=/run/secrets/ca-bundle
work=$(mktemp -d)
cd "$work"
archive=$(npm pack --silent "$1@$2" | tail -n 1)
found="sha512-$(openssl dgst -sha512 -binary "$archive" | openssl base64 -A)"
if [ "$found" != "$3" ]; then
    echo "package \`$1\` in version \`$2\` has the digest \`$found\`, expected \`$3\`" >&2
    exit 1
fi
mkdir -p "$4"
tar -xzf "$archive" --strip-components=1 -C "$4"
rm -rf "$work" "$4/docs" "$4/man"
