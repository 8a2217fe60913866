"""`python -m serverkit`: serve the function that the environment names."""

import os
import sys

from serverkit.errors import ServerkitError
from serverkit.loader import report
from serverkit.serving import serve
from serverkit.settings import Settings


def main() -> int:
    """Run the runtime; return its exit code."""
    try:
        return serve(Settings.from_environment(os.environ))
    except ServerkitError as error:
        report(error)  # LOAD-7
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
