#!/bin/sh
# Starts both servers; the container ends with nginx.
set -eu

php-fpm --nodaemonize --fpm-config /bench/php-fpm.conf &
exec nginx -c /bench/nginx.conf
