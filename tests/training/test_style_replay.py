"""Rehearsal of a model of styles: each style by its share, and plain words where its music is not at hand."""

import numpy as np
import pytest

from exported.card import Card
from midi.tokens import STYLE, STYLES
from tests.training import styled_music
from training.encoding import EncodedPiece, column
from training.held_out import replay_corpus
from training.style_corpus import StyleCorpus
from training.style_replay import StyleReplay

AT = column(styled_music.INPUTS, STYLE)


def notes_of(pieces: list[EncodedPiece], style: str) -> int:
    return sum(int((piece.ids[:, AT] == STYLES.index(style)).sum()) for piece in pieces)


def test_each_style_is_rehearsed_by_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.style_replay.REHEARSED", 1200)
    parts = {
        part: {
            style: [styled_music.piece(f"{style} {seed}", style, seed, notes=30) for seed in range(40)]
            for style in ("folk", "jazz")
        }
        for part in ("train", "valid")
    }
    replay = StyleReplay(StyleCorpus(parts), {"folk": 0.25, "jazz": 0.75})
    learned = replay.to_learn(styled_music.INPUTS)
    assert (notes_of(learned, "folk"), notes_of(learned, "jazz")) == (300, 900)
    assert notes_of(replay.to_measure(styled_music.INPUTS), "folk") == 1200  # all there are
    assert len({np.asarray(piece.ids).tobytes() for piece in learned}) == len(learned)


def test_without_its_tables_it_says_how_to_name_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay_corpus(Card("styled", corpus={"name": "styles", "tables": [{"file": "a.npz"}]})) is None
    assert "(name the folder of its note tables: --tables): nothing is rehearsed" in capsys.readouterr().out
