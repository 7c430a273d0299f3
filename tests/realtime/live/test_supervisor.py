"""Restarting engines: at once the first time, ever more slowly while they die young."""

from itertools import pairwise
from pathlib import Path

from realtime.live.supervisor import FIRST_BACKOFF_NS, LONGEST_BACKOFF_NS, STEADY_NS, Supervisor


def pause_after_death(supervisor: Supervisor, now_ns: int) -> int:
    """How long after a death at `now_ns` the next start is due, to the ms."""
    supervisor.discard_engine(now_ns)
    pause = 0
    while not supervisor.is_start_due(now_ns + pause):
        pause += 1_000_000
    return pause


def test_engines_that_die_young_are_restarted_ever_more_slowly_but_always() -> None:
    supervisor, now = Supervisor((Path("nowhere"),), "cpu"), STEADY_NS // 2
    pauses = []
    for _ in range(14):
        pauses.append(pause_after_death(supervisor, now))
        now += pauses[-1]
    assert pauses[0] == FIRST_BACKOFF_NS
    assert all(later == min(2 * earlier, LONGEST_BACKOFF_NS) for earlier, later in pairwise(pauses))
    assert pauses[-1] == LONGEST_BACKOFF_NS
    assert pause_after_death(supervisor, now + 2 * STEADY_NS) == 0, "an engine that lived long is replaced at once"


def test_without_an_engine_nobody_is_told_and_nothing_is_said() -> None:
    supervisor = Supervisor((Path("nowhere"),), "cpu")
    supervisor.send([])
    assert supervisor.receive(0) == []
    assert not supervisor.alive
    supervisor.stop()
