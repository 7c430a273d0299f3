"""Pieces of styles made up for the tests."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS
from tests.training.music import melody, work
from tests.training.note_tables.tables import write_table
from training import style_corpus, style_facts, style_music
from training.corpus import Corpus
from training.note_tables import reading, sequenced
from training.note_tables.sources import NoteTable
from training.note_tables.styled_piece import StyledPiece, styled
from training.pieces import table
from training.styled_encoding import EncodedStyle, encode_styled

INPUTS = (*STYLED_FIELDS, *STYLED_CONTEXTS)


def piece(name: str, style: str, seed: int, notes: int = 60, **facts: Any) -> StyledPiece:
    """A melody with velocities, a deviation of its own in each note, and no pedal known."""
    rows = table(melody(seed, notes, velocity=80))
    columns = dict(zip(("onset", "duration", "pitch", "velocity"), rows.T[:4], strict=True))
    rng = np.random.default_rng(seed)
    return styled(name, style, columns | {"deviation": rng.integers(-60, 61, len(rows))}, **facts)


def encoded(style: str, seed: int, notes: int = 60, **facts: Any) -> EncodedStyle:
    return encode_styled(piece(f"{style} {seed}", style, seed, notes, **facts), INPUTS)


def make_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> NoteTable:
    """A table of ten hymns, the only one that is known, and a default corpus of twelve tunes and twelve chorales."""
    hymns = [
        [index, 0, 0, onset * 20, duration * 20, 0, 0, pitch, 90]
        for index in range(10)
        for onset, duration, pitch in table(melody(100 + index, 40))[:, :3].tolist()
    ]
    works = [{"file": f"hymn {index}", "timesig": [[4, 4]]} for index in range(10)]
    sha256 = write_table(folder / "hymns.npz", works, notes=hymns)
    known = NoteTable("hymns.npz", sha256, "a book", "public domain", "the hymnal", {"chorale": sequenced.flat})
    for module in (reading, style_corpus, style_facts, style_music):
        monkeypatch.setattr(module, "TABLES", (known,))
    names = [f"{place}/{seed}" for place in ("bach", "airds") for seed in range(12)]
    tunes = [work(name, melody(index, 40)) for index, name in enumerate(names)]
    monkeypatch.setattr(style_corpus, "read_named", lambda _: Corpus("default", tuple(tunes), (), 24, ""))
    return known
