"""A trial of the settings that move notes: they change when a note sounds, not what is planned."""

from collections.abc import Mapping, Sequence
from itertools import product

from benchmarks.players.bars import Range, Reached, Verdict
from benchmarks.players.performance import Cell
from benchmarks.players.phrases import all_phrases
from benchmarks.players.runs import Run, grouped, play_run, run_of
from benchmarks.players.workers import Workers
from realtime.modes import MODES
from realtime.settings import live_parameter

PHRASES = ("jig_g", "blues_am")
SEEDS = 9
"""By three seeds chance alone moves a count by a tenth."""
SWINGS, HUMANIZES, OFFSETS = ("50", "62.5", "75"), ("0", "40"), ("-100", "0", "100")
WAYS: list[dict[str, str]] = [
    {"swing": swing, "humanize": humanize, "out-offset": offset}
    for swing, humanize, offset in product(SWINGS, HUMANIZES, OFFSETS)
]


def timing(crew: Workers) -> list[Verdict]:
    """Every swing with every humanize and every offset, in each mode, beside the default settings."""
    phrases = [all_phrases()[name] for name in PHRASES]
    runs = [
        _run(Cell(phrase, mode, knows_bpm=True), seed, way)
        for mode in MODES
        for way in ({}, *WAYS)
        for seed in range(SEEDS)
        for phrase in phrases
    ]
    counts = [len(notes) for notes in crew.results("swing, humanize, out-offset", play_run, runs)]
    by_way = iter(grouped([sum(group) for group in grouped(counts, len(phrases))], SEEDS))
    reached: list[Reached] = []
    for mode in MODES:
        default = next(by_way)
        reached += [beside_default(f"{mode}, {_title(way)}", default, next(by_way)) for way in WAYS]
    name = "notes at --swing x --humanize x --out-offset: off the default"
    return [Verdict(name, Range(high=0.1), Range(high=0.05), tuple(reached))]


def _run(cell: Cell, rng_seed: int, way: Mapping[str, str]) -> Run:
    settings = cell.settings(rng_seed)
    for name, text in way.items():
        settings = settings.changed(name, live_parameter(name).parse(text))
    return run_of(cell, rng_seed, settings)


def _title(way: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in way.items())


def beside_default(title: str, default: Sequence[int], counts: Sequence[int]) -> Reached:
    """The distance of the sum of all seeds from the default's, as a share; the worst: of one seed."""
    title = f"{title}: {sum(counts)} for {sum(default)}"
    worst = max(abs(ours / max(theirs, 1) - 1) for ours, theirs in zip(counts, default, strict=True))
    return Reached(title, abs(sum(counts) / max(sum(default), 1) - 1), worst)
