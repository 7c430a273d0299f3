"""IMPSY (Martin and Torresen 2019): its mixture density network by its TFLite path; runs in its environment.

    python -m benchmarks.peers.impsy UNITS

Built and converted by its own code, weights drawn by chance: it ships none. Nine numbers an event, as in the
configuration that it ships.
"""

import functools
import importlib.metadata
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.peers import adapter

DIMENSION = 9
MIXTURES = 5
LAYERS = 2
WARM_UP = 50


def prepare(units: int) -> tuple[str, str, Callable[[Sequence[float]], list[float]]]:
    """Build, convert to TFLite, load; one decided event is a step of the network and a draw from its mixture."""
    from impsy import mdrnn, tflite_converter  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.tflite"
        network = mdrnn.build_mdrnn_model(DIMENSION, units, MIXTURES, LAYERS, inference=True)
        tflite_converter.model_to_tflite(network, file)
        model = mdrnn.TfliteMDRNN.from_file(file)
    last = mdrnn.random_sample(DIMENSION)

    def decide() -> None:
        nonlocal last
        last = mdrnn.proc_generated_touch(model.generate(last), DIMENSION)

    play = adapter.each(decide)
    play([0.0] * WARM_UP)
    what = (
        f"LSTM {LAYERS} x {units} ({network.count_params() / 1e6:.2f} M parameters, random weights), "
        f"{DIMENSION} numbers an event, no length: step and draw; "
        f"ai-edge-litert {importlib.metadata.version('ai-edge-litert')}"
    )
    return f"IMPSY {importlib.metadata.version('impsy')}, {LAYERS} x {units}", what, play


if __name__ == "__main__":
    adapter.serve(functools.partial(prepare, int(sys.argv[1])))
