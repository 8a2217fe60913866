#!/bin/sh
# Compiles the worker library in the folder $1 and its binding into the folder $2.
set -eu

here=$(dirname "$0")
gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -fPIC -shared -pthread -s \
    -I "$1" -I "$here/../node_modules/node-api-headers/include" \
    -o "$2/worker_library.node" "$here"/*.c "$1"/*.c
