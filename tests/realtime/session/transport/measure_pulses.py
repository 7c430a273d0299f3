"""What pulses that stray, are missing, held up or change their tempo do to the notes. Simulated: no port, no machine.

    python -m tests.realtime.session.transport.measure_pulses

A clock plays to a transport, and a note is due on each of its ticks. It goes out when the tempo of that moment says so,
or at once if a pulse shows that it is overdue. Its error is that against the tick of the clock that was meant.
"""

import random
from bisect import bisect
from collections.abc import Callable, Iterable
from itertools import pairwise

from realtime.session.transport.pulses import PulseFilter
from realtime.session.transport.transport import Transport
from realtime.settings import Settings
from tests.realtime.session.transport.pulse_trains import MS, rms, strayed, train

PULSE = b"\xf8"
BEAT = 24
LEARNED = 8 * BEAT
TRAINS = 50
Spoil = Callable[[list[float], int], list[int]]
"""Makes of ideal pulses those that arrive; the seed says by which accidents."""


def note_errors(ideal: list[float], heard: list[int], begin: int) -> list[float]:
    """The errors in ms of a note on each tick, from the one after tick `begin` on."""
    transport = Transport(Settings(sync="clock"), heard[0])
    known = bisect(heard, ideal[begin] + (ideal[begin + 1] - ideal[begin]) / 2)
    for at in heard[:known]:
        transport.hear(PULSE, at)
    next_tick = transport.tempo.tick_at(round(ideal[begin])) + 1
    sent: list[float] = []
    for before, at in pairwise(heard[known - 1 :]):
        while (due := transport.tempo.ns_at(next_tick + len(sent))) < at:
            sent.append(max(due, before))
        transport.hear(PULSE, at)
        while transport.tempo.ns_at(next_tick + len(sent)) <= at:
            sent.append(at)
    return [(one - meant) / MS for one, meant in zip(sent, ideal[begin + 1 :], strict=False)]


def counted(heard: Iterable[int]) -> int:
    """How many pulses the filter makes of those heard."""
    pulses = PulseFilter()
    for at in heard:
        pulses.hear(at)
    return pulses.index


def jittered(ms: float) -> Spoil:
    """Gaussian jitter."""
    return lambda ideal, seed: strayed(ideal, ms, seed)


def thinned(ms: float) -> Spoil:
    """The same, and one pulse in a hundred is missing, but none of the first two beats, nor the last."""

    def spoil(ideal: list[float], seed: int) -> list[int]:
        rng, heard = random.Random(seed), strayed(ideal, ms, seed)
        last = len(heard) - 1
        return [at for index, at in enumerate(heard) if index < 2 * BEAT or index == last or rng.random() >= 0.01]

    return spoil


def held_up(ideal: list[float], seed: int) -> list[int]:
    """One pulse in fifty is late by 5 to 25 ms, and none overtakes it."""
    rng, latest, heard = random.Random(seed), 0, []
    for at in ideal:
        late = rng.uniform(5, 25) if rng.random() < 0.02 else max(0.0, rng.gauss(0, 0.3))
        latest = max(latest, round(at + late * MS))
        heard.append(latest)
    return heard


def steady(spoil: Spoil, bpm: float) -> str:
    """The notes of trains of 64 beats at one tempo, and how many of the trains were miscounted."""
    ideal, worst, wrong = train(bpm, 64 * BEAT), [], 0
    errors: list[float] = []
    for seed in range(TRAINS):
        heard = spoil(ideal, seed)
        some = note_errors(ideal, heard, LEARNED)
        errors.append(rms(some))
        worst.append(max(map(abs, some)))
        wrong += counted(heard) != len(ideal)
    return f"rms {_middle(errors):.2f} (worst train {max(errors):.2f}), worst note {max(worst):.1f}; miscounted {wrong}"


def step(before: float, after: float, jitter_ms: float) -> str:
    """The worst note of the beat after a step in tempo, and of the three beats after that."""
    change = 12 * BEAT
    ideal = train(lambda index: before if index < change else after, 20 * BEAT)
    first, later = [], []
    for seed in range(TRAINS):
        errors = [abs(error) for error in note_errors(ideal, strayed(ideal, jitter_ms, seed), change - 1)]
        first.append(max(errors[:BEAT]))
        later.append(max(errors[BEAT : 4 * BEAT]))
    return (
        f"first beat {_middle(first):.1f} (worst train {max(first):.1f}), then {_middle(later):.1f} ({max(later):.1f})"
    )


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def main() -> None:
    """Print the tables; errors in ms, the median of the trains and the worst."""
    print(f"{TRAINS} trains of 64 beats; the first {LEARNED // BEAT} beats are not judged")
    for bpm, jitter in ((60, 3), (120, 1), (120, 3), (180, 3), (240, 3), (300, 1), (300, 3)):
        found = steady(jittered(jitter), bpm)
        print(f"{bpm} bpm, gaussian jitter of {jitter} ms: {found}", flush=True)
    for bpm, jitter in ((60, 3), (120, 1), (120, 2), (120, 3), (200, 1), (200, 2)):
        found = steady(thinned(jitter), bpm)
        print(f"{bpm} bpm, jitter of {jitter} ms, 1 in 100 missing: {found}", flush=True)
    for bpm in (60, 120, 180):
        print(f"{bpm} bpm, 1 in 50 held up: {steady(held_up, bpm)}", flush=True)
    for before, after in ((90, 140), (140, 90), (120, 132), (132, 120), (120, 126)):
        for jitter in (0, 1, 3):
            print(f"{before} to {after} bpm, jitter of {jitter} ms: {step(before, after, jitter)}", flush=True)


if __name__ == "__main__":
    main()
