"""Fingerprints of what is played offline, to show that a restructuring changed nothing.

`python -m benchmarks.same_output before.json`, in the old checkout; then in the new one `python -m
benchmarks.same_output after.json --compare before.json`. Both on one machine: sums of floats differ between machines.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from benchmarks.players.performance import Cell, human_of
from benchmarks.players.phrases import all_phrases
from exported.model_store import find_model
from exported.onnx_model import load_model
from realtime.improviser.engine import Engine
from realtime.improviser.step_model import StepModel
from realtime.offline import Offline
from realtime.settings import ACCOMPANY, REPLY, SOLO
from realtime.timed import Timed

MODES = (REPLY, ACCOMPANY, SOLO)
PHRASES = ("ballad_f", "bebop_bb", "blues_am", "iivi_c", "jig_g", "waltz_g")
SEEDS, SEEDS_CHANGED = 50, 10
TIMES, TIMES_CHANGED = 2, 5
CHANGES = (
    (("temperature", "1.2"), ("follow-density", "0.3"), ("split", "72"), ("channel", "5")),
    (("mode", SOLO), ("bpm", "97"), ("swing", "60"), ("out-offset", "20"), ("imitate", "0.8")),
    (("mode", REPLY), ("mute", "on"), ("thru", "on"), ("hear", "1-16"), ("meter", "3/4"), ("sync", "internal")),
    (("mute", "off"), ("mode", ACCOMPANY), ("polyphony", "2"), ("humanize", "10"), ("thru", "off")),
)
"""Carried out before the second, third, fourth and fifth time."""


class Performance(NamedTuple):
    """A phrase, the mode that it begins in, whether the tempo is given and parameters change, and the random seed."""

    phrase: str
    mode: str
    knows_bpm: bool
    changes: bool
    rng_seed: int

    @property
    def title(self) -> str:
        """One line for it."""
        return " ".join((self.phrase, self.mode, *("--bpm",) * self.knows_bpm, *("changed",) * self.changes))


def performances() -> Iterator[Performance]:
    """All of them: 3 modes, 6 phrases and 50 seeds as they are by default; fewer with changes."""
    for mode, phrase in product(MODES, PHRASES):
        for seed in range(SEEDS):
            yield Performance(phrase, mode, seed % 2 == 0, changes=False, rng_seed=seed)
        for seed in range(SEEDS_CHANGED):
            yield Performance(phrase, mode, seed % 2 == 0, changes=True, rng_seed=seed)


@cache
def _model() -> StepModel:
    return load_model(find_model("default"), "cpu")


def fingerprint(performance: Performance) -> str:
    """The sha256 of every message that goes out, with the ns at which it is due."""
    cell = Cell(all_phrases()[performance.phrase], performance.mode, performance.knows_bpm)
    human = human_of(cell, performance.rng_seed, TIMES_CHANGED if performance.changes else TIMES)
    offline = Offline(Engine(_model(), cell.settings(performance.rng_seed)))
    for time, begin_ns in enumerate(human.begins):
        offline.perform((), begin_ns - 1)
        if time and performance.changes:
            _change(offline, CHANGES[time - 1], human.messages(time))
        offline.perform(human.messages(time), begin_ns)
    offline.perform((), human.end_ns)
    return hashlib.sha256(
        "\n".join(f"{message.at_ns} {message.data.hex()}" for message in offline.sent).encode()
    ).hexdigest()


def _change(offline: Offline, changes: Sequence[tuple[str, str]], messages: Sequence[Timed]) -> None:
    """Change parameters one after the other while the phrase is played, a few notes apart."""
    for (name, text), message in zip(changes, messages[:: max(1, len(messages) // len(changes))], strict=False):
        offline.perform((), message.at_ns)
        offline.change(name, text)


def main() -> int:
    """Fingerprint all performances; with `--compare` say what differs, and exit with 1 if anything does."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same_output", description=__doc__)
    parser.add_argument("output", type=Path, metavar="FILE.json", help="where the fingerprints go")
    parser.add_argument("--compare", type=Path, metavar="FILE.json", help="fingerprints of another checkout")
    arguments = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    plan = list(performances())
    prints: dict[str, str] = {}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for count, (performance, digest) in enumerate(zip(plan, pool.map(fingerprint, plan, chunksize=4), strict=True)):
            prints[f"{performance.title} {performance.rng_seed}"] = digest
            print(f"\r{count + 1} of {len(plan)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    arguments.output.write_text(json.dumps(prints, indent=0) + "\n", encoding="utf-8")
    if arguments.compare is None:
        return 0
    before = json.loads(arguments.compare.read_text(encoding="utf-8"))
    different = [title for title, digest in prints.items() if before.get(title) != digest]
    for title in different[:20]:
        print(f"differs: {title}")
    print(f"{len(prints) - len(different)} of {len(prints)} performances are byte for byte the same")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
