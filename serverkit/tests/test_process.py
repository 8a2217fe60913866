"""What process 1 asks of the kernel."""

from serverkit.testing import Serve

SOURCE = """
def handler(event, context):
    return open("/proc/self/oom_score_adj").read()
"""


def test_workers_are_the_first_to_end(serve: Serve) -> None:
    """The kernel ends a worker, and not process 1, when memory runs out (FAILURE-9)."""
    assert serve(SOURCE).request("GET").body == b"1000\n"
