#!/bin/sh
# Copies PHP, its extensions and what they need to run into the folder $1: no shell, no package manager.
set -eu

root=$1

copy() { # a file or link, and what a link points to
    mkdir -p "$root$(dirname "$1")"
    cp -P --no-clobber "$1" "$root$1"
    if [ -L "$1" ]; then
        target=$(readlink -f "$1")
        mkdir -p "$root$(dirname "$target")"
        cp -P --no-clobber "$target" "$root$target"
    fi
}

# As in the base image: /lib and /lib64 may be links into /usr.
for folder in /bin /lib /lib64; do
    if [ -L "$folder" ]; then
        mkdir -p "$root$(readlink -f "$folder")"
        cp -P "$folder" "$root$folder"
    fi
done

program=$(readlink -f /usr/bin/php)
copy "$program"
ln -s "$(basename "$program")" "$root/usr/bin/php"
extensions=$(php -r 'echo ini_get("extension_dir");')
cp -R --parents "$extensions" /etc/php "$root"
# The settings of a version are links to a list of what Debian's packages offer.
cp -R --parents /usr/share/php*/*/*.ini* "$root" 2>/dev/null || true
find "$program" "$extensions" -type f -exec ldd {} + 2>/dev/null |
    grep -o '[[:space:]]/[^ ]*' | sort -u | while read -r library; do
    copy "$library"
done
for name in libnss_files.so.2 libnss_dns.so.2 libresolv.so.2; do
    library=$(ldconfig -p | sed -n "s|.*[[:space:]]$name .*=> ||p" | head -n 1)
    [ -z "$library" ] || copy "$library"
done
cp -R --parents /etc/ssl/certs/ca-certificates.crt /etc/ssl/openssl.cnf /usr/share/zoneinfo "$root"
rm -rf "$root/usr/share/zoneinfo/right"
cp --parents /etc/passwd /etc/group "$root"
install -d -m 1777 "$root/tmp" "$root/var/tmp"
install -d -o 1000 -g 0 -m 775 "$root/kubeless"
