"""The environments of the other systems, one each: made and filled by pip the first time they are needed."""

import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from midi.errors import MachineError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv-peers"
INSTALLED = ".installed"


@dataclass(frozen=True, slots=True)
class Environment:
    """A requirement for pip, its disk and its time: with Python 3.11 on Linux, where PyTorch brings CUDA along."""

    name: str
    requirement: str
    disk_gb: float
    minutes: float


NOTOCHORD = Environment("notochord", "notochord==0.8.0", disk_gb=7.1, minutes=2.5)
IMPSY = Environment("impsy", "impsy==1.2.1", disk_gb=2.2, minutes=0.7)


def python_of(environment: Environment | None, notify: Callable[[str], None], folder: Path = FOLDER) -> Path:
    """The interpreter of an environment, installed first where it is not; None: the one that runs this.

    Raises:
        MachineError: the disk is too full, or pip fails (what it said stands above).
    """
    if environment is None:
        return Path(sys.executable)
    home = folder / environment.name
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    mark = home / INSTALLED
    if mark.is_file() and mark.read_text() == environment.requirement and python.exists():
        return python
    _install(environment, home, python, notify)
    mark.write_text(environment.requirement)
    return python


def _install(environment: Environment, home: Path, python: Path, notify: Callable[[str], None]) -> None:
    asked = environment.requirement
    notify(
        f"installing {asked} and what it needs: about {environment.disk_gb} GB on the disk, "
        f"{environment.minutes} minutes on a fast line (once)"
    )
    home.mkdir(parents=True, exist_ok=True)
    free_gb = shutil.disk_usage(home).free / 1e9
    if free_gb < environment.disk_gb * 1.5:
        raise MachineError(f"{asked} needs {environment.disk_gb} GB and room to unpack; {free_gb:.1f} GB are free")
    venv.create(home, clear=True, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", asked]
    code = subprocess.run(pip, check=False).returncode
    if code:
        raise MachineError(f"pip install {asked} failed (exit code {code})")
