"""A model of styles on held-out pieces, on the exported graph: by itself, imitating, and counting beside it.

The arithmetic is the daemon's (`training.evaluate`). Every piece begins from START, told its style; of a piece without
beats a wait only tells whether notes are struck together.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from exported.card import IMITATE, Card
from exported.imitation import Imitation
from midi.tokens import VOICE, WAIT, Field
from training.baselines import Nats, baselines
from training.encoding import column
from training.evaluate import predictions
from training.pieces import Ints
from training.progress import bar
from training.stepper import Stepper
from training.style_figures import LEAST_LIKELY, StyleFigures
from training.style_music import StyleMusic
from training.styled_encoding import EncodedStyle

DIGITS = 4
Update = Callable[[int], object]
"""Told how many notes more are done."""


def unseen(_notes: int) -> None:
    """Show no progress."""


def figures_on(
    stepper: Stepper,
    pieces: Sequence[EncodedStyle],
    imitate: float,
    how: Imitation,
    update: Update = unseen,
    abreast: int = 1,
) -> StyleFigures:
    """The figures of pieces, so many side by side: one alone is what the daemon computes."""
    sums = StyleFigures()
    at = column(stepper.fields, WAIT)
    for with_beats in sorted({piece.has_beats for piece in pieces}):
        alike = [piece.ids for piece in pieces if piece.has_beats == with_beats]
        for believed, due in predictions(stepper, alike, imitate, how, abreast):
            onset, has_beats = due[:, at] > 0, np.full(len(due), with_beats)
            for index, field in enumerate(stepper.fields):
                known = due[:, index] < field.size
                log_likely = np.log(np.maximum(believed[index][known], LEAST_LIKELY))
                sums.add(field, log_likely, due[known, index], onset[known], has_beats[known])
            update(len(due))
    return sums


def measured_styles(
    stepper: Stepper, card: Card, music: StyleMusic, imitate: float = IMITATE, abreast: int = 1
) -> dict[str, Any]:
    """The facts of all styles for a card's `held_out`; shows progress."""
    with bar(2 * music.notes, "measuring", unit="notes") as progress:
        styles = {
            style: style_facts(
                stepper, card, music.learned[style], music.judged[style], imitate, progress.update, abreast
            )
            for style in sorted(music.judged)
        }
    return {"judged_on": music.part, "is_sample": music.is_sample, "styles": styles}


def style_facts(
    stepper: Stepper,
    card: Card,
    learned: Sequence[EncodedStyle],
    judged: Sequence[EncodedStyle],
    imitate: float,
    update: Update,
    abreast: int = 1,
) -> dict[str, Any]:
    """The facts of one style for a card: the model by itself and imitating, touch explained, and counting."""
    how = Imitation.of(card.imitation, card.fields)
    alone = figures_on(stepper, judged, 0.0, how, update, abreast)
    imitating = figures_on(stepper, judged, imitate, how, update, abreast)
    return {
        "works": len(judged),
        "notes": sum(map(len, judged)),
        **figures_facts(alone),
        "imitating": {"weight": imitate, **figures_facts(imitating)},
        "baselines": counted_facts(learned, judged, card.fields),
    }


def figures_facts(figures: StyleFigures) -> dict[str, Any]:
    """Nats a note by field, R2 of touch and AUC of the pedal, without what is not known."""
    explained = {name: figures.explained(name) for name in sorted(figures.expected)}
    facts: dict[str, Any] = {
        "nats_per_note": round(figures.total(), DIGITS),
        "nats_by_field": {name: round(nats, DIGITS) for name, nats in figures.per_note().items()},
        "explained_variance": {name: round(r2, DIGITS) for name, r2 in explained.items() if r2 is not None},
    }
    pedal = figures.pedal_auc()
    return facts if pedal is None else facts | {"pedal_auc": round(pedal, DIGITS)}


def counted_facts(
    learned: Sequence[EncodedStyle], judged: Sequence[EncodedStyle], fields: Sequence[Field]
) -> dict[str, Any]:
    """Counting on the same pieces, of the fields that are known of them."""
    whole = np.concatenate([piece.ids for piece in judged])
    columns = [index for index, field in enumerate(fields) if field != VOICE and (whole[:, index] < field.size).any()]
    known = tuple(fields[index] for index in columns)

    def shown(pieces: Sequence[EncodedStyle]) -> list[Ints]:
        return [piece.ids[:, columns] for piece in pieces]

    counted = baselines(shown(learned), shown(judged), known, has_beats=all(piece.has_beats for piece in judged))
    rows = {"unigram": counted.unigram, "n_gram": counted.ngram, "n_gram_adapting": counted.adaptive}
    return {name: _row(known, nats) for name, nats in rows.items()}


def _row(fields: Sequence[Field], nats: Nats) -> dict[str, Any]:
    by_field = {field.name: round(value, DIGITS) for field, value in zip(fields, nats, strict=True)}
    return {"nats_per_note": round(sum(nats), DIGITS), "nats_by_field": by_field}
