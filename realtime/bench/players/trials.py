"""The trials beside the table, by the name that `--trial` takes."""

from collections.abc import Callable

from realtime.bench.players.bars import Verdict
from realtime.bench.players.choice import DOUBLES, MONOTONY, STARTS, TIMING
from realtime.bench.players.doubles import doubles
from realtime.bench.players.timing import timing
from realtime.bench.players.variety import monotony, starts
from realtime.bench.players.workers import Workers

TRIALS: dict[str, Callable[[Workers], list[Verdict]]] = {
    MONOTONY: monotony,
    DOUBLES: doubles,
    TIMING: timing,
    STARTS: starts,
}
