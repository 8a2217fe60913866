#!/bin/sh
# Links a Java runtime with all standard modules, but without tools, into /opt/runtime/java.
# RandomGenerator needs jdk.random where the version has it.
set -eu
home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
there=$("$home/bin/java" --list-modules | cut -d@ -f1)
modules=java.se
for module in java.smartcardio jdk.accessibility jdk.charsets jdk.crypto.cryptoki jdk.crypto.ec \
  jdk.dynalink jdk.httpserver jdk.jfr jdk.localedata jdk.management jdk.management.agent \
  jdk.naming.dns jdk.naming.rmi jdk.net jdk.nio.mapmode jdk.random jdk.sctp jdk.security.auth \
  jdk.security.jgss jdk.unsupported jdk.unsupported.desktop jdk.xml.dom jdk.zipfs; do
  if echo "$there" | grep -qx "$module"; then
    modules=$modules,$module
  fi
done
"$home/bin/jlink" --add-modules "$modules" --no-header-files --no-man-pages \
  --output /opt/runtime/java
cp -L "$home/lib/security/cacerts" /opt/runtime/java/lib/security/cacerts
find /opt/runtime/java/bin -type f ! -name java -delete
