"""Names learned a second: the tutorials' windows, and streams that carry their state, same LSTM.

    python -m benchmarks.classic.speed --steps 3

On music made up at random, since the pace does not depend on it. Importing this module imports nothing heavy.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks.command import parser_of, positive, run_command
from training import heavy
from training.classic import reading
from training.pieces import Ints
from training.plan import CLASSIC

STEPS = 3
NAMES = 300
MUSIC = 2_000
"""Names in the piece that is learned from."""


def run(steps: int = STEPS, notify: Callable[[str], None] = print) -> int:
    """Measure both ways for so many steps each, after one that is not counted; prints a table."""
    heavy.load()
    from benchmarks.classic import windows

    piece: Ints = np.random.default_rng(1).integers(0, NAMES, (MUSIC, 1)).astype(np.int32)
    classic = windows.pace(piece, NAMES, steps)
    ours = carried_pace(piece, steps)
    notify(f"LSTM {CLASSIC.layers} x {CLASSIC.units}, batches of {CLASSIC.streams}, {steps} steps each:")
    notify("| | names learned a second | |")
    notify("|---|---|---|")
    notify(f"| windows of {windows.WINDOW}, one name predicted by each | {classic.names_per_second:,.0f} | 1 |")
    times = ours / classic.names_per_second
    notify(f"| streams in chunks of {CLASSIC.chunk}, every name, state carried | {ours:,.0f} | {times:.0f} x |")
    return 0


def carried_pace(piece: Ints, steps: int) -> float:
    """Names a second that the classic preset learns to predict; ids [N, 1]."""
    from training.batches import Streams
    from training.network import Network, Shape

    field = reading.sound_field([""] * NAMES)
    shape = Shape((field,), (), CLASSIC.layers, CLASSIC.units, CLASSIC.width, CLASSIC.dropout or 0.0)
    network = Network(shape, CLASSIC.streams, CLASSIC.chunk)
    rng = np.random.default_rng(1)
    streams = Streams([reading.as_piece(piece)], (field,), (), CLASSIC.streams, CLASSIC.chunk, rng)
    network.train(streams.next(), CLASSIC.rate)
    began = time.perf_counter()
    for _ in range(steps):
        network.train(streams.next(), CLASSIC.rate)
    return steps * CLASSIC.streams * CLASSIC.chunk / (time.perf_counter() - began)


if __name__ == "__main__":
    parser = parser_of("benchmarks.classic.speed", "The classic windows against streams that carry their state.")
    parser.add_argument("--steps", type=positive, default=STEPS, help="steps of each (default: %(default)s)")
    sys.exit(run_command(parser, lambda flags: run(flags.steps)))
