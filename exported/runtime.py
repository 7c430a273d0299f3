"""The only module that imports onnxruntime to run a graph: sessions, and the provider that runs them.

One LSTM step is small: on many machines the CPU finishes it before a GPU has been asked. So `auto` times both.
"""

import ctypes
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import onnxruntime as ort

from midi.errors import InputError, MachineError, ModelError
from midi.text import printable

Session: TypeAlias = ort.InferenceSession
VERSION: str = ort.__version__
CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
CHOICES = ("auto", "cpu", "cuda")
TIMED_STEPS = 30


def compiled_providers() -> list[str]:
    """The providers that this onnxruntime was built with; whether they work here is another matter."""
    return list(ort.get_available_providers())


def cuda_obstacle() -> str | None:
    """The reason why CUDA cannot be used here; None if nothing is known to stand in the way.

    To be asked before onnxruntime is, since it prints to stderr when a provider does not load.
    """
    if CUDA not in compiled_providers():
        return "this onnxruntime was built without it; onnxruntime-gpu has it"
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return "no NVIDIA driver is installed (libcuda does not load)"
    return None


def open_session(graph: Path | bytes, provider: str = CPU) -> Session:
    """An inference session on one thread, from a graph's file or its bytes.

    From memory in either case: so onnxruntime refuses weights that lie in other files, for which no card vouches.

    Raises:
        ModelError: onnxruntime does not take the graph.
    """
    options = ort.SessionOptions()
    # One thread, no spinning: more threads are quicker on an idle machine and stall for 5 to 20 ms on a busy one.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        graph_bytes = graph.read_bytes() if isinstance(graph, Path) else graph
        return ort.InferenceSession(graph_bytes, options, providers=[provider])
    except Exception as error:  # noqa: BLE001 - onnxruntime raises a class of its own for each broken graph
        name = graph if isinstance(graph, Path) else f"a graph of {len(graph)} bytes"
        reason = printable(str(error).splitlines()[0])
        raise ModelError(f"onnxruntime does not take {name} ({reason}): copy it again, its weights inside") from None


def open_on(graph: Path, provider: str, time_step: Callable[[Session], float]) -> Session:
    """A session on the provider asked for; `auto` takes the faster by `time_step` (seconds a step).

    Raises:
        InputError: no such provider.
        MachineError: CUDA was asked for and cannot be had; the message says why.
        ModelError: onnxruntime does not take the graph.
    """
    if provider not in CHOICES:
        raise InputError(f"--provider {provider} is not known: it takes {', '.join(CHOICES)}")
    obstacle = None if provider == "cpu" else cuda_obstacle()
    if provider == "cuda" and obstacle:
        raise MachineError(f"--provider cuda: {obstacle}; use --provider cpu, or auto")
    if provider == "cpu" or obstacle:
        return open_session(graph)
    on_cuda = open_session(graph, CUDA)
    if CUDA not in on_cuda.get_providers():
        if provider == "cuda":
            raise MachineError("--provider cuda: its libraries (CUDA, cuDNN) do not load; use --provider cpu, or auto")
        return open_session(graph)
    return on_cuda if provider == "cuda" else min((open_session(graph), on_cuda), key=time_step)


def median_seconds(call: Callable[[], object]) -> float:
    """The median time of a few calls, after as many to warm up."""
    times = []
    for _ in range(2 * TIMED_STEPS):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return sorted(times[TIMED_STEPS:])[TIMED_STEPS // 2]
