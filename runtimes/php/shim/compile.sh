#!/bin/sh
# Compiles the worker library in the folder $1 and its binding into the folder $2.
set -eu

here=$(dirname "$0")
# PHP's own headers are not held to these warnings.
includes=$(php-config --includes | sed 's/-I/-isystem /g')
# shellcheck disable=SC2086  # the folders are words of their own
gcc -std=gnu11 -D_GNU_SOURCE -DCOMPILE_DL_FUNCTION_RUNTIME -O2 -Wall -Wextra -Werror \
    -Wno-unused-parameter -fPIC -shared -pthread -s -I "$1" $includes \
    -o "$2/function_runtime.so" "$here"/extension/*.c "$1"/*.c
