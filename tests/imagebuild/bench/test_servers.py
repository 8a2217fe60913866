from pathlib import Path

from imagebuild.bench.servers import FUNCTIONS

ROOT = Path(__file__).parent.parent.parent.parent


def test_the_load_sends_the_requests_that_were_checked() -> None:
    """bench/load.lua has the method and the body of the sleeping function; hello is a plain GET."""
    script = (ROOT / "bench" / "load.lua").read_text(encoding="utf-8")
    sleep, hello = FUNCTIONS["sleep"].request, FUNCTIONS["hello"].request
    assert f'wrk.method = "{sleep.method}"' in script
    assert f"wrk.body = '{{\"seconds\": {sleep.json_body['seconds']}}}'" in script
    assert (hello.method, hello.body, hello.json_body) == ("GET", None, None)
    assert 'wrk.headers["Connection"] = "close"' in script
