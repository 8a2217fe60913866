#!/bin/sh
# Compiles the worker library in the folder $1 and the native methods into the file $2.
set -eu
library=$1
java_home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
gcc -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden -std=c11 -D_GNU_SOURCE -pthread \
  -I"$library" -I"$java_home/include" -I"$java_home/include/linux" \
  -o "$2" native/*.c "$library"/*.c
