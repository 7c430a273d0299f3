"""The trials beside the table, by the name that `--trial` takes."""

from collections.abc import Callable

from benchmarks.players.bars import Verdict
from benchmarks.players.choice import DOUBLES, MONOTONY, STARTS, TIMING
from benchmarks.players.doubles import doubles
from benchmarks.players.timing import timing
from benchmarks.players.variety import monotony, starts
from benchmarks.players.workers import Workers

TRIALS: dict[str, Callable[[Workers], list[Verdict]]] = {
    MONOTONY: monotony,
    DOUBLES: doubles,
    TIMING: timing,
    STARTS: starts,
}
