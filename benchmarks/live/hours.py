"""Hours of a jam in minutes: engine and session on a clock that jumps. Time must not drift, memory not grow.

The human plays phrases and rests; each hour is in another mode, accompany and reply in turn.
"""

import gc
import os
import random
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.live.accounts import Pairs, pairs
from benchmarks.live.figures import MB, slope
from benchmarks.live.human import melody
from benchmarks.live.procfs import resident_bytes
from benchmarks.live.timings import is_note_on
from benchmarks.progress import Progress
from midi.message import NOTE_ON
from midi.nanoseconds import NS_PER_MINUTE, NS_PER_S
from midi.notes import TICKS_PER_BEAT
from realtime.session.recorder import Recorder
from realtime.settings import ACCOMPANY, REPLY, Settings
from realtime.timed import Timed

if TYPE_CHECKING:
    from realtime.offline import Offline

BPM = 97
"""A tempo whose ticks are no whole number of nanoseconds."""
PHRASE_S, GAP_S, REST_S = (2.0, 8.0), (0.15, 0.6), (4.0, 20.0)
HOUR_NS = 3600 * NS_PER_S
SAMPLE_NS = HOUR_NS // 12
MOST_OFF_NS = 1_000
"""The distance that the median note of an hour may lie from the grid: ticks are rounded down to a nanosecond."""
MOST_GROWTH_MB = 1.0
"""An hour, beside what the session's own record takes."""
NONE = Pairs(0, 0, 0)


@dataclass(slots=True)
class LongJam:
    """A jam that is played phrase by phrase, and what is known of it so far."""

    jam: "Offline"
    rng: random.Random
    human: int = 0
    """Notes of the human's."""
    answer: Pairs = NONE
    off_ns: dict[int, list[float]] = field(default_factory=dict)
    """The distance of each of the answer's notes from the nearest tick of the tempo that was asked for, by the hour."""
    resident: list[tuple[float, int, int]] = field(default_factory=list)
    """Now and then: hours, bytes resident, notes in the session's record."""

    def play_on(self) -> None:
        """A phrase and a rest."""
        score = melody(self.rng.uniform(*PHRASE_S), GAP_S, self.rng)
        begin_ns = self.jam.now_ns
        mode = (ACCOMPANY, REPLY)[begin_ns // HOUR_NS % 2]
        if self.jam.part.settings.mode != mode:
            self.jam.change("mode", mode)
        end_ns = begin_ns + score[-1].at_ns + round(self.rng.uniform(*REST_S) * NS_PER_S)
        self.jam.perform((Timed(begin_ns + at_ns, data) for at_ns, data in score), end_ns)
        self.human += len(score) // 2
        self._account(self.jam.forget())
        if begin_ns // SAMPLE_NS != self.jam.now_ns // SAMPLE_NS:
            gc.collect()
            self.resident.append((self.hours, resident_bytes(os.getpid()), len(self.jam.part.recorder)))

    def end(self) -> None:
        """Let the last answer end."""
        self.jam.perform(())
        self._account(self.jam.forget())

    @property
    def hours(self) -> float:
        """The time played so far."""
        return self.jam.now_ns / HOUR_NS

    def _account(self, sent: list[Timed]) -> None:
        self.answer = Pairs(*(so_far + more for so_far, more in zip(self.answer, pairs(sent), strict=True)))
        for at_ns, data in sent:
            if is_note_on(data):
                self.off_ns.setdefault(at_ns // HOUR_NS, []).append(_from_grid(at_ns))

    def growth_mb(self) -> tuple[float, float]:
        """Megabytes an hour after the first: in all, and what the session's record explains."""
        first = min(1.0, self.hours / 2)
        later = [sample for sample in self.resident if sample[0] >= first]
        hours = [at for at, _, _ in later]
        return (
            slope(hours, [resident / MB for _, resident, _ in later]),
            slope(hours, [notes * _bytes_a_note() / MB for _, _, notes in later]),
        )


def hours_lines(model: Path, hours: float) -> Iterator[str]:
    """Play so many simulated hours; yields lines to print."""
    from exported.onnx_model import load_model
    from realtime.improviser.engine import Engine
    from realtime.offline import Offline

    engine = Engine(load_model(model, "cpu"), Settings(bpm=BPM, mode=ACCOMPANY))
    long = LongJam(Offline(engine), random.Random(0))  # noqa: S311  # no secret depends on it
    began = time.monotonic()
    with Progress(f"{hours:g} simulated hours") as progress:
        while long.hours < hours:
            long.play_on()
            progress.at(min(long.hours / hours, 1.0))
    long.end()
    seconds = time.monotonic() - began
    yield (
        f"{hours:g} simulated hours in {seconds / 60:.1f} minutes, modes in turn by the hour:"
        f" {long.human:,} human notes; the answer: {long.answer}   must 0 and 0: {_told(long.answer.all_match)}"
    )
    if not long.off_ns or not long.resident:
        return
    typical = [median(abs(ns) for ns in off) for off in long.off_ns.values()]
    reply = [abs(ns) for hour, off in long.off_ns.items() if hour % 2 for ns in off]
    yield (
        f"from the grid of {BPM} bpm, median: {typical[0]:.1f} ns in the first hour, {typical[-1]:.1f} in the last,"
        f" {max(typical):.1f} in the worst   must <= {MOST_OFF_NS}: {_told(max(typical) <= MOST_OFF_NS)}"
    )
    if reply:
        yield f"  in reply, where nothing is due at once, the furthest of all: {max(reply) / 1e6:.6f} ms"
    growth, record = long.growth_mb()
    begin, end = long.resident[0][1] / MB, long.resident[-1][1] / MB
    yield (
        f"memory: {begin:.1f} MB at the begin, {end:.1f} at the end; after the first hour {growth:+.2f} MB an hour,"
        f" of which {record:+.2f} are the session's record (the last 200,000 notes)"
        f"   must <= {MOST_GROWTH_MB:g} beside it: {_told(growth - record <= MOST_GROWTH_MB)}"
    )


def _told(holds: bool) -> str:  # noqa: FBT001  # a fact to be told, no mode
    return "met" if holds else "MISSED"


def _from_grid(at_ns: int) -> float:
    """The distance of a moment from the nearest tick, tick 0 being at 0; in ns, computed without rounding."""
    ticks_a_minute = BPM * TICKS_PER_BEAT
    off = at_ns * ticks_a_minute % NS_PER_MINUTE
    return (off if 2 * off <= NS_PER_MINUTE else off - NS_PER_MINUTE) / ticks_a_minute


def _bytes_a_note(notes: int = 5_000) -> float:
    """The bytes that the session's record takes for a note."""
    tracemalloc.start()
    recorder = Recorder()
    for index in range(notes):
        recorder.record(bytes((NOTE_ON, index % 128, 80)), 10**12 + index, human=True)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / notes
