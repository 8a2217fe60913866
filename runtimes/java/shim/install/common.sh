# shellcheck shell=sh
# What both phases share. Every expansion is quoted (IMAGE-13).
volume=${KUBELESS_INSTALL_VOLUME:-/kubeless}
# shellcheck disable=SC2034  # for the scripts that source this
manifest=${KUBELESS_DEPS_FILE:-$volume/pom.xml}
shim=/opt/runtime
export LC_ALL=C.UTF-8 # of the compiler's messages
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Runs a command (in which `set -e` does not hold); if it fails, ends the phase with the end of its output in the termination log.
attempt() {
  code=0
  "$@" >"$work/output" 2>&1 || code=$?
  if [ "$code" -ne 0 ]; then
    cat "$work/output" >&2
    tail -c 4000 "$work/output" 2>/dev/null >/dev/termination-log || true
    exit "$code"
  fi
}

# Runs Maven with the image's repository below a writable one, so that what the image has needs no
# network. SSL_CERT_FILE is what its client trusts.
maven() {
  options="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xshare:auto"
  if [ -s "${SSL_CERT_FILE:-}" ]; then
    java -cp "$shim/install" TrustStore "$SSL_CERT_FILE" "$work/trust.p12" || return 1
    options="$options -Djavax.net.ssl.trustStore=$work/trust.p12"
    options="$options -Djavax.net.ssl.trustStorePassword=changeit"
  fi
  if [ ! -d "$work/repository" ]; then
    cp -rs "$shim/repository" "$work/repository" || return 1
  fi
  settings=${MAVEN_SETTINGS:-$volume/settings.xml}
  if [ -f "$settings" ]; then
    set -- --settings "$settings" "$@"
  fi
  MAVEN_OPTS="$options ${MAVEN_OPTS:-}" \
    mvn --batch-mode --quiet "-Dmaven.repo.local=$work/repository" "$@"
}
