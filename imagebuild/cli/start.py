"""The first step of build.py: into the repository's environment. Standard library only."""

import os
import sys
from pathlib import Path

MARK = "FUNCTION_RUNTIMES_ENVIRONMENT"
"""Set to the environment that was entered, lest a broken one be entered again and again."""

OURS = ("imagebuild", "tests")
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def main(script: str) -> None:
    """Run the command line in `.venv` beside `script`; exits with one sentence if it isn't there.

    `make setup` marks a complete environment with the file `.complete`.
    """
    folder = Path(script).resolve().parent
    environment = (folder / ".venv").resolve()
    place = "" if folder == Path.cwd() else f" in `{folder}`"
    anew = f"hint: run `rm -r .venv`, then `make setup`{place}"
    if Path(sys.prefix).resolve() != environment:
        if not (environment / ".complete").exists():
            sys.exit(
                f"error: there is no complete environment in `.venv`\nhint: run `make setup`{place}"
            )
        if os.environ.get(MARK) == str(environment):
            sys.exit(f"error: `.venv` is broken\n{anew}")
        os.environ[MARK] = str(environment)
        python = str(environment / "bin" / "python")
        os.execv(python, [python, *sys.argv])  # noqa: S606 (no shell is wanted)
    # A program started from here, such as a test of the README, enters the environment afresh.
    os.environ.pop(MARK, None)
    try:
        from imagebuild.cli import command_line

        command_line.main()
    except KeyboardInterrupt:  # while modules are loaded: later ones `cli` answers
        sys.exit(INTERRUPTED)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] in OURS:
            raise
        sys.exit(f"error: `.venv` is broken: it has no module `{error.name}`\n{anew}")
