"""Brings in TensorFlow and what goes with it, quietly; the one place where that happens.

Their remarks (oneDNN, CUDA not found) go to the file descriptor, past Python's stderr: there they are stopped.
"""

import contextlib
import importlib
import importlib.util
import logging
import os
import sys
import warnings
from collections.abc import Iterator

from midi.errors import MachineError

NEEDED = ("tensorflow", "keras", "tf2onnx", "onnx", "onnxruntime", "music21", "matplotlib", "tqdm")
HINT = "training needs TensorFlow and music21: pip install 'antiphon[train]'"


def check() -> None:
    """Check that all that training needs is installed; imports none of it.

    Raises:
        MachineError: something is missing; the message says how to get it.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MachineError(f"{HINT} (missing: {', '.join(missing)})")


def load(threads: int | None = None) -> None:
    """Import TensorFlow, on the CPU unless CUDA_VISIBLE_DEVICES says otherwise, and keep it silent from here on.

    The same seed and the same number of threads (None: one a core) give the same weights on the same machine.
    """
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    with silenced(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tensorflow = importlib.import_module("tensorflow")
        importlib.import_module("keras")
        importlib.import_module("tf2onnx")
    tensorflow.config.experimental.enable_op_determinism()
    if threads is not None:
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)
    for name in ("tensorflow", "absl", "tf2onnx", "matplotlib"):
        logging.getLogger(name).setLevel(logging.ERROR)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Nothing that is written to file descriptor 2 in this context is seen."""
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
