"""Splits of styles: the makers' own, by player, or by likeness; and nothing kin to held-out tunes is learned."""

from dataclasses import replace

import numpy as np

from tests.training.styled_music import piece
from training.note_tables.styled_piece import StyledPiece
from training.split import Split
from training.style_split import split_style


def names(pieces: tuple[StyledPiece, ...]) -> set[str]:
    return {one.piece.name for one in pieces}


def test_the_makers_own_split_holds() -> None:
    drums = [piece(str(seed), "drums", seed, part=part) for seed, part in enumerate(("train", "test", "valid"))]
    parts = split_style(drums)
    assert (names(parts.train), names(parts.valid), names(parts.test)) == ({"0"}, {"2"}, {"1"})


def test_no_player_is_on_two_sides() -> None:
    solos = [piece(str(seed), "jazz", seed, family=f"player {seed % 12}") for seed in range(48)]
    parts = split_style(solos)
    players = [{one.family for one in part} for part in (parts.train, parts.valid, parts.test)]
    assert all(players)
    assert sum(map(len, players)) == 12


def test_a_transposition_stays_with_its_tune() -> None:
    tunes = [piece(str(seed), "song", seed, 80) for seed in range(30)]
    moved = replace(tunes[4].piece, name="moved", notes=tunes[4].piece.notes + np.array([0, 0, 3, 0, 0, 0]))
    parts = split_style([*tunes, replace(tunes[4], piece=moved)])
    assert any({"4", "moved"} <= names(part) for part in (parts.train, parts.valid, parts.test))


def test_what_is_kin_to_a_held_out_work_of_the_default_corpus_is_held_out_with_it() -> None:
    hymns = [piece(str(seed), "chorale", seed, 80) for seed in range(30)]
    learned = names(split_style(hymns).train)
    chosen = min(learned)
    tune = next(hymn.piece for hymn in hymns if hymn.piece.name == chosen)
    held = replace(tune, name="bach/held", notes=tune.notes + np.array([0, 0, 2, 0, 0, 0]))
    default = Split((), (), (held,), 1)
    assert chosen in names(split_style(hymns, default).test)
