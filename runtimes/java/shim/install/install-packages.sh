#!/bin/sh
# Installs Debian packages, without what only people or apt itself would read.
set -eu
mkdir -p /usr/share/man/man1 # the JDK's scripts expect it
apt-get update -q
apt-get install -qy --no-install-recommends "$@"
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /usr/share/doc /usr/share/man /usr/share/locale
