#!/bin/sh
# Compiles the unit tests, and puts all that they need into the folder $1.
set -eu
target=$1
work=$(mktemp -d)
# shellcheck source-path=SCRIPTDIR/.. source=install/common-maven.sh
. install/common-maven.sh
set_up_maven "$target/install" "$work"
mvn --batch-mode --quiet --projects server test-compile dependency:copy-dependencies \
  "-DoutputDirectory=$target/test-libraries"
mvn --batch-mode --quiet dependency:copy "-DoutputDirectory=$target" -Dmdep.stripVersion \
  -Dartifact=com.google.googlejavaformat:google-java-format:1.28.0:jar:all-deps
