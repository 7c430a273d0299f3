"""The environment of a child that runs one of our modules by `python -m`."""

import os
from pathlib import Path

ROOMS = Path(__file__).parents[1]
"""The folder that `realtime` lies in: not on a child's path by itself where Antiphon is installed."""


def child_environment() -> dict[str, str]:
    """Copy this process' environment, with the rooms first on the path that a child imports from."""
    inherited = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOMS), *([inherited] if inherited else [])])}
