"""The search for the beat, judged: rhythms written out here, performed with the faults of hands.

Run as `python -m benchmarks.beat`. What is performed is random but for its seed; the rhythms are public domain.
"""

import argparse
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.command import notify, parser_of, positive, run_command
from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import TICKS_PER_BEAT
from realtime.improviser.beat import Beat, find_beat
from realtime.improviser.grid import snapped_run
from realtime.improviser.onsets import Strike

RHYTHMS: dict[str, tuple[int, ...]] = {
    "Ode to Joy": (24,) * 12 + (36, 12, 48) + (24,) * 12 + (36, 12, 48),
    "Minuet in G": (24, 12, 12, 12, 12, 24, 24, 24) * 2 + (24, 12, 12, 12, 12, 24, 12, 12, 12, 12, 72),
    "a reel": (24, 12, 12, 12, 12, 12, 12) * 2 + (12,) * 12 + (24,),
    "a hornpipe": (18, 6) * 7 + (24, 8, 8, 8) + (18, 6) * 4 + (24, 24, 24),
    "a chorale": (24, 24, 24, 12, 12, 24, 24, 48, 24, 12, 12, 24, 24, 24, 24, 48),
    "a ragtime": (6, 12, 6, 12, 12, 6, 12, 6, 24, 12, 6, 12, 6, 12, 12, 12, 12, 24),
    "Greensleeves in 3/4": (24, 48, 24, 36, 12, 24, 48, 24, 36, 12, 24, 48, 24, 36, 12, 24, 48),
    "Yankee Doodle": (12, 12, 12, 12, 12, 12, 24, 12, 12, 12, 12, 24, 24) + (12,) * 12 + (24, 24),
}
"""Waits from onset to onset, in ticks; each begins on a beat."""
START_NS = 10**12
RIGHT_TEMPO = 0.04
KIN = (1.0, 2.0, 0.5, 1.5, 2 / 3, 3.0, 1 / 3)
PHRASES = 320
"""Phrases in a row of the table."""
SEARCHES = 300
"""Searches whose time is taken."""
JUDGED = 16
"""The latest onsets of a phrase, whose ticks are compared."""


@dataclass(frozen=True, slots=True)
class Hands:
    """The hands that perform a phrase: jitter's standard deviation in ms, tempi drawn from, and musicians' habits.

    `late`: how much later an off-beat eighth comes, in beats; `slowing`: the share by which the beat has grown after
    eight beats; `missing`: the share of onsets left out; `chords`: how many notes within 20 ms stand at each onset.
    """

    jitter_ms: float = 20
    slowest: float = 40
    fastest: float = 220
    late: float = 0.0
    slowing: float = 0.0
    missing: float = 0.0
    chords: int = 1


@dataclass(frozen=True, slots=True)
class Performance:
    """Onsets (ns) of each chord, their true ticks, and the beat at the end."""

    onsets_ns: tuple[tuple[int, ...], ...]
    ticks: tuple[int, ...]
    beat: Beat

    @property
    def strikes(self) -> list[Strike]:
        """Every note, alike but for its onset."""
        return [Strike(onset) for chord in self.onsets_ns for onset in chord]


def perform(waits: Sequence[int], hands: Hands, rng: np.random.Generator) -> Performance:
    """A rhythm, as hands play it."""
    ticks = np.concatenate([[0], np.cumsum(waits)]).astype(np.int64)
    period = NS_PER_MINUTE / math.exp(rng.uniform(math.log(hands.slowest), math.log(hands.fastest)))
    ticks = ticks[(rng.random(len(ticks)) >= hands.missing) | (ticks == ticks[-1])]
    beats = ticks / TICKS_PER_BEAT
    part = beats % 1
    swung = np.floor(beats) + np.interp(part, [0, 0.5, 1], [0, 0.5 + hands.late, 1])
    end = float(beats[-1])

    def moment(beat: float) -> float:
        """Each beat so much longer than the one before; long ago, steady."""
        ago = beat - end
        near = max(ago, -8.0)
        slope = hands.slowing / 8
        return START_NS + period * (near + slope * near**2 / 2 + (ago - near) * (1 + slope * near))

    played = np.array([moment(beat) for beat in swung.tolist()])
    spread = rng.uniform(0, 20e6, (len(played), hands.chords)) * (hands.chords > 1)
    onsets = played[:, None] + rng.normal(0, hands.jitter_ms * 1e6, len(played))[:, None] + spread
    chords = tuple(tuple(round(onset) for onset in sorted(chord)) for chord in onsets.tolist())
    middle = 10_000_000 * (hands.chords > 1)
    return Performance(chords, tuple(ticks.tolist()), Beat(period, round(moment(round(end))) + middle, 1.0))


def phrases(count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Stretches of 5 to 30 waits of the rhythms, each from a beat."""
    cut = []
    for index in range(count):
        waits = list(RHYTHMS.values())[index % len(RHYTHMS)]
        onsets = np.concatenate([[0], np.cumsum(waits)])
        begins = [
            index_of_begin for index_of_begin in range(len(waits) - 4) if onsets[index_of_begin] % TICKS_PER_BEAT == 0
        ]
        begin = int(rng.choice(begins))
        cut.append(waits[begin : begin + int(rng.integers(5, 31))])
    return cut


def ticks_in(beat: Beat, onsets_ns: Sequence[int]) -> list[int]:
    """The tick of each onset, counted from the beat's own."""
    return [round((onset - beat.phase_ns) / beat.period_ns * TICKS_PER_BEAT) for onset in onsets_ns]


def right_ticks(performance: Performance, ticks: Sequence[int]) -> float:
    """The share of the latest onsets on the right tick, up to whole beats."""
    off = [tick - true for tick, true in zip(ticks, performance.ticks, strict=True)][-JUDGED:]
    whole = TICKS_PER_BEAT * round(off[-1] / TICKS_PER_BEAT)
    return sum(error == whole for error in off) / len(off)


Finder = Callable[[Performance], Beat | None]


def _unhelped(performance: Performance) -> Beat | None:
    return find_beat(performance.strikes)


def _helped_by(beats: dict[Performance, Beat]) -> Finder:
    return lambda performance: find_beat(performance.strikes, beats[performance])


def _median_wait(performance: Performance) -> Beat:
    """A finder to compare with: the median wait is the beat, the last onset on it."""
    onsets = [chord[0] for chord in performance.onsets_ns]
    return Beat(float(np.median(np.diff(sorted(onsets)))), max(onsets), 0.0)


def judge(finder: Finder, performances: Sequence[Performance]) -> str:
    """A row of the table: tempo, kin, none, phase error's median and p90, right ticks as heard and as snapped."""
    tempo, kin, none = 0, 0, 0
    phase_ms: list[float] = []
    ticks_right: list[float] = []
    snapped_right: list[float] = []
    for performance in performances:
        beat = finder(performance)
        if beat is None:
            none += 1
            continue
        truth = performance.beat
        kin += any(_alike(beat.period_ns, truth.period_ns * ratio) for ratio in KIN)
        if not _alike(beat.period_ns, truth.period_ns):
            continue
        tempo += 1
        off = (beat.phase_ns - truth.phase_ns) / truth.period_ns
        phase_ms.append(abs(off - round(off)) * truth.period_ns / 1e6)
        ticks = ticks_in(beat, [chord[0] for chord in performance.onsets_ns])
        ticks_right.append(right_ticks(performance, ticks))
        snapped_right.append(right_ticks(performance, snapped_run(sorted(ticks), 0)))
    shares = [100 * part / len(performances) for part in (tempo, kin, none)]
    row = "".join(f"{share:>7.0f}" for share in shares)
    if not phase_ms:
        return row
    row += f"{median(phase_ms):>9.1f}{np.percentile(phase_ms, 90):>7.0f}"
    return row + f"{100 * np.mean(ticks_right):>8.0f}{100 * np.mean(snapped_right):>8.0f}"


def _alike(period: float, other: float) -> bool:
    return abs(math.log(period / other)) < RIGHT_TEMPO


def held(performance: Performance, rng: np.random.Generator) -> Beat:
    """The beat held before the phrase: its tempo within some 2 %, its phase as eight beats before kept."""
    truth = performance.beat
    period = truth.period_ns * math.exp(rng.normal(0, 0.02))
    beats = performance.ticks[-1] // TICKS_PER_BEAT - performance.ticks[0] // TICKS_PER_BEAT + 1
    return Beat(period, round(truth.phase_ns - beats * truth.period_ns - 8 * period), 1.0)


CASES: dict[str, Hands] = {
    "jitter 10 ms": Hands(jitter_ms=10),
    "jitter 20 ms": Hands(jitter_ms=20),
    "jitter 30 ms": Hands(jitter_ms=30),
    "20 ms, 80 to 160 bpm": Hands(jitter_ms=20, slowest=80, fastest=160),
    "swing 62:38": Hands(jitter_ms=10, slowest=80, fastest=180, late=0.12),
    "slows down by 15 %": Hands(jitter_ms=10, slowest=60, fastest=160, slowing=0.15),
    "speeds up by 15 %": Hands(jitter_ms=10, slowest=60, fastest=160, slowing=-0.15),
    "15 % of onsets missing": Hands(jitter_ms=15, missing=0.15),
    "chords over 20 ms": Hands(jitter_ms=10, chords=3),
}


def lines(count: int = PHRASES, seed: int = 0, searches: int = SEARCHES) -> list[str]:
    """The table, `count` phrases a row, and the time of a search."""
    heading = f"{'tempo':>7}{'kin':>7}{'none':>7}{'phase':>9}{'p90':>7}{'ticks':>8}{'snapped':>8}"
    out = [f"{count} phrases a row; percent, phase error in ms at the end of the phrase", f"{'':<38}{heading}"]
    for name, hands in CASES.items():
        rng = np.random.default_rng(seed)
        performances = [perform(waits, hands, rng) for waits in phrases(count, rng)]
        held_beats = {performance: held(performance, rng) for performance in performances}
        finders: dict[str, Finder] = {
            "no prior": _unhelped,
            "held beat": _helped_by(held_beats),
            "median wait": _median_wait,
        }
        out += [f"{name:<25}{title:<13}{judge(finder, performances)}" for title, finder in finders.items()]
    return [*out, _time_line(seed, searches)]


def _time_line(seed: int, searches: int) -> str:
    """The line for the time of one search."""
    onsets = perform(RHYTHMS["a reel"] * 3, Hands(), np.random.default_rng(seed)).strikes[:64]
    seconds = []
    for _ in range(searches):
        began = time.perf_counter()
        find_beat(onsets)
        seconds.append(time.perf_counter() - began)
    times = np.array(seconds) * 1e3
    middle, rare = np.percentile(times, [50, 99])
    return f"{len(onsets)} onsets: median {middle:.2f} ms, p99 {rare:.2f}, worst {times.max():.2f}"


def run(flags: argparse.Namespace) -> int:
    """Search and print; 0."""
    for line in lines(flags.phrases, flags.rng_seed):
        notify(line)
    return 0


if __name__ == "__main__":
    parser = parser_of("benchmarks.beat", "The search for the beat, on rhythms with the faults of hands.")
    parser.add_argument("--phrases", type=positive, default=PHRASES, help="phrases a row (default: %(default)s)")
    parser.add_argument("--rng-seed", type=int, default=0, metavar="N", help="random seed (default: %(default)s)")
    sys.exit(run_command(parser, run))
