"""The tempo that is heard in what people play: phrases, each played, paused, and played again."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from midi.tempo import Tempo
from realtime.improviser.onsets import Strike
from realtime.improviser.timekeeper import Timekeeper
from realtime.settings import Settings
from tests.realtime.improviser.phrases import PHRASES

MS = 1_000_000
S = 1_000_000_000
START_NS = 100 * S
RIGHT = 0.04
KIN = (1.0, 2.0, 0.5)
Played = Callable[[Sequence[Strike], np.random.Generator], list[Strike]]


def as_written(strikes: Sequence[Strike], _: np.random.Generator) -> list[Strike]:
    return list(strikes)


def jittery(deviation_ms: float) -> Played:
    def play(strikes: Sequence[Strike], rng: np.random.Generator) -> list[Strike]:
        moved = {at_ns: round(rng.normal(0, deviation_ms * MS)) for at_ns in sorted({one.at_ns for one in strikes})}
        return sorted(one._replace(at_ns=one.at_ns + moved[one.at_ns]) for one in strikes)

    return play


def one_missing(strikes: Sequence[Strike], rng: np.random.Generator) -> list[Strike]:
    left_out = int(rng.integers(1, len(strikes)))
    return jittery(8)([one for place, one in enumerate(strikes) if place != left_out], rng)


def one_wrong(strikes: Sequence[Strike], rng: np.random.Generator) -> list[Strike]:
    place = int(rng.integers(0, len(strikes) - 1))
    between = (strikes[place].at_ns + strikes[place + 1].at_ns) // 2
    return jittery(8)(sorted([*strikes, strikes[place]._replace(at_ns=between)]), rng)


def free_time() -> Timekeeper:
    """Time that nobody sets, at 120 bpm before anything is heard."""
    time = Timekeeper(Settings())
    time.tempo = Tempo.of(120, START_NS)
    return time


def heard(strikes: Sequence[Strike], play: Played, rng: np.random.Generator, scale: float, turns: int = 2) -> float:
    """The tempo that is heard after so many turns, bpm; 0: none is."""
    time, begin_ns, bpm = free_time(), START_NS, 0.0
    for _ in range(turns):
        turn = [one._replace(at_ns=begin_ns + round(one.at_ns / scale)) for one in play(strikes, rng)]
        bpm = float(time.tempo.bpm) if time.follow(turn) else 0.0
        begin_ns = turn[-1].at_ns + round(rng.uniform(1, 12) * S)
    return bpm


def is_right(bpm: float, truth: float) -> bool:
    return bpm > 0 and abs(math.log(bpm / truth)) < RIGHT


def is_kin(bpm: float, truth: float) -> bool:
    return any(is_right(bpm, truth * ratio) for ratio in KIN)


@pytest.mark.parametrize("name", [name for name in PHRASES if name != "funk_bass_e"])
def test_the_tempo_of_a_phrase_is_right_once_it_is_played_twice(name: str) -> None:
    truth, strikes = PHRASES[name]
    assert is_right(heard(strikes, as_written, np.random.default_rng(0), 1.0), truth)


def test_a_syncopated_bass_line_is_heard_right_or_doubled() -> None:
    truth, strikes = PHRASES["funk_bass_e"]
    assert is_kin(heard(strikes, as_written, np.random.default_rng(0), 1.0), truth)


@pytest.mark.parametrize(
    ("play", "least_right", "least_kin"),
    [
        (jittery(5), 0.8, 0.9),
        (jittery(15), 0.7, 0.75),
        (jittery(25), 0.55, 0.65),
        (one_missing, 0.75, 0.85),
        (one_wrong, 0.7, 0.85),
    ],
    ids=["5 ms", "15 ms", "25 ms", "one missing", "one wrong"],
)
def test_most_are_heard_right_as_hands_play_them_at_any_tempo(
    play: Played, least_right: float, least_kin: float
) -> None:
    rng = np.random.default_rng(1)
    right, kin = [], []
    for truth, strikes in PHRASES.values():
        for _ in range(3):
            scale = math.exp(rng.uniform(math.log(0.8), math.log(1.25)))
            bpm = heard(strikes, play, rng, scale)
            right.append(is_right(bpm, truth * scale))
            kin.append(is_kin(bpm, truth * scale))
    assert np.mean(right) >= least_right
    assert np.mean(kin) >= least_kin


def test_a_tempo_heard_right_does_not_flip() -> None:
    for name in ("iivi_c", "waltz_g", "blues_am", "ballad_f"):
        truth, strikes = PHRASES[name]
        rng = np.random.default_rng(2)
        assert all(is_right(heard(strikes, jittery(8), rng, 1.0, turns), truth) for turns in (1, 2, 3, 4, 6)), name


def test_later_phrases_correct_a_first_guess() -> None:
    truth, waltz = PHRASES["waltz_g"]
    time = free_time()
    tune = [Strike(START_NS + round(beat * S * 60 / truth)) for beat in (0, 1, 2, 3, 4, 6)]
    assert time.follow(tune)
    assert is_right(float(time.tempo.bpm), truth / 2)
    begin_ns = START_NS
    for _ in range(3):
        begin_ns += 20 * S
        assert time.follow([one._replace(at_ns=begin_ns + one.at_ns) for one in waltz])
    assert is_right(float(time.tempo.bpm), truth)
