#!/bin/sh
# Links a Java runtime with all standard modules, but without tools, into /opt/runtime/java.
set -eu
home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
modules=java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.charsets,jdk.localedata
modules=$modules,jdk.net,jdk.httpserver,jdk.management,jdk.naming.dns,jdk.xml.dom,jdk.security.auth
"$home/bin/jlink" --add-modules "$modules" --no-header-files --no-man-pages \
  --output /opt/runtime/java
cp -L "$home/lib/security/cacerts" /opt/runtime/java/lib/security/cacerts
find /opt/runtime/java/bin -type f ! -name java -delete
