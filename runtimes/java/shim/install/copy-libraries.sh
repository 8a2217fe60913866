#!/bin/sh
# Copies what the Java runtime needs of this system into the folder $1: shared libraries, the
# authorities, a font and the user. No shell, no other program.
set -eu
target=$1
copy() {
  mkdir -p "$target$(dirname "$1")"
  cp -L "$1" "$target$1"
}
mkdir -p "$target/tmp" "$target/kubeless" "$target/opt"
chmod 1777 "$target/tmp"
chown 1000:0 "$target/kubeless"
chmod 775 "$target/kubeless"
opened="/usr/lib/$(uname -m)-linux-gnu/libfontconfig.so.1" # by name, so that no library tells of it
copy "$opened"
find /opt/runtime "$opened" -name '*.so*' -exec ldd {} + 2>/dev/null |
  sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/lib[^ ]*\) (.*/\1/p' | sort -u |
  grep -v '^/opt/' | while read -r library; do copy "$library"; done
for file in /etc/passwd /etc/group /etc/nsswitch.conf /etc/ssl/certs/ca-certificates.crt \
  "/lib/$(uname -m)-linux-gnu/libnss_dns.so.2" "/lib/$(uname -m)-linux-gnu/libnss_files.so.2"; do
  [ ! -e "$file" ] || copy "$file"
done
# Of the locale all categories, because setlocale takes all or none where LC_ALL names it.
find -L /etc/fonts /usr/share/fonts/truetype/dejavu /usr/lib/locale/C.utf8 -type f | while read -r file; do copy "$file"; done
cp -a /opt/runtime "$target/opt/runtime"
