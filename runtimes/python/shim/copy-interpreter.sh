#!/bin/sh
# Copies the interpreter, its library and what these need to run into the folder $1: no more.
set -eu

root=$1
stdlib=$(python3 -c 'import os; print(os.path.dirname(os.__file__))')

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

copy /usr/bin/python3
mkdir -p "$root$stdlib"
cp -R "$stdlib/." "$root$stdlib"
# The copies have other times than their sources: Python would take Debian's bytecode for stale.
python3 -m compileall -q -f -j 0 --invalidation-mode unchecked-hash -s "$root" "$root$stdlib"
find "$(readlink -f /usr/bin/python3)" "$stdlib" -type f \( -perm -100 -o -name '*.so' \) \
    -exec ldd {} + 2>/dev/null | grep -o '[[:space:]]/[^ ]*' | sort -u | while read -r library; do
    copy "$library"
done
# Wheels with compiled parts count on these (manylinux); libgcc_s is opened when a thread ends.
for name in libstdc++.so.6 libgcc_s.so.1 libnss_files.so.2 libnss_dns.so.2 libresolv.so.2 \
    libpthread.so.0 libdl.so.2 librt.so.1 libm.so.6 libmvec.so.1 libutil.so.1 libanl.so.1 \
    libz.so.1 libexpat.so.1; do
    library=$(ldconfig -p | sed -n "s|.*[[:space:]]$name .*=> ||p" | head -n 1)
    [ -z "$library" ] || copy "$library"
done
cp -R --parents /etc/ssl/certs/ca-certificates.crt /usr/share/zoneinfo "$root"
cp --parents /etc/passwd /etc/group "$root"
cp -RP --parents /etc/python3* "$root"
for folder in /usr/lib/python3 /usr/share/zoneinfo/right; do rm -rf "${root:?}$folder"; done
install -d -m 1777 "$root/tmp" "$root/var/tmp"
install -d -o 1000 -g 0 -m 775 "$root/kubeless"
