#!/bin/sh
# The command of the stage `tests`: layout and mistakes of the sources, then the unit tests.
set -eu
cd "$(dirname "$0")/../.."
if command -v rubocop >/dev/null; then
    rubocop --cache false --format quiet
fi
exec ruby -w tests/unit/all.rb
