#!/bin/sh
# Installs what git needs to fetch repositories: a third of what Debian's package brings.
set -eu

apt-get update -q
apt-get install -qy --no-install-recommends git
# Perl serves commands that send mail or convert other repositories. perl-base stays.
for package in perl 'perl-modules-*' 'libperl5*' liberror-perl libgdbm-compat4t64 libgdbm6t64; do
    dpkg-query --show --showformat '${Package}\n' "$package"
done | xargs dpkg --purge --force-depends
cd /usr/lib/git-core
# These serve repositories, or send to them in ways that nobody uses any more.
rm git-http-backend git-http-fetch git-http-push git-imap-send git-shell /usr/bin/git-shell \
    git-sh-i18n--envsubst scalar /usr/bin/scalar
ln -sf ../../bin/git git
rm -rf /var/lib/apt/lists/* /usr/share/doc /usr/share/man /usr/share/locale /usr/share/info
