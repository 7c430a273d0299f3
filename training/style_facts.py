"""The card's facts of a model of styles: its music by style, with the licence and attribution of every source."""

from typing import Any

from training.note_tables.sources import TABLES, NoteTable
from training.sources import LICENCE, SOURCES
from training.style_corpus import CHORALE, FOLK, StyleCorpus


def corpus_facts(corpus: StyleCorpus) -> dict[str, Any]:
    """The facts of the music: works and notes by style and part of the split, and where it is all from."""
    styles = sorted({style for pieces in corpus.parts.values() for style in pieces})
    return {
        "name": "styles",
        "styles": {style: _sizes(corpus, style) for style in styles},
        "tables": [_table(table) for table in TABLES if set(styles) & set(table.readers)],
        "licence": LICENCE if {FOLK, CHORALE} & set(styles) else "",
        "collections": _collections() if {FOLK, CHORALE} & set(styles) else [],
    }


def _sizes(corpus: StyleCorpus, style: str) -> dict[str, Any]:
    return {
        part: {"works": len(pieces.get(style, ())), "notes": sum(map(len, pieces.get(style, ())))}
        for part, pieces in corpus.parts.items()
    }


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
