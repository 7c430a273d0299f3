"""The classic way (Skúli 2017, and the many tutorials after it): a window of 100 names a note; runs in .venv-full."""

import os
from collections.abc import Callable, Sequence

from benchmarks.peers import adapter

NAMES = 300
WARM_UP = 3


def prepare() -> tuple[str, str, Callable[[Sequence[float]], list[float]]]:
    """Build the tutorials' network; one decided note is `model.predict` on the last hundred, and the likeliest name."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", CUDA_VISIBLE_DEVICES="-1")
    import numpy as np
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from benchmarks.classic import windows

    model = windows.network(NAMES)
    pattern = list(np.random.default_rng(0).integers(0, NAMES, windows.WINDOW))

    def decide() -> None:
        window = np.reshape(pattern, (1, windows.WINDOW, 1)) / NAMES
        pattern.append(np.argmax(model.predict(window, verbose=0)))
        del pattern[0]

    play = adapter.each(decide)
    play([0.0] * WARM_UP)
    what = (
        f"LSTM {windows.LAYERS} x {windows.UNITS} ({model.count_params() / 1e6:.1f} M parameters, random weights) "
        f"over {windows.WINDOW} names, `model.predict`: a name, no length, no velocity; "
        f"tensorflow {tf.__version__}"
    )
    return "classic window", what, play


if __name__ == "__main__":
    adapter.serve(prepare)
