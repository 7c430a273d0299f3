"""Humans that are scripts: what the musician of a live bench plays. The same for the same seed.

A score is messages in order of time, in ns from its begin. A key is struck only while it is up, and all come up at the
end, as on a keyboard.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path

from benchmarks.live.accounts import ANSWER, HUMAN
from benchmarks.live.played_file import read_performance
from benchmarks.live.timings import is_note_off, is_note_on
from midi.errors import InputError
from midi.files import SUFFIXES
from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from midi.nanoseconds import NS_PER_S
from midi.notes import DRUM_CHANNEL
from realtime.timed import Timed

PEDAL, DOWN = 64, 127
PHRASE_S, PAUSE_S = (2.0, 6.0), (0.4, 2.5)
"""The length of a phrase of a performance, and of the silence after it."""
SCALE = (0, 2, 4, 5, 7, 9, 11)
LOWEST, HIGHEST = 36, 96


def note(at_s: float, length_s: float, pitch: int, velocity: int = 80, channel: int = HUMAN) -> list[Timed]:
    """A key struck and released."""
    begin = round(at_s * NS_PER_S)
    return [
        Timed(begin, bytes((NOTE_ON | channel, pitch, velocity))),
        Timed(begin + round(length_s * NS_PER_S), bytes((NOTE_OFF | channel, pitch, 0))),
    ]


def melody(seconds: float, gap_s: tuple[float, float], rng: random.Random, voices: int = 1) -> list[Timed]:
    """A walk along a scale, so many keys at once, so far apart."""
    score: list[Timed] = []
    at_s = 0.0
    for step in _walk(rng):
        if at_s >= seconds:
            return playable(score)
        score += _struck(at_s, gap_s[0] * rng.uniform(0.5, 0.95), range(step, step + 2 * voices, 2), rng)
        at_s += rng.uniform(*gap_s)
    return []


def _walk(rng: random.Random) -> Iterator[int]:
    """Steps of a scale over four octaves, from its middle."""
    step = 14
    while True:
        yield step
        step = min(max(step + rng.choice((-2, -1, -1, 1, 1, 2)), 0), 28)


def _struck(at_s: float, length_s: float, steps: Iterable[int], rng: random.Random) -> Iterator[Timed]:
    for step in steps:
        octave, degree = divmod(step, len(SCALE))
        yield from note(at_s, length_s, LOWEST + 12 * octave + SCALE[degree], rng.randint(50, 110))


def distinct(rate: float, seconds: float) -> list[Timed]:
    """Messages at an even rate, no two alike, so that each can be told when it arrives: notes of a few at a time.

    `rate` in messages a second; 0: all at once, as many as 1000 a second would be.
    """
    channels = [channel for channel in range(ANSWER) if channel != DRUM_CHANNEL]
    keys = [(channel, pitch) for pitch in range(128) for channel in channels]
    total = round((rate or 1000) * seconds)
    score = []
    for index, pair in zip(range(0, total, 2), count(), strict=False):
        channel, pitch = keys[pair % len(keys)]
        velocity = 1 + pair // len(keys) % 127
        struck, released = (round(number / rate * NS_PER_S) if rate else 0 for number in (index, index + 1))
        score.append(Timed(struck, bytes((NOTE_ON | channel, pitch, velocity))))
        score.append(Timed(released, bytes((NOTE_OFF | channel, pitch, velocity))))
    return score


def playable(score: Iterable[Timed]) -> list[Timed]:
    """A score as a keyboard can play it, in order of time: no key is struck twice, none stays down."""
    played: list[Timed] = []
    down: dict[tuple[int, int], None] = {}
    at_ns = 0
    for at_ns, data in sorted(score, key=lambda message: (message.at_ns, is_note_on(message.data))):
        key = (data[0] & 0x0F, data[1])
        if is_note_on(data) and key in down:
            played.append(Timed(at_ns, bytes((NOTE_OFF | key[0], key[1], 0))))
        if is_note_off(data) and key not in down:
            continue
        if is_note_on(data):
            down[key] = None
        elif is_note_off(data):
            del down[key]
        played.append(Timed(at_ns, data))
    return [*played, *(Timed(at_ns, bytes((NOTE_OFF | channel, pitch, 0))) for channel, pitch in down)]


def performances(folder: Path) -> list[list[Timed]]:
    """The MIDI files of a folder as they were played, pedals and all, on one channel; drums are left out.

    Raises:
        InputError: there is none, or one cannot be read.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise InputError(f"no MIDI files in {folder}: give a folder that has some with --midi DIR")
    return [_performance(path) for path in paths]


def _performance(path: Path) -> list[Timed]:
    return [Timed(at_ns, bytes((data[0] & 0xF0 | HUMAN,)) + data[1:]) for at_ns, data in read_performance(path)]


def phrases(performance: Sequence[Timed], rng: random.Random) -> Iterator[list[Timed]]:
    """A performance in pieces of PHRASE_S, each from its own begin, again and again in another key."""
    while True:
        shift = rng.randint(-5, 6)
        begin_ns, last_ns = performance[0].at_ns, performance[-1].at_ns
        while begin_ns <= last_ns:
            end_ns = begin_ns + round(rng.uniform(*PHRASE_S) * NS_PER_S)
            inside = [message for message in performance if begin_ns <= message.at_ns < end_ns]
            phrase = playable(Timed(at_ns - begin_ns, _shifted(data, shift)) for at_ns, data in inside)
            if phrase:
                yield phrase
            begin_ns = end_ns


def _shifted(data: bytes, by: int) -> bytes:
    if data[0] & 0xF0 not in (NOTE_ON, NOTE_OFF):
        return data
    return bytes((data[0], min(max(data[1] + by, 0), 127), *data[2:]))


# Hostile ones


def trill(rng: random.Random) -> list[Timed]:
    """Two keys in turn, 22 notes a second, for four seconds."""
    low = rng.randint(LOWEST, HIGHEST)
    return playable(
        message for index in range(88) for message in note(index / 22, 0.04, low + index % 2, 60 + index % 40)
    )


def clusters(rng: random.Random) -> list[Timed]:
    """Ten neighbouring keys at once, twelve times."""
    lows = [rng.randint(LOWEST, HIGHEST - 10) for _ in range(12)]
    keys = [(0.3 * index, low + above) for index, low in enumerate(lows) for above in range(10)]
    return playable(message for at_s, pitch in keys for message in note(at_s, 0.25, pitch, 100))


def black_midi(rng: random.Random) -> list[Timed]:
    """Four hundred notes a second, all over the keyboard, for two seconds."""
    return playable(message for index in range(800) for message in note(index / 400, 0.03, rng.randint(0, 127), 127))


def same_key(rng: random.Random) -> list[Timed]:
    """One key, thirty times a second, for three seconds."""
    pitch = rng.randint(LOWEST, HIGHEST)
    return playable(message for index in range(90) for message in note(index / 30, 0.015, pitch, 1 + index))


def held(rng: random.Random) -> list[Timed]:
    """One note, for eight seconds."""
    return note(0.0, 8.0, rng.randint(LOWEST, HIGHEST))


def pedal(rng: random.Random) -> list[Timed]:
    """The pedal down, which nothing here ever lifts, and a melody over it."""
    down = Timed(0, bytes((CONTROL_CHANGE | HUMAN, PEDAL, DOWN)))
    return [down, *melody(3.0, (0.15, 0.3), rng)]


def silence(rng: random.Random) -> list[Timed]:
    """Some six seconds of it: a key at its begin tells it from the pause before."""
    return [*note(0.0, 0.1, rng.randint(LOWEST, HIGHEST)), *note(6.0, 0.1, rng.randint(LOWEST, HIGHEST))]


HOSTILE: tuple[Callable[[random.Random], list[Timed]], ...] = (
    trill,
    clusters,
    black_midi,
    silence,
    held,
    same_key,
    pedal,
)


def rehearsal(seconds: float, pieces: Sequence[Sequence[Timed]], seed: int) -> list[Timed]:
    """Phrases of performances and hostile acts in turn, every act once in each round, for about so long."""
    rng = random.Random(seed)  # noqa: S311  # no secret depends on it
    played = [phrases(piece, rng) for piece in pieces]
    acts: list[Callable[[random.Random], list[Timed]]] = []
    score: list[Timed] = []
    at_ns = 0
    while at_ns < seconds * NS_PER_S:
        if not acts:
            acts = rng.sample(HOSTILE, len(HOSTILE))
        for part in (next(rng.choice(played)), acts.pop()(rng)):
            score += [Timed(at_ns + message.at_ns, message.data) for message in part]
            at_ns = score[-1].at_ns + round(rng.uniform(*PAUSE_S) * NS_PER_S)
    return playable(message for message in score if message.at_ns < seconds * NS_PER_S)
