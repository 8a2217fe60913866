# shellcheck shell=sh
# Sets Maven up for a build of the shim: its repository outlasts the build, and its client trusts the
# authorities in SSL_CERT_FILE. $1 has the class TrustStore, $2 is a folder of this build.
set_up_maven() {
  MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dmaven.repo.local=/var/cache/maven"
  if [ -s "${SSL_CERT_FILE:-}" ]; then
    java -cp "$1" TrustStore "$SSL_CERT_FILE" "$2/trust.p12"
    MAVEN_OPTS="$MAVEN_OPTS -Djavax.net.ssl.trustStore=$2/trust.p12"
    MAVEN_OPTS="$MAVEN_OPTS -Djavax.net.ssl.trustStorePassword=changeit"
  fi
  export MAVEN_OPTS
}
