"""The authorities that package clients trust in builds and phases: a CA bundle of this machine."""

import os
from pathlib import Path

from imagebuild.errors import UsageError

PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)
"""Where systems keep the authorities they trust."""


def ca_bundle() -> Path:
    """Return this machine's CA bundle: SSL_CERT_FILE, else where the system keeps it."""
    for candidate in (os.environ.get("SSL_CERT_FILE", ""), *PLACES):
        if candidate and Path(candidate).is_file():
            return Path(candidate)
    raise UsageError(
        "this machine has no CA bundle that build steps could trust",
        "install `ca-certificates`, or name a file with `--ca-bundle`",
    )
