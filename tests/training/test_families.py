"""Families: copies, transpositions and variants are kin, different tunes are not; works in parts go by their melody."""

import numpy as np
import pytest

from midi.notes import Note, canonical
from tests.training.music import melody, transposed, work, works
from training.families import families


def names(made: list[list[int]]) -> list[list[int]]:
    return sorted(map(sorted, made))


def test_different_tunes_are_families_of_one() -> None:
    assert names(families(works(30))) == [[index] for index in range(30)]


def test_a_transposed_copy_is_kin() -> None:
    tune = melody(1)
    assert families([work("a", tune), work("b", melody(2)), work("c", transposed(tune, 5))]) == [[0, 2], [1]]


def test_a_variant_that_shares_a_third_is_kin_whatever_its_rhythm() -> None:
    tune = melody(1, notes=100)
    slower = [Note(2 * n.onset, n.duration, n.pitch) for n in tune[:60]]
    variant = slower + [Note(n.onset + 5000, n.duration, n.pitch) for n in melody(9, notes=40)]
    assert families([work("a", tune), work("b", variant)]) == [[0, 1]]


def test_a_quotation_is_not_kinship() -> None:
    tune, other = melody(1, notes=120), melody(2, notes=120)
    quoting = other + [Note(n.onset + 9000, n.duration, n.pitch) for n in tune[:30]]
    assert families([work("a", tune), work("b", quoting)]) == [[0], [1]]


def test_settings_of_one_melody_are_kin() -> None:
    tune = melody(1)
    bass = [Note(n.onset, n.duration, n.pitch - 30) for n in melody(2)]
    assert families([work("a", tune), work("b", canonical(tune + bass))]) == [[0, 1]]


def test_kinship_is_passed_on() -> None:
    first, last = melody(1, notes=80), melody(2, notes=80)
    between = first[:50] + [Note(n.onset + 5000, n.duration, n.pitch) for n in last[:50]]
    assert families([work("a", first), work("b", last), work("c", between)]) == [[0, 1, 2]]


def test_tunes_too_short_for_a_run_are_kin_only_if_equal() -> None:
    short = melody(1, notes=9)
    grouped = families([work("a", short), work("b", melody(2, notes=9)), work("c", transposed(short, 2))])
    assert grouped == [[0, 2], [1]]
    assert families([work("a", short[:1])]) == [[0]]


def take(tune: list[Note], seed: int, wrong: float, tempo: float = 1.0) -> list[Note]:
    """A performance: so many of the notes wrong, as many with a grace note before them, over broken chords."""
    rng = np.random.default_rng(seed)
    played: list[Note] = []
    for note in tune:
        onset = round(note.onset * tempo) + int(rng.integers(0, 2))
        pitch = note.pitch + (int(rng.choice([-2, -1, 1, 2])) if rng.random() < wrong else 0)
        loud = int(rng.integers(40, 100))
        if rng.random() < wrong:
            played.append(Note(max(0, onset - 2), 1, pitch - 1, loud))
        played.append(Note(onset, note.duration or 1, pitch, loud))
        played.append(Note(onset + int(rng.integers(0, 2)), 12, note.pitch - 16, loud))
    return canonical(played)


@pytest.mark.parametrize("wrong", [0.0, 0.05, 0.1])
def test_takes_with_wrong_notes_and_ornaments_at_another_tempo_are_kin(wrong: float) -> None:
    piece, other = melody(1, notes=200), melody(2, notes=200)
    performed = [take(piece, 1, wrong), take(other, 2, wrong), take(piece, 3, wrong, tempo=1.37)]
    assert families([work(str(place), notes) for place, notes in enumerate(performed)]) == [[0, 2], [1]]


def test_performances_of_different_pieces_are_not_takes() -> None:
    performed = [work(f"{seed:02}", take(melody(seed, notes=150), seed, 0.05)) for seed in range(20)]
    assert len(families(performed)) == 20


def test_scores_are_not_compared_as_performances_are() -> None:
    piece = melody(1, notes=200)
    scores = [work(str(seed), [Note(n.onset, n.duration, n.pitch) for n in take(piece, seed, 0.1)]) for seed in (1, 2)]
    assert families(scores) == [[0], [1]]


def test_the_same_lick_in_two_performances_makes_no_takes() -> None:
    lick = melody(7, notes=17)
    performed = [
        work(str(seed), [*take(lick, seed, 0.0), *(Note(n.onset + 900, n.duration, n.pitch, 70) for n in rest)])
        for seed, rest in ((1, melody(1, notes=200)), (2, melody(2, notes=200)))
    ]
    assert families(performed) == [[0], [1]]
