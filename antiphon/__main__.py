"""Run `python -m antiphon` as the installed command."""

import sys

from antiphon import main

if __name__ == "__main__":
    sys.exit(main())
