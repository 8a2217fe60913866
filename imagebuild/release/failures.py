"""What a registry's client has said when it failed: absent, refused, or worth another try."""

import re

from imagebuild.errors import RegistryError, RegistryUnavailableError

ABSENT = re.compile(r"(manifest|name) unknown|404 \(Not Found\)|repository name not known", re.I)
TRANSIENT = re.compile(
    r"connection (refused|reset)|broken pipe|\bEOF\b|time-?out|timed out|too many requests|"
    r"\b(429|50[0234])\b|temporary failure|no route to host|network is unreachable|"
    r"server closed|internal server error|service unavailable|bad gateway",
    re.I,
)
REFUSED = re.compile(r"unauthori[sz]ed|denied|authentication required|forbidden|\b40[13]\b", re.I)
UNTRUSTED = re.compile(r"x509|certificate|server gave HTTP response to HTTPS client", re.I)


def is_absent(output: str) -> bool:
    """Whether the registry says that it has no such tag or repository."""
    return bool(ABSENT.search(output))


def failure(action: str, reference: str, output: str) -> RegistryError:
    """Return the error for `action` ("read", "write") on `reference`, given what was printed."""
    lines = [line for line in output.splitlines() if line.strip()]
    found = _bare(lines[-1]) if lines else "nothing was said"
    host = reference.partition("/")[0]
    message = f"`{reference}` could not be {action}: {found}"
    if REFUSED.search(found):
        return RegistryError(
            message, f"log in as a user who may do this: `docker login {host}`; nothing was lost"
        )
    if UNTRUSTED.search(found):
        return RegistryError(
            message,
            f"put the registry's authority into `/etc/docker/certs.d/{host}/ca.crt`,"
            " or name it in SSL_CERT_FILE",
        )
    if TRANSIENT.search(found):
        return RegistryUnavailableError(
            message, "see whether the registry runs, then run it again: it goes on where it ended"
        )
    return RegistryError(message, "correct what the registry says, then run it again")


def _bare(line: str) -> str:
    """Return the message in a line of skopeo's log."""
    match = re.search(r'msg="(.*)"$', line)
    return match[1].replace('\\"', '"') if match else line
