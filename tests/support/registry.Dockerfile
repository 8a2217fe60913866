# Debian's own registry, which the tests of publishing write to.
ARG BASE
FROM ${BASE}
RUN apt-get update -q \
 && apt-get install -qy --no-install-recommends docker-registry \
 && rm -rf /var/lib/apt/lists/*
