#!/bin/sh
# Makes the archive of class data that lets workers start fast: lists the classes that a worker
# loads for a few requests, then has the JVM dump them.
set -eu
shim=/opt/runtime
work=$(mktemp -d)
cp -R "$shim/warm" "$work/classes"
run() {
  MOD_NAME=Warm FUNC_HANDLER=handler FUNC_PORT=8079 KUBELESS_INSTALL_VOLUME="$work" \
    JDK_JAVA_OPTIONS="-XX:DumpLoadedClassList=$work/%p.list" "$shim/supervisor" >/dev/null &
}
run
supervisor=$!
"$shim/java/bin/java" -cp "$work/classes:$shim/lib/params.jar" io.kubeless.Warm 8079
kill "$supervisor"
wait "$supervisor"
# Sorting is no loss but for the constant pools, whose lines (@cp) stand behind their classes. The last
# line of a worker that was killed may be cut off, and the JVM takes no such list.
for list in "$work"/*.list; do
  sed -e '$d' -e 's/ id: [0-9]*$//' "$list"
done | grep -v -e '^#' -e '^@cp' -e ' source: ' | sort -u >"$work/all.list"
# The two options about modules are those of a worker: Java 25 finds fault with an archive without.
"$shim/java/bin/java" -Xshare:dump -XX:SharedClassListFile="$work/all.list" \
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --enable-native-access=ALL-UNNAMED \
  -XX:SharedArchiveFile="$shim/shim.jsa" -XX:+UseSerialGC -Xms24m \
  -cp "$(printf '%s:' "$shim"/lib/*.jar | sed 's/:$//')" >"$work/dump.log" 2>&1 ||
  { cat "$work/dump.log"; exit 1; }
test -s "$shim/shim.jsa"
rm -rf "$work" "$shim/warm"
