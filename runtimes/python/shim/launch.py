"""The entry point of the image: serverkit from its own folder, whatever PYTHONPATH is (IMAGE-8)."""

import sys

if __name__ == "__main__":
    sys.path[0] = "/opt/serverkit"
    from serverkit.__main__ import main

    sys.exit(main())
