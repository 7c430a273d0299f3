"""What is heard in played music: known histograms, known loops, known theft, known keys."""

import math

import numpy as np
import pytest

from benchmarks.evaluation.histograms import KINDS, distances, divergence, natural_distances
from benchmarks.evaluation.key import Key, in_scale, key_of, likeness
from benchmarks.evaluation.loops import END, LEAST, LONGEST_PERIOD, PHRASE, looping, said_before
from benchmarks.evaluation.notes import notes_of_ids, top_line
from benchmarks.evaluation.verbatim import longest_shared
from midi.tokens import FIELDS
from tests.training.music import melody, work
from training.encoding import tokens
from training.pieces import Ints

EVEN = 12
"""Ticks in a quaver."""


def line(*pitches: int, ticks: int = EVEN) -> Ints:
    """Pitches one after the other, each as long as the next is away."""
    return np.array([(index * ticks, ticks, pitch) for index, pitch in enumerate(pitches)], np.int32)


def walk(seed: int, notes: int) -> Ints:
    return work("a", melody(seed, notes)).notes[:, :3]


def moved(notes: Ints, semitones: int, ticks: int = 0) -> Ints:
    return notes + np.array([ticks, 0, semitones], np.int32)


def joined(*parts: Ints) -> Ints:
    """Parts one after the other."""
    made, end = [], 0
    for part in parts:
        made.append(moved(part, 0, end - int(part[0, 0])))
        end = int(made[-1][-1, :2].sum())
    return np.concatenate(made)


def test_ids_become_the_notes_they_stand_for() -> None:
    written = work("a", melody(3))
    assert notes_of_ids(tokens(written, FIELDS), FIELDS).tolist() == written.notes[:, :3].tolist()


def test_the_top_line_is_the_highest_note_of_each_onset() -> None:
    chords = np.array([(0, 12, 50), (0, 12, 62), (12, 12, 60), (24, 12, 40), (24, 12, 45)], np.int32)
    assert top_line(chords).tolist() == [62, 60, 45]


def test_a_set_is_at_no_distance_from_itself_and_transposing_moves_only_its_pitch_classes() -> None:
    pieces = [walk(seed, 80) for seed in range(4)]
    assert all(distance == pytest.approx(0) for distance in distances(pieces, pieces).values())
    apart = distances(pieces, [moved(piece, 1) for piece in pieces])
    assert apart["pitch class"] > 0.001
    assert [apart[kind] for kind in ("from tonic", "interval", "wait", "duration")] == pytest.approx([0] * 4)


def test_histograms_that_share_nothing_are_ln_2_apart() -> None:
    assert divergence(np.array([3.0, 0]), np.array([0, 5.0])) == pytest.approx(math.log(2))
    assert divergence(np.array([1.0, 1]), np.array([1.0, 0])) == pytest.approx(
        0.5 * (math.log(2 / 3) * 0.5 + math.log(2) * 0.5 + math.log(4 / 3))
    )
    assert divergence(np.zeros(2), np.zeros(2)) == 0


def test_two_halves_of_one_kind_of_music_are_nearer_than_another_kind() -> None:
    pieces = [walk(seed, 80) for seed in range(20)]
    natural, other = natural_distances(pieces), distances(pieces, [line(*range(48, 72))] * 3)
    assert all(natural[kind] < other[kind] for kind in KINDS)


@pytest.mark.parametrize("period", [1, 7, 24, LONGEST_PERIOD])
def test_a_run_that_ends_in_a_loop_has_its_period(period: int) -> None:
    times = -(-LEAST // period) + 4
    loop = walk(5, period)
    loop[:, 2] += np.arange(period, dtype=np.int32) % 3  # no shorter period by chance
    assert looping(joined(walk(1, 100), *[loop] * times)) == period


def test_a_piece_that_repeats_its_parts_and_a_short_ostinato_are_no_loop() -> None:
    first, second = walk(1, 60), walk(2, 60)
    assert looping(joined(first, first, second, second)) == 0
    assert looping(joined(first, first, second, second, first, first)) == 0
    assert looping(joined(walk(1, 300), *[walk(5, 8)] * 6)) == 0
    assert looping(joined(*[walk(5, 8)] * 30, walk(1, 40))) == 0
    assert looping(line(60)) == 0
    assert looping(line()[:0].reshape(0, 3)) == 0


def test_how_much_was_said_before_is_all_of_a_loop_but_its_first_round_and_nothing_of_a_line_that_goes_on() -> None:
    walked, loop = walk(1, END), walk(5, 16)
    assert said_before(walked) == 0
    assert said_before(joined(walked, *[loop] * 9)) == pytest.approx(1 - 16 / (END - PHRASE + 1))
    assert said_before(joined(walked, walk(2, 64), walk(2, 64))) == pytest.approx(
        (64 - PHRASE + 1) / (END - PHRASE + 1), abs=0.01
    )
    assert said_before(walk(1, END - 1)) is None


def test_a_borrowed_run_is_found_transposed_and_wherever_it_stands() -> None:
    learned = [walk(seed, 120) for seed in range(5)]
    borrowed = learned[3][40:70]
    mine = joined(walk(50, 40), moved(borrowed, 5), walk(51, 40))
    alone, found = longest_shared([joined(walk(50, 40), walk(51, 40)), mine], learned)
    assert 30 <= found <= 33  # a neighbour may agree by chance
    assert alone < 12


def test_the_longest_run_is_what_comparing_every_place_with_every_place_finds() -> None:
    rng = np.random.default_rng(2)
    learned = [line(*rng.integers(60, 63, 40)) for _ in range(3)]
    pieces = [line(*rng.integers(60, 63, length)) for length in (1, 2, 9, 30)]
    assert longest_shared(pieces, learned) == [_slowly(piece, learned) for piece in pieces]


def _slowly(piece: Ints, learned: list[Ints]) -> int:
    steps = [np.diff(notes[:, 2]).tolist() for notes in (piece, *learned)]
    return 1 + max(
        length
        for length in range(len(steps[0]) + 1)
        for start in range(len(steps[0]) - length + 1)
        if any(
            steps[0][start : start + length] == other[at : at + length]
            for other in steps[1:]
            for at in range(len(other) - length + 1)
        )
    )


def test_another_rhythm_is_another_run_and_a_whole_piece_is_at_most_itself() -> None:
    learned = [line(60, 62, 64, 65, 67)]
    assert longest_shared([line(60, 62, 64, 65, 67, ticks=24), learned[0], line()[:0].reshape(0, 3)], learned) == [
        1,
        5,
        0,
    ]
    assert longest_shared([learned[0]], []) == [0]


def test_scales_have_their_keys() -> None:
    major, minor = line(60, 62, 64, 65, 67, 69, 71, 72, 67, 60), line(57, 59, 60, 62, 64, 65, 68, 69, 64, 57)
    assert key_of(major) == Key(0, 0)
    assert key_of(moved(major, 7)) == Key(7, 0)
    assert key_of(minor) == Key(9, 1)


def test_in_key_and_out_of_it() -> None:
    key = Key(2, 0)
    assert in_scale(line(62, 66, 69), key) == 1
    assert in_scale(line(62, 65, 66, 69), key) == pytest.approx(0.75)
    scale = line(62, 64, 66, 67, 69, 71, 73)
    assert likeness(line(62, 66, 69, 62, 69), key) > likeness(scale, key) > likeness(moved(scale, 6), key)
