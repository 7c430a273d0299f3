"""The figures of `antiphon eval` as lines to read and as values for JSON."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from benchmarks.evaluation.answering import Answered
from benchmarks.evaluation.histograms import KINDS
from benchmarks.evaluation.playing import Solos
from benchmarks.evaluation.rows import Row
from midi.tokens import VOICE
from training.evaluate import Figures

Cells = tuple[str, Sequence[str]]
"""A line of a table: its title, and what stands right of it."""


def laid_out(lines: Iterable[Cells]) -> Iterator[str]:
    """Lines of a table, as wide as they need to be."""
    kept = [(title, *cells) for title, cells in lines]
    first, *others = (max(map(len, cells)) for cells in zip(*kept, strict=True))
    for title, *cells in kept:
        row = "".join(f"  {cell:>{width}}" for cell, width in zip(cells, others, strict=True))
        yield f"{title:<{first}}{row}".rstrip()


def predictions(rows: Sequence[Row]) -> Iterator[Cells]:
    """Nats per note by field, and what follows from them; the voice, where a model has one, is last and not counted."""
    names = [field.name for field in rows[0].whole.fields if field.name != VOICE.name]
    voiced = any(_voice(row.whole) is not None for row in rows)
    heads = [*names, "together", "perplexity", *(f"{name} %" for name in names), *(["(voice)"] if voiced else [])]
    yield "", heads
    for row in rows:
        figures = row.whole
        nats, top1 = (_by_name(figures, values) for values in (figures.nats, figures.top1))
        cells = [*(f"{nats[name]:.3f}" for name in names), f"{figures.total:.3f}", f"{figures.perplexity:.2f}"]
        cells += [f"{100 * top1[name]:.1f}" for name in names]
        if voiced:
            voice = _voice(figures)
            cells.append("" if voice is None else f"{voice:.3f}")
        yield row.title, cells


def by_collection(rows: Sequence[Row]) -> Iterator[Cells]:
    """Nats per note, all fields together, for each collection."""
    names = list(rows[0].by_collection)
    yield "", names
    yield "notes", [f"{rows[0].by_collection[name].notes:,}" for name in names]
    for row in rows:
        yield row.title, [f"{row.by_collection[name].total:.3f}" for name in names]


def playing(rows: Sequence[Solos]) -> Iterator[Cells]:
    """Distances, loops and borrowed runs."""
    yield "", ["pieces", *KINDS, "loops", "again %", "shared run", "90 %", "longest"]
    for row in rows:
        apart = [f"{row.apart[kind]:.4f}" if row.apart else "" for kind in KINDS]
        loops = f"{row.loops}" if row.apart else ""
        again = "" if row.again is None else f"{100 * row.again:.1f}"
        yield row.title, [f"{row.pieces}", *apart, loops, again, *(f"{notes:.0f}" for notes in row.spread)]


def answered(rows: Sequence[Answered]) -> Iterator[Cells]:
    """Shares in the scale, likeness to the key's profile, and the longest runs shared with what was learned."""
    yield "", ["answers", "in scale %", "likeness", "shared run", "longest"]
    for row in rows:
        shared = [f"{value:g}" for value in row.shared]
        yield row.title, [f"{row.answers}", f"{100 * row.in_scale:.1f}", f"{row.likeness:.3f}", *shared]


def rows_as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Foretelling, for JSON."""
    return [
        {
            "title": row.title,
            **row.whole.as_json(),
            "by_collection": {name: figures.as_json() for name, figures in row.by_collection.items()},
        }
        for row in rows
    ]


def playing_as_json(rows: Sequence[Solos]) -> list[dict[str, Any]]:
    """Playing, for JSON."""
    return [
        {
            "title": row.title,
            "pieces": row.pieces,
            "nats_apart": {kind: round(nats, 5) for kind, nats in row.apart.items()},
            "loops": row.loops if row.apart else None,
            "said_before": None if row.again is None else round(row.again, 4),
            "longest_shared": dict(zip(("median", "90 %", "most"), row.spread, strict=True)),
        }
        for row in rows
    ]


def answered_as_json(rows: Sequence[Answered]) -> list[dict[str, Any]]:
    """Answers, for JSON."""
    return [
        {
            "title": row.title,
            "answers": row.answers,
            "in_scale": round(row.in_scale, 4),
            "likeness": round(row.likeness, 4),
            "longest_shared": dict(zip(("median", "most"), row.shared, strict=True)),
        }
        for row in rows
    ]


def _by_name(figures: Figures, values: Sequence[float]) -> dict[str, float]:
    return {field.name: value for field, value in zip(figures.fields, values, strict=True)}


def _voice(figures: Figures) -> float | None:
    return _by_name(figures, figures.nats).get(VOICE.name)
