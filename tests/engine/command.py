"""build.py as a user runs it, on a catalog outside the main one."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SECONDS = 600


def build_py(catalog: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of build.py on the catalog at the path `catalog`, and wait for its end."""
    words = [sys.executable, str(ROOT / "build.py"), command, f"--catalog={catalog}", *arguments]
    return subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
