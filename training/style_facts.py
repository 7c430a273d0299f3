"""The card's facts of a model of styles: its music by style, with the licence and attribution of every source."""

from collections.abc import Mapping
from typing import Any

from training.note_tables.sources import TABLES, NoteTable
from training.sources import LICENCE, SOURCES
from training.style_corpus import CHORALE, FOLK, StyleCorpus
from training.style_figures import StyleFigures

DIGITS = 4


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


def figures_facts(figures: Mapping[str, StyleFigures]) -> dict[str, Any]:
    """Held-out figures by style: nats a note by field, R2 of touch, AUC of the pedal; without what is not known."""
    return {style: _figures(of_style) for style, of_style in sorted(figures.items())}


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


def _figures(figures: StyleFigures) -> dict[str, Any]:
    explained = {name: figures.explained(name) for name in figures.expected}
    facts: dict[str, Any] = {
        "nats_per_note": round(figures.total(), DIGITS),
        "nats_by_field": {name: round(nats, DIGITS) for name, nats in figures.per_note().items()},
        "explained_variance": {name: round(r2, DIGITS) for name, r2 in explained.items() if r2 is not None},
    }
    pedal = figures.pedal_auc()
    return facts if pedal is None else facts | {"pedal_auc": round(pedal, DIGITS)}
