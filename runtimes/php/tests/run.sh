#!/bin/sh
# Checks the syntax of the shim, and runs its unit tests.
set -eu

for file in /shim/worker.php /shim/src/*.php /fixtures/*.php /tests/unit/*.php; do
    [ "$file" = /fixtures/load_syntax.php ] || php -l "$file" >/dev/null
done
exec php -c /opt/shim/php.ini /usr/bin/phpunit --bootstrap /tests/unit/bootstrap.php \
    --do-not-cache-result --fail-on-warning --colors=never /tests/unit
