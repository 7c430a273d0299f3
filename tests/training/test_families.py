"""Families: copies, transpositions and variants are kin, different tunes are not; works in parts go by their melody."""

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
