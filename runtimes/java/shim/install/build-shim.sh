#!/bin/sh
# Builds and tests the shim into $1/runtime, and $1/repository: the Maven repository of the install
# image, with all that a function without dependencies of its own needs.
set -eu
target=$1
work=$(mktemp -d)
cache=/var/cache/maven # lasts from one build to the next
mkdir -p "$target/runtime/lib" "$target/runtime/warm" "$target/install" "$target/repository"
javac --release 17 -d "$target/install" install/TrustStore.java
cp install/common.sh "$target/install/"

(cd supervisor && go vet . && CGO_ENABLED=0 go test . &&
  CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o "$target/runtime/supervisor" .)

options="-Dmaven.repo.local=$cache"
if [ -s "${SSL_CERT_FILE:-}" ]; then
  java -cp "$target/install" TrustStore "$SSL_CERT_FILE" "$work/trust.p12"
  options="$options -Djavax.net.ssl.trustStore=$work/trust.p12"
  options="$options -Djavax.net.ssl.trustStorePassword=changeit"
fi
export MAVEN_OPTS="$options"

mvn --batch-mode --quiet dependency:copy "-DoutputDirectory=$work" \
  -Dartifact=com.google.googlejavaformat:google-java-format:1.28.0:jar:all-deps
sh install/format.sh "$work"/google-java-format-*.jar --dry-run --set-exit-if-changed || {
  echo 'the files above are not as google-java-format would write them' >&2
  exit 1
}
mvn --batch-mode --quiet install

# The repository is made twice: from the network into the cache of this build, then from there.
mkdir -p "$work/sample/src/main/java"
cp sample.xml "$work/sample/pom.xml"
cp warm/Warm.java "$work/sample/src/main/java/"
sample() {
  mvn --batch-mode --quiet "$@" --projects kubeless,params install
  mvn --batch-mode --quiet "$@" --file "$work/sample/pom.xml" package dependency:copy-dependencies
  # Maven 3.8, of bookworm, gives this to plugins that ask for none of its versions.
  mvn --batch-mode --quiet "$@" --file "$work/sample/pom.xml" dependency:get \
    -Dartifact=org.codehaus.plexus:plexus-utils:1.1
}
sample
mirror="<mirror><id>m</id><mirrorOf>*</mirrorOf><url>file://$cache</url></mirror>"
echo "<settings><mirrors>$mirror</mirrors></settings>" >"$work/settings.xml"
sample --settings "$work/settings.xml" "-Dmaven.repo.local=$target/repository"
find "$target/repository" \( -name _remote.repositories -o -name '*.lastUpdated' \
  -o -name '*.sha1' -o -name 'maven-metadata-m.*' \) -delete

mvn --batch-mode --quiet --projects server dependency:copy-dependencies \
  -DincludeScope=runtime "-DoutputDirectory=$target/runtime/lib"
cp server/target/server-1.0-SNAPSHOT.jar "$target/runtime/lib/server.jar"
mv "$target/runtime/lib/params-1.0-SNAPSHOT.jar" "$target/runtime/lib/params.jar"
javac --release 17 -cp "$target/runtime/lib/params.jar" -d "$target/runtime/warm" warm/Warm.java
java_home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
gcc -O2 -Wall -Wextra -Werror -shared -fPIC -I"$java_home/include" -I"$java_home/include/linux" \
  -o "$target/runtime/libhandover.so" handover/handover.c
