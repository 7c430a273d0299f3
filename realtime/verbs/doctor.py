"""`antiphon doctor`: what this machine has for a jam, what it lacks, and for each gap one line of what to do.

It looks and reports, and changes nothing. Training packages are looked up, never imported.
"""

import argparse
import math
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from exported.card import check_graph, read_card
from exported.model_store import models
from midi.apis import available_apis
from midi.errors import AntiphonError, MachineError
from midi.text import printable

EPILOG = """\
examples:
  antiphon doctor    read the lines that begin with warn or missing; the arrow below each says what to do

The exit code is 0 if antiphon jam can open MIDI ports here, 1 if it can only play to itself.
"""

RUNTIME = ("mido", "python-rtmidi", "numpy", "matplotlib", "shtab")
RUNTIMES = ("onnxruntime-gpu", "onnxruntime")
"""Two wheels of one import name: installed together, they overwrite each other's files."""
TRAINING = ("tensorflow", "music21", "tf2onnx", "onnx", "tqdm")
PYTHONS = ((3, 11), (3, 12))

SEQUENCER = Path("/dev/snd/seq")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # a file system to be measured, not a place for a file
SHARED_MEMORY_MB = 128
"""jackd with its default number of ports takes 107 MB of it, and dies of SIGBUS where it is smaller."""
MEMLOCK_MB = 128
"""Memory that a JACK client locks with its libraries, generously."""

TRY_FIFO = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))"

Verdict = Literal["ok", "warn", "missing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; with what to do, if anything is."""

    verdict: Verdict
    subject: str
    text: str
    remedy: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It has no flags of its own."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  # every verb is given its arguments
    """Print the report; 0 if MIDI ports can be opened, 1 if not."""
    midi = list(_midi())
    for title, findings in (
        ("midi", midi),
        ("python", [_python(), *_packages()]),
        ("model", [*_providers(), *_models()]),
        ("timing", list(_timing())),
        (
            "training (only for antiphon train)",
            [_package(name, "pip install 'antiphon[train]', in an environment of its own") for name in TRAINING],
        ),
    ):
        print(title)
        for finding in findings:
            print(f"  {finding.verdict:<8} {finding.subject:<22} {finding.text}")
            if finding.remedy:
                print(f"           -> {finding.remedy}")
    return 0 if any(finding.verdict == "ok" for finding in midi) else 1


def _midi() -> Iterator[Finding]:
    try:
        apis = available_apis()
    except MachineError as error:
        yield Finding("missing", "python-rtmidi", str(error))
        return
    for api in apis:
        if api.is_reachable:
            ports = "virtual ports" if api.has_virtual_ports else "existing ports only: make some in loopMIDI"
            yield Finding("ok", api.title, f"answers; {ports}")
        else:
            yield Finding("missing", api.title, api.reason, api.remedy)
    if sys.platform == "linux" and SEQUENCER.exists() and not os.access(SEQUENCER, os.R_OK | os.W_OK):
        yield Finding(
            "warn",
            str(SEQUENCER),
            "is there, but not for this user",
            "sudo usermod -aG audio $USER, then log in again",
        )


def _python() -> Finding:
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] in PYTHONS:
        return Finding("ok", "Python", text)
    return Finding("warn", "Python", text, "use Python 3.11 or 3.12")


def _package(package: str, remedy: str) -> Finding:
    """Whether a package is installed, and in which version."""
    try:
        return Finding("ok", package, version(package))
    except PackageNotFoundError:
        return Finding("missing", package, "not installed", remedy)


def _packages() -> Iterator[Finding]:
    for package in RUNTIME:
        yield _package(package, f"pip install {package}")
    runtimes = [_package(package, "") for package in RUNTIMES]
    installed = [finding for finding in runtimes if finding.verdict == "ok"]
    yield from installed
    if len(installed) > 1:
        yield Finding(
            "warn",
            "onnxruntime",
            "two wheels that overwrite each other's files are installed",
            f"pip uninstall -y {' '.join(RUNTIMES)}; then install antiphon again",
        )


def _providers() -> Iterator[Finding]:
    try:
        from exported.runtime import CPU, CUDA, compiled_providers, cuda_obstacle
    except ImportError as error:
        yield Finding("missing", "onnxruntime", f"cannot be loaded ({error})", "install antiphon again")
        return
    compiled = compiled_providers()
    if CPU in compiled:
        yield Finding("ok", "CPU provider", "works")
    if CUDA not in compiled:
        remedy = "install onnxruntime-gpu, if you want it"
        yield Finding("missing", "CUDA provider", "not compiled in; the CPU plays", remedy)
    elif obstacle := cuda_obstacle():
        text = f"compiled in, but {obstacle}; the CPU plays"
        yield Finding("missing", "CUDA provider", text, "nothing, unless you have a GPU")
    else:
        yield Finding("ok", "CUDA provider", "compiled in, and a driver loads; antiphon jam times it against the CPU")


def _models() -> Iterator[Finding]:
    folders = models()
    for folder in folders:
        try:
            card = read_card(folder)
            check_graph(folder, card)
        except AntiphonError as error:
            yield Finding(
                "missing", printable(folder.name), printable(str(error)), "copy the folder again, or train it again"
            )
        else:
            yield Finding(
                "ok", printable(folder.name), f"{card.parameters:,} parameters, its graph is the one its card describes"
            )
    if "default" not in {folder.name for folder in folders}:
        yield Finding("missing", "default", "the model that ships is not there", "reinstall antiphon, or use --model")


def _timing() -> Iterator[Finding]:
    if sys.platform != "linux":
        yield Finding("ok", "real-time", "this system gives audio programs their priority itself")
        return
    yield _scheduling()
    yield _locking()
    if SHARED_MEMORY.is_dir():
        status = os.statvfs(SHARED_MEMORY)
        size_mb = status.f_frsize * status.f_blocks / 1e6
        remedy = "start jackd with -p 128 (fewer ports), or give the container more shared memory"
        yield _enough(str(SHARED_MEMORY), size_mb, SHARED_MEMORY_MB, remedy)


def _enough(subject: str, size_mb: float, least_mb: float, remedy: str) -> Finding:
    """Whether there is as much memory as JACK needs."""
    text = "unlimited" if math.isinf(size_mb) else f"{size_mb:,.0f} MB"
    return Finding("ok", subject, text) if size_mb >= least_mb else Finding("warn", subject, text, remedy)


def _scheduling() -> Finding:
    """Whether SCHED_FIFO would be granted, found out in a child so that this process stays as it is."""
    tried = subprocess.run([sys.executable, "-c", TRY_FIFO], capture_output=True, check=False)
    limit = _limit("RLIMIT_RTPRIO")
    text = "unlimited" if math.isinf(limit) else f"{limit:g}"
    if tried.returncode == 0:
        return Finding("ok", "real-time scheduling", f"granted (rtprio limit {text})")
    return Finding(
        "warn",
        "real-time scheduling",
        f"refused (rtprio limit {text}); notes may be late on a busy machine",
        "sudo dpkg-reconfigure jackd2 (say yes), sudo usermod -aG audio $USER, then log in again",
    )


def _locking() -> Finding:
    remedy = "in /etc/security/limits.d: @audio - memlock unlimited; JACK asks for it"
    return _enough("locked memory", _limit("RLIMIT_MEMLOCK") / 1e6, MEMLOCK_MB, remedy)


def _limit(name: str) -> float:
    """A limit of this process; infinite where there is none."""
    import resource  # not on Windows

    soft = resource.getrlimit(getattr(resource, name))[0]
    return math.inf if soft == resource.RLIM_INFINITY else soft
