#!/bin/sh
# Starts a container engine inside a Debian root, as the first process of its own mount and
# process namespaces: nothing of it outlives it, neither mounts nor containers.
# Usage: unshare --mount --pid --fork --kill-child engine_start.sh ROOT CONFIGURATION FOLDER...
# ROOT: folder of the root; CONFIGURATION: dockerd's; FOLDER: seen under the same path inside.
set -eu
root=$1
configuration=$2
shift 2

mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
if ! mountpoint -q /sys/fs/cgroup; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
fi
# A bind mount of a container is resolved in here, so the folders it may name have to be here.
for folder in "$@"; do
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
done
for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
    if [ -e "$file" ]; then
        cp -L "$file" "$root$file"
    fi
done

# Not just chroot: `docker exec` enters the root of the mount namespace, which has to be this one.
cd "$root"
if pivot_root . .; then
    umount -l .
fi
exec chroot . /usr/bin/tini -- dockerd --config-file "$configuration"
