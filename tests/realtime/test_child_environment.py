import os
import subprocess
import sys
from pathlib import Path

import pytest

from realtime.bench.footprint import ROOMS, child_environment


def test_a_child_finds_the_rooms_from_another_folder(tmp_path: Path) -> None:
    code = "import realtime; print(realtime.__file__)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],  # without site-packages, where this checkout may be installed
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=child_environment(),
    )
    assert Path(done.stdout.strip()) == ROOMS / "realtime" / "__init__.py"


@pytest.mark.parametrize(("inherited", "expected"), [("", [str(ROOMS)]), ("/there", [str(ROOMS), "/there"])])
def test_what_stands_on_the_path_comes_after(
    inherited: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", inherited)
    assert child_environment()["PYTHONPATH"].split(os.pathsep) == expected
