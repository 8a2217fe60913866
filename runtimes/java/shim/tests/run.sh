#!/bin/sh
# Runs the formatter and the unit tests; $1 is the folder that compile.sh has filled.
set -eu
target=$1
sh install/format.sh "$target/google-java-format-all-deps.jar" --dry-run --set-exit-if-changed || {
  echo 'the files above are not as google-java-format would write them' >&2
  exit 1
}
FAKE_SUPERVISOR=$target/fakesupervisor WORKER_LIBRARY=$target/runtime/libworker.so \
  java -cp "server/target/classes:server/target/test-classes:$target/test-libraries/*" \
  org.junit.platform.console.ConsoleLauncher execute --disable-banner --details=tree \
  --scan-classpath server/target/test-classes
