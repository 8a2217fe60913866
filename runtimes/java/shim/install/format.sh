#!/bin/sh
# Formats the shim's Java: format.sh GOOGLE-JAVA-FORMAT.jar --replace
set -eu
jar=$1
shift
exports=""
for part in api code file parser tree util; do
  exports="$exports --add-exports=jdk.compiler/com.sun.tools.javac.$part=ALL-UNNAMED"
done
# shellcheck disable=SC2086 # one option a word
find "$(dirname "$0")/.." -name '*.java' ! -path '*/target/*' -exec java $exports -jar "$jar" "$@" {} +
