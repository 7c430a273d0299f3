"""Runs of a trial: a score and its settings in, the notes of the answer out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.players.performance import Cell, human_of
from benchmarks.players.sounding import Struck, struck_notes
from realtime.improviser.engine import Engine
from realtime.improviser.step_model import StepModel
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import Timed

T = TypeVar("T")

TIMES = 3
"""A phrase of a trial is played so often."""

Alteration = Callable[[Iterable[Timed]], list[Timed]]
"""A score as another keyboard would send it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A score, the settings that it is answered with, and when it is over."""

    score: tuple[Timed, ...]
    settings: Settings
    end_ns: int


def play_run(model: StepModel, run: Run) -> tuple[Struck, ...]:
    """Play it; the notes of the answer, by onset."""
    sent = Offline(Engine(model, run.settings)).perform(run.score, run.end_ns)
    return tuple(struck_notes(sorted(sent, key=lambda message: message.at_ns), run.end_ns))


def run_of(cell: Cell, rng_seed: int, settings: Settings | None = None, alter: Alteration = list) -> Run:
    """A phrase played TIMES, with the cell's settings unless others are given, from a keyboard that may be odd."""
    human = human_of(cell, rng_seed, TIMES)
    score = [message for time in range(TIMES) for message in human.messages(time)]
    return Run(tuple(alter(score)), settings or cell.settings(rng_seed), human.end_ns)


def grouped(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Values in groups of a size, in their order."""
    for index in range(0, len(values), size):
        yield values[index : index + size]
