# shellcheck shell=sh
# Sets Maven up for the build of the shim: its repository outlasts a build, and its client trusts
# the authorities in SSL_CERT_FILE. Wants $work and $target.
MAVEN_OPTS="-Dmaven.repo.local=/var/cache/maven"
if [ -s "${SSL_CERT_FILE:-}" ]; then
  java -cp "$target/install" TrustStore "$SSL_CERT_FILE" "$work/trust.p12"
  MAVEN_OPTS="$MAVEN_OPTS -Djavax.net.ssl.trustStore=$work/trust.p12"
  MAVEN_OPTS="$MAVEN_OPTS -Djavax.net.ssl.trustStorePassword=changeit"
fi
export MAVEN_OPTS
