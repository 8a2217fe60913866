#!/bin/sh
# Copies Ruby, its libraries and what these need to run into the folder $1: no shell, no gem.
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

copy /usr/bin/ruby
for folder in /usr/lib/ruby /usr/lib/*/ruby /usr/share/rubygems-integration /usr/share/ruby* \
    /usr/share/zoneinfo /etc/passwd /etc/group /etc/ssl/certs/ca-certificates.crt /usr/lib/ssl /usr/lib/locale/C.*; do
    [ ! -e "$folder" ] || cp -R --parents "$folder" "$root"
done
find "$(readlink -f /usr/bin/ruby)" /usr/lib/ruby /usr/lib/*/ruby -type f \( -perm -100 -o -name '*.so' \) \
    -exec ldd {} + 2>/dev/null | grep -o '[[:space:]]/[^ ]*' | sort -u | while read -r library; do
    copy "$library"
done
# Gems with parts in C count on these; libgcc_s is opened when a thread ends.
for name in libstdc++.so.6 libgcc_s.so.1 libnss_files.so.2 libnss_dns.so.2 libresolv.so.2; do
    library=$(ldconfig -p | sed -n "s|.*[[:space:]]$name .*=> ||p" | head -n 1)
    [ -z "$library" ] || copy "$library"
done
install -d -m 1777 "$root/tmp" "$root/var/tmp"
install -d -o 1000 -g 0 -m 775 "$root/kubeless"
