"""The card's facts of a model of styles: its music by style, with the licence and attribution of every source."""

from collections.abc import Sequence
from typing import Any

from midi.tokens import DEVIATION, PEDAL, TOUCH, VELOCITY
from training.note_tables.sources import TABLES, NoteTable
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece
from training.pieces import COLUMNS, UNKNOWN
from training.sources import LICENCE, SOURCES
from training.style_corpus import CHORALE, FOLK, StyleCorpus


def corpus_facts(corpus: StyleCorpus) -> dict[str, Any]:
    """The facts of the music: works and notes by style and part of the split, and where it is all from."""
    styles = sorted({style for pieces in corpus.parts.values() for style in pieces})
    return {
        "name": "styles",
        "styles": {style: _sizes(corpus, style) for style in styles},
        "touch": {style: _touch(corpus.parts["train"][style]) for style in styles},
        "tables": [_table(table) for table in TABLES if set(styles) & set(table.readers)],
        "licence": LICENCE if {FOLK, CHORALE} & set(styles) else "",
        "collections": _collections() if {FOLK, CHORALE} & set(styles) else [],
    }


def _sizes(corpus: StyleCorpus, style: str) -> dict[str, Any]:
    return {
        part: {"works": len(pieces.get(style, ())), "notes": sum(map(len, pieces.get(style, ())))}
        for part, pieces in corpus.parts.items()
    }


def _touch(pieces: Sequence[StyledPiece]) -> list[str]:
    """The fields of touch that are known of any of these pieces."""
    known = {
        VELOCITY: any((piece.piece.notes[:, COLUMNS.index("velocity")] != UNKNOWN).any() for piece in pieces),
        DEVIATION: any((piece.deviation != NO_DEVIATION).any() for piece in pieces),
        PEDAL: any((piece.pedal != UNKNOWN).any() for piece in pieces),
    }
    return [field.name for field in TOUCH if known[field]]


def _table(table: NoteTable) -> dict[str, Any]:
    return {
        "file": table.file,
        "sha256": table.sha256,
        "styles": sorted(table.readers),
        "source": table.source,
        "licence": table.licence,
        "attribution": table.attribution,
    }


def _collections() -> list[dict[str, str]]:
    return [
        {"folder": folder, "title": source.title, "encoders": source.encoders} for folder, source in SOURCES.items()
    ]
