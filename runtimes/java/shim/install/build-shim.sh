#!/bin/sh
# Builds the shim into $1/runtime, with the worker library from the folder $2, and into
# $1/repository the Maven repository of the install image, with all that a function without
# dependencies of its own needs.
set -eu
target=$1
library=$2
runtime=$target/runtime
work=$(mktemp -d)
cache=/var/cache/maven # lasts from one build to the next
mkdir -p "$runtime/lib" "$target/training" "$target/install" "$target/repository"
javac --release 17 -d "$target/install" install/TrustStore.java
cp install/common.sh "$target/install/"
# shellcheck source-path=SCRIPTDIR/.. source=install/common-maven.sh
. install/common-maven.sh
set_up_maven "$target/install" "$work"

sh install/build-library.sh "$library" "$runtime/libworker.so"
mvn --batch-mode --quiet -Dmaven.test.skip=true install dependency:copy-dependencies \
  -DincludeScope=runtime "-DoutputDirectory=$runtime/lib"

# The repository is made twice: from the network into the cache of this build, then from there.
mkdir -p "$work/sample/src/main/java"
cp sample-function-pom.xml "$work/sample/pom.xml"
cp training/ArchiveTraining.java "$work/sample/src/main/java/"
sample() { # with plexus-utils, because Maven 3.8 of bookworm gives it to plugins that name no version
  mvn --batch-mode --quiet "$@" --file "$work/sample/pom.xml" package \
    dependency:copy-dependencies dependency:get -Dartifact=org.codehaus.plexus:plexus-utils:1.1
}
sample
mirror="<mirror><id>m</id><mirrorOf>*</mirrorOf><url>file://$cache</url></mirror>"
echo "<settings><mirrors>$mirror</mirrors></settings>" >"$work/settings.xml"
offline="--settings $work/settings.xml -Dmaven.repo.local=$target/repository"
# shellcheck disable=SC2086 # options
mvn --batch-mode --quiet $offline --projects parent-pom,api install
# shellcheck disable=SC2086
sample $offline
find "$target/repository" \( -name _remote.repositories -o -name '*.lastUpdated' \
  -o -name '*.sha1' -o -name 'maven-metadata-m.*' \) -delete

cp server/target/server-1.0-SNAPSHOT.jar "$runtime/lib/server.jar"
mv "$runtime/lib/params-1.0-SNAPSHOT.jar" "$runtime/lib/params.jar"
javac --release 17 -cp "$runtime/lib/params.jar" -d "$target/training" training/ArchiveTraining.java

# Class by class, because the archive of class data holds for one class path only.
jars=$(cd "$runtime/lib" && printf '/opt/runtime/lib/%s:' *.jar | sed 's/:$//')
sed "s|CLASS_PATH|$jars|" runtime.json >"$runtime/runtime.json"
