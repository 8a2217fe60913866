#!/bin/sh
# Copies Node and what it needs to run into the folder $1: no shell, no package manager.
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

copy /usr/local/bin/node
ldd /usr/local/bin/node | grep -o ' \?/[^ ]*' | tr -d ' ' | sort -u | while read -r library; do
    copy "$library"
done
# Packages with compiled parts count on these, and so does the resolver.
for name in libatomic.so.1 libnss_files.so.2 libnss_dns.so.2 libresolv.so.2 librt.so.1 \
    libutil.so.1 libpthread.so.0 libdl.so.2 libz.so.1; do
    library=$(ldconfig -p | sed -n "s|.*[[:space:]]$name .*=> ||p" | head -n 1)
    [ -z "$library" ] || copy "$library"
done
cp -R --parents /etc/ssl/certs/ca-certificates.crt "$root"
cp --parents /etc/passwd /etc/group "$root"
install -d -m 1777 "$root/tmp" "$root/var/tmp"
install -d -o 1000 -g 0 -m 775 "$root/kubeless"
