#!/bin/sh
# Makes the archive of class data that lets workers start fast: lists the classes that a worker
# loads for a few requests, then has the JVM dump them. /supervisor and /training are of the build.
set -eu
shim=/opt/runtime
work=$(mktemp -d)
cp -R /training "$work/classes"
MOD_NAME=ArchiveTraining FUNC_HANDLER=handler FUNC_PORT=8079 KUBELESS_INSTALL_VOLUME="$work" \
  JDK_JAVA_OPTIONS="-XX:DumpLoadedClassList=$work/%p.list" \
  /supervisor/supervisor "$shim/runtime.json" >/dev/null &
supervisor=$!
"$shim/java/bin/java" -cp "$work/classes:$shim/lib/params.jar" io.kubeless.ArchiveTraining 8079
kill "$supervisor"
wait "$supervisor"
# Sorting is no loss but for the constant pools, whose lines (@cp) stand behind their classes. The last
# line of a worker that was killed may be cut off, and the JVM takes no such list.
for list in "$work"/*.list; do
  sed -e '$d' -e 's/ id: [0-9]*$//' "$list"
done | grep -v -e '^#' -e '^@cp' -e ' source: ' | sort -u >"$work/all.list"
# The option about native code is that of a worker: Java 25 finds fault with an archive without.
"$shim/java/bin/java" -Xshare:dump -XX:SharedClassListFile="$work/all.list" \
  --enable-native-access=ALL-UNNAMED -XX:SharedArchiveFile="$shim/shim.jsa" -XX:+UseSerialGC \
  -Xms24m -cp "$(sed -n '/"-cp"/{n;s/.*"\(.*\)".*/\1/p}' "$shim/runtime.json")" \
  >"$work/dump.log" 2>&1 ||
  { cat "$work/dump.log"; exit 1; }
test -s "$shim/shim.jsa"
rm -rf "$work"
