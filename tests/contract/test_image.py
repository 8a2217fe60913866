"""Chapter IMAGE of SPEC.md."""

import pytest

from tests.support import contents
from tests.support.launcher import Failure
from tests.support.processes import parse
from tests.support.runtime import Runtime
from tests.support.server import Server
from tests.support.sidecar import Tools
from tests.support.wait import wait_until

LABELS = ["source", "revision", "version", "created", "base.name", "base.digest"]
HARDENED = pytest.mark.function(
    "hello",
    shared=True,
    user="12345:0",
    read_only=True,
    tmpfs={"/tmp": ""},
    cap_drop=["ALL"],
    security_opt=["no-new-privileges"],
)
HIDDEN = "x; touch /kubeless/hidden; $(touch /kubeless/hidden) `touch /kubeless/hidden`"
VARIABLES = [
    "KUBELESS_DEPS_FILE",
    "KUBELESS_FUNC_NAME",
    "MOD_NAME",
    "FUNC_HANDLER",
    "SSL_CERT_FILE",
]
WINTER, SUMMER = 1_704_067_200, 1_719_792_000
ZONES = {  # seconds east of UTC in winter and in summer
    "UTC": (0, 0),
    "Europe/Kyiv": (7200, 10800),
    "Europe/Kiev": (7200, 10800),
    "US/Pacific": (-28800, -25200),
    "EST5EDT": (-18000, -14400),
    "GB": (0, 3600),
    "Japan": (32400, 32400),
    "Asia/Calcutta": (19800, 19800),
    "America/Buenos_Aires": (-10800, -10800),
    "Etc/GMT+5": (-18000, -18000),
}
LOAD = "ab -q -k -c 4 -n {count} http://127.0.0.1:{port}/ >/dev/null"


@pytest.mark.clause("IMAGE-1")
@pytest.mark.function("hello", shared=True)
def test_user(server: Server, tools: Tools) -> None:
    """Everything runs as uid 1000."""
    assert {process.user for process in tools.processes(server).all} == {1000}


@pytest.mark.clause("IMAGE-2")
@HARDENED
def test_any_user(server: Server) -> None:
    """Any user of the group 0 will do."""
    assert server.call().text == "hello world"


@pytest.mark.clause("IMAGE-3")
@HARDENED
def test_read_only(server: Server) -> None:
    """Nothing but /tmp needs to be writable."""
    assert server.call().text == "hello world"


@pytest.mark.clause("IMAGE-4")
@HARDENED
def test_no_capabilities(server: Server) -> None:
    """No capability is needed."""
    assert server.call().text == "hello world"


@pytest.mark.clause("IMAGE-5")
@pytest.mark.function("hello", network_mode="none")
def test_no_network(server: Server, tools: Tools) -> None:
    """No network is needed but the loopback that the request comes from."""
    retry = "--retry 50 --retry-delay 1 --retry-connrefused"
    found = tools.run(server, f"curl -sS {retry} http://127.0.0.1:{server.port}/")
    assert found.stdout == "hello world"


@pytest.mark.clause("IMAGE-6")
@pytest.mark.function("dependency")
def test_dependency(server: Server) -> None:
    """A function uses what its manifest asks for."""
    response = server.call()
    assert response.status_code == 200
    assert response.content


@pytest.mark.clause("IMAGE-7")
@pytest.mark.function("broken_manifest")
def test_broken_manifest(failure: Failure) -> None:
    """The client's own message is on stderr, its end in the termination log."""
    assert failure.exit_code != 0
    assert failure.termination_log.strip()
    assert failure.termination_log.strip().splitlines()[-1] in failure.stderr


@pytest.mark.clause("IMAGE-8")
@pytest.mark.function("collision")
def test_collision(server: Server, runtime: Runtime) -> None:
    """A function gets the version it asks for of a library that the shim uses too."""
    response = server.call()
    assert response.status_code == 200
    assert response.text.strip('"v') in runtime.manifest("collision")


@pytest.mark.clause("IMAGE-9")
def test_labels(runtime: Runtime) -> None:
    """The labels say what the image was made from."""
    labels = (runtime.engine.image(runtime.tag) or {})["Config"]["Labels"]
    assert all(labels.get(f"org.opencontainers.image.{name}") for name in LABELS)


@pytest.mark.clause("IMAGE-10")
@pytest.mark.function("hello", FUNC_WORKERS="1")
def test_memory(server: Server, tools: Tools) -> None:
    """Nine thousand more requests leave the resident memory within 20 %."""
    first = LOAD.format(count=1000, port=server.port)
    then = LOAD.format(count=9000, port=server.port)
    found = tools.run(server, f"{first} && snapshot && echo && {then} && snapshot")
    before, after = found.stdout.split("\n\n")
    assert parse(after).resident <= 1.2 * parse(before).resident


@pytest.mark.clause("IMAGE-11")
@pytest.mark.variant("distroless")
def test_no_shell(runtime: Runtime) -> None:
    """No program in the image is a shell or a package manager."""
    assert not contents.programs(runtime) & (contents.SHELLS | contents.PACKAGE_MANAGERS)


@pytest.mark.clause("IMAGE-12")
def test_phases_without_network(runtime: Runtime) -> None:
    """A function without dependencies needs no network in its phases."""
    results = runtime.phases("hello", network_mode="none").results
    assert [(result.exit_code, result.stderr) for result in results if result.exit_code] == []


@pytest.mark.clause("IMAGE-13")
@pytest.mark.parametrize("names", [VARIABLES, ["KUBELESS_INSTALL_VOLUME"]], ids=["most", "volume"])
def test_hidden_commands(runtime: Runtime, names: list[str]) -> None:
    """The phases don't execute what the values say; a bad volume ends them before the others."""
    prepared = runtime.phases("hello", dict.fromkeys(names, HIDDEN), network_mode="none")
    assert "hidden" not in prepared.files


@pytest.mark.clause("IMAGE-14")
def test_no_secrets(runtime: Runtime) -> None:
    """No file holds a private key, nor an authority that only this machine has."""
    assert contents.secrets(runtime) == []


@pytest.mark.clause("IMAGE-15")
@pytest.mark.quiet
def test_start(runtime: Runtime) -> None:
    """The first request is answered in time; the better of two starts counts."""
    limit = runtime.image.version_entry.start_limit_seconds
    assert any(runtime.start("hello").seconds_to_first_answer() <= limit for _ in range(2))


@pytest.mark.clause("IMAGE-16")
@pytest.mark.parametrize("name", ZONES)
@pytest.mark.function("zone", shared=True)
def test_time_zones(server: Server, name: str) -> None:
    """Zones are known by their names of today and by older ones."""
    for seconds, offset in zip((WINTER, SUMMER), ZONES[name], strict=True):
        assert server.call({"zone": name, "seconds": seconds}).json() == {"offset": offset}


@pytest.mark.clause("IMAGE-17")
@pytest.mark.parametrize("variable", ["LC_ALL", "LANG"])
@pytest.mark.parametrize("locale", ["C", "POSIX", "de_DE.ISO-8859-1", "xx_YY.UTF-8"])
@pytest.mark.needs("inspect", "print", "value")
def test_locales(runtime: Runtime, variable: str, locale: str) -> None:
    """Unicode in source, input, output, log and environment doesn't depend on a locale."""
    text = "grüße 漢字 🎉"
    settings = {variable: locale, "GREETING": text}
    seen = runtime.shared("inspect", settings).call(text).json()
    assert (seen["event"]["data"], seen["environment"]["GREETING"]) in [
        (text, text),
        (f'"{text}"', text),
    ]
    assert runtime.shared("value", settings).call({"kind": "string"}).text == "grüße"
    printer = runtime.shared("print", settings)
    printer.call({"stdout": text, "stderr": text, "then": "return"})
    wait_until(lambda: text in printer.stdout and text in printer.stderr)
