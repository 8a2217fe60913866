#!/bin/sh
# Compiles the worker library in the folder $1 and its binding to $2/worker_library.so.
set -eu

here=$(dirname "$0")
setting() { ruby -r rbconfig -e 'puts RbConfig::CONFIG.fetch(ARGV[0])' "$1"; }
# Ruby's own headers aren't clean by -Wextra: -isystem leaves their warnings out.
gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -fPIC -fvisibility=hidden -shared -pthread -s \
    -isystem "$(setting rubyhdrdir)" -isystem "$(setting rubyarchhdrdir)" -I "$1" \
    -o "$2/worker_library.so" "$here"/*.c "$1"/*.c
