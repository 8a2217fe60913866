"""What skopeo says when it fails, sorted into absent, refused and transient."""

import pytest

from imagebuild.errors import RegistryError, RegistryUnavailableError
from imagebuild.release import failures

FATAL = 'time="2026-11-30T19:00:51Z" level=fatal msg="%s"'


@pytest.mark.parametrize(
    ("said", "absent"),
    [
        ("reading manifest none in localhost/python: manifest unknown: manifest unknown", True),
        ("fetching tags list: invalid status code from registry 404 (Not Found)", True),
        ("reading manifest none: unauthorized: authentication required", False),
        ("pinging container registry: connection refused", False),
    ],
)
def test_absent(said: str, absent: bool) -> None:
    """A registry that has no such tag is no failure."""
    assert failures.is_absent(FATAL % said) is absent


@pytest.mark.parametrize(
    "said",
    [
        "pinging container registry localhost:1: dial tcp 127.0.0.1:1: connect: connection refused",
        "received unexpected HTTP status: 503 Service Unavailable",
        "writing blob: Patch: unexpected EOF",
        "toomanyrequests: too many requests",
        "net/http: TLS handshake timeout",
        "write: broken pipe",
    ],
)
def test_what_may_go_well_next_time(said: str) -> None:
    """Such a failure is tried again."""
    error = failures.failure("written", "localhost:1/python:2.0", FATAL % said)
    assert isinstance(error, RegistryUnavailableError)
    assert said in error.message


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("unable to retrieve auth token: invalid username/password: unauthorized", "docker login"),
        ("writing blob: denied: requested access to the resource is denied", "docker login"),
        ('Get \\"https://h/v2/\\": x509: certificate signed by unknown authority', "SSL_CERT_FILE"),
        ("writing manifest: manifest invalid", "correct what"),
    ],
)
def test_a_refusal_is_not_tried_again(said: str, hint: str) -> None:
    """And its hint says what to do."""
    error = failures.failure("written", "registry.example.com/python:2.0", FATAL % said)
    assert type(error) is RegistryError
    assert hint in error.hint
    assert error.exit_code == 8
