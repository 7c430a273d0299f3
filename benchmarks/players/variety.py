"""Trials of variety: what comes of one key in 64 bars, and whether ten solos begin alike."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

from benchmarks.players.bars import Range, Reached, Verdict
from benchmarks.players.measures import commonest_share, longest_run
from benchmarks.players.performance import Cell, human_of
from benchmarks.players.phrases import all_phrases
from benchmarks.players.runs import Run, grouped, play_run
from benchmarks.players.sounding import Struck
from benchmarks.players.workers import Workers
from realtime.settings import REPLY, SOLO, Settings
from realtime.verbs.jam import with_random_seed

MONOTONOUS = ("one_key", "sixteen_of_one_key", "trill")
SEEDS, BARS = 20, 64
ENTRY_BARS = 4
"""Time for the answer to begin."""
STARTS = 10
START_BPM = 120
FIRST_BAR_NS = 2_000_000_000
"""Four beats at START_BPM."""
SAME_NS = 15_000_000
"""Onsets are told apart in steps of this."""

Opening = tuple[tuple[int, int], ...]
"""The notes of an answer: each one's onset from the first, in SAME_NS, and its pitch."""


def monotony(crew: Workers) -> list[Verdict]:
    """One key, sixteen of one key and a trill, each played once and answered by 64 bars."""
    cells = [Cell(all_phrases()[name], mode, knows_bpm=True) for name in MONOTONOUS for mode in (REPLY, SOLO)]
    runs = [_long_run(cell, seed) for cell in cells for seed in range(SEEDS)]
    by_cell = list(grouped(crew.results(f"one key, {BARS} bars", play_run, runs), SEEDS))

    def reached(measure: Callable[[Sequence[Struck]], float]) -> tuple[Reached, ...]:
        measured = [[measure(notes) for notes in every if notes] or [float("nan")] for every in by_cell]
        return tuple(
            Reached(cell.title, median(values), max(values)) for cell, values in zip(cells, measured, strict=True)
        )

    return [
        Verdict("one key: share of the commonest pitch", Range(high=0.5), Range(high=0.35), reached(commonest_share)),
        Verdict("one key: longest run of one note", Range(high=8), Range(high=4), reached(longest_run)),
    ]


def _long_run(cell: Cell, rng_seed: int) -> Run:
    human = human_of(cell, rng_seed, 1)
    settings = replace(cell.settings(rng_seed), bars=BARS)
    end_ns = human.end_ns + round((BARS + ENTRY_BARS) * cell.phrase.bar_ns)
    return Run(tuple(human.messages(0)), settings, end_ns)


def starts(crew: Workers) -> list[Verdict]:
    """Ten solos as jam begins them by default: how many of their first bars differ."""
    solo = Settings(mode=SOLO, bpm=START_BPM)
    runs = [Run((), with_random_seed(solo), 3 * FIRST_BAR_NS) for _ in range(STARTS)]
    openings = {opening(notes) for notes in crew.results("solo starts", play_run, runs)}
    count = float(len(openings))
    name = f"first bars of {STARTS} solo starts that differ"
    return [Verdict(name, Range(low=STARTS - 1), Range(low=STARTS), (Reached("default settings", count, count),))]


def opening(notes: Sequence[Struck]) -> Opening:
    """The first bar, from its first note."""
    begin_ns = notes[0].on_ns if notes else 0
    first = [note for note in notes if note.on_ns - begin_ns < FIRST_BAR_NS]
    return tuple((round((note.on_ns - begin_ns) / SAME_NS), note.pitch) for note in first)
