"""Casting: who plays what is drawn anew for each pass, and each way of playing together leaves both something to do."""

import numpy as np
import pytest

from midi.notes import ANSWER, HUMAN
from training.pieces import Ints
from training.roles import IN_TURNS, LONGEST_TURN, SHORTEST_TURN, SOLO, _turns, accompanied, assign_roles

RNG = np.random.default_rng(3)
THREE_PARTS: Ints = np.tile([0, 1, 2], 80).astype(np.int32)
ONE_PART: Ints = np.zeros(240, np.int32)
CHORDS: Ints = np.tile([12, 0, 0, 24, 0], 48).astype(np.int32)


def ways(parts: Ints, times: int = 1500) -> dict[str, float]:
    """How often all is the answer's, voices follow the parts, and neither."""
    rng = np.random.default_rng(1)
    found = {"solo": 0, "parts": 0, "turns": 0}
    for _ in range(times):
        voices = assign_roles(parts, CHORDS, rng)
        by_part = [set(voices[parts == part].tolist()) for part in np.unique(parts)]
        whole = all(len(one) == 1 for one in by_part)
        found["solo" if (voices == ANSWER).all() else "parts" if whole else "turns"] += 1
    return {way: count / times for way, count in found.items()}


def test_each_way_is_taken_as_often_as_it_is_said_to_be() -> None:
    shares = ways(THREE_PARTS)
    assert shares["solo"] == pytest.approx(SOLO, abs=0.04)
    assert shares["turns"] == pytest.approx(IN_TURNS, abs=0.04)
    assert shares["parts"] == pytest.approx(1 - SOLO - IN_TURNS, abs=0.04)


def test_of_one_part_what_would_accompany_is_solo() -> None:
    shares = ways(ONE_PART)
    assert shares["solo"] == pytest.approx(1 - IN_TURNS, abs=0.04)
    assert shares["parts"] == 0


@pytest.mark.parametrize("parts", [2, 3, 5])
def test_accompanying_at_least_one_part_is_the_humans_and_one_the_answers(parts: int) -> None:
    told: Ints = np.arange(60, dtype=np.int32) % parts
    humans = set()
    for _ in range(300):
        voices = accompanied(told, RNG)
        by_part = [set(voices[told == part].tolist()) for part in range(parts)]
        assert all(len(one) == 1 for one in by_part), "a part is played by one"
        assert set().union(*by_part) == {HUMAN, ANSWER}
        humans.add(tuple(part for part in range(parts) if by_part[part] == {HUMAN}))
    assert len(humans) == 2**parts - 2, "in time every choice of parts is taken"


def test_in_turns_chords_stay_whole_and_the_human_begins() -> None:
    for _ in range(200):
        voices = _turns(CHORDS, RNG)
        assert (voices[1:] == voices[:-1])[CHORDS[1:] == 0].all()
        assert voices[0] == HUMAN
        assert set(voices.tolist()) == {HUMAN, ANSWER}


def test_turns_are_as_long_as_they_are_said_to_be() -> None:
    line: Ints = np.full(5000, 12, np.int32)
    voices = _turns(line, RNG)
    turns = np.diff(np.flatnonzero(np.diff(voices)))
    assert turns.min() >= SHORTEST_TURN
    assert turns.max() <= LONGEST_TURN
    assert len(set(turns.tolist())) > 20


def test_the_same_chance_casts_the_same_and_the_shortest_piece_is_cast_too() -> None:
    one, other = (assign_roles(THREE_PARTS, CHORDS, np.random.default_rng(4)) for _ in range(2))
    assert (one == other).all()
    for seed in range(20):
        assert len(assign_roles(ONE_PART[:1], CHORDS[:1], np.random.default_rng(seed))) == 1
