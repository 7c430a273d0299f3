"""The music of all styles: the default corpus gives tunes and chorales, tables the rest; hymns join the chorales."""

from pathlib import Path

import numpy as np
import pytest

from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS
from tests.training.styled_music import encoded, make_tables
from training import style_corpus


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a table of hymns, beside a default corpus."""
    make_tables(tmp_path, monkeypatch)
    return tmp_path


def test_tunes_chorales_and_hymns_find_their_style(folder: Path) -> None:
    corpus = style_corpus.read_style_corpus(folder, ["folk", "chorale"])
    named = {
        style: sorted(piece.piece.name for part in corpus.parts.values() for piece in part[style])
        for style in ("folk", "chorale")
    }
    assert named["folk"] == sorted(f"airds/{seed}" for seed in range(12))
    assert named["chorale"] == sorted(
        [*(f"bach/{seed}" for seed in range(12)), *(f"hymn {seed}" for seed in range(10))]
    )
    assert all(corpus.parts[part][style] for part in corpus.parts for style in named)


def test_each_piece_is_encoded_in_its_own_part(folder: Path) -> None:
    corpus = style_corpus.read_style_corpus(folder, ["chorale"])
    pieces = corpus.encoded("valid", (*STYLED_FIELDS, *STYLED_CONTEXTS))
    assert [len(one) for one in pieces["chorale"]] == [len(one) for one in corpus.parts["valid"]["chorale"]]


def test_excerpts_are_few_short_and_always_the_same() -> None:
    pieces = {"jazz": [encoded("jazz", seed, 50) for seed in range(20)], "drums": [encoded("drums", 1, 3000)]}
    drawn, again = style_corpus.excerpts(pieces, 220), style_corpus.excerpts(pieces, 220)
    assert sum(map(len, drawn["jazz"])) == 250
    assert [len(piece) for piece in drawn["drums"]] == [style_corpus.EXCERPT]
    assert all((a.ids == b.ids).all() for a, b in zip(drawn["jazz"], again["jazz"], strict=True))
    assert not np.array_equal(drawn["jazz"][0].ids, pieces["jazz"][0].ids)
