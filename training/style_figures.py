"""Figures by style and field on held-out pieces: nats, explained variance of touch, and the pedal's AUC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from midi.tokens import DEVIATION, PEDAL, STYLE, STYLES, VELOCITY, VELOCITY_BIN, VOICE, WAIT, Field
from midi.touch import DEVIATION_BIN_MS, PEDAL_ANEW
from training.encoding import column
from training.pieces import Ints
from training.steps import Batch, packed_steps, steps_of
from training.styled_encoding import EncodedStyle

if TYPE_CHECKING:  # it imports TensorFlow
    from training.network import Network

Bools = npt.NDArray[np.bool_]
Doubles = npt.NDArray[np.float64]
SCALES: dict[str, float] = {VELOCITY.name: VELOCITY_BIN, DEVIATION.name: DEVIATION_BIN_MS}
"""Fields whose classes are numbers, and the width of a class."""
LEAST_LIKELY = 1e-12
"""Nothing is less likely than this where a logarithm is taken."""


@dataclass(slots=True)
class StyleFigures:
    """Sums over the held-out notes of a style, by field."""

    nats: dict[str, float] = field(default_factory=dict)
    notes: dict[str, float] = field(default_factory=dict)
    expected: dict[str, list[Doubles]] = field(default_factory=dict)
    """Each field of SCALES: what the model expects, and what came, in classes, [2, M] each."""
    pressed: list[Doubles] = field(default_factory=list)
    """The probability that the pedal is pressed anew at an onset, and whether it was, [2, M] each."""

    def add(self, field: Field, log_likely: Doubles, due: Ints, onset: Bools, has_beats: Bools) -> None:
        """Add a field of M notes: log-probabilities [M, N], the class that came, [M], below the field's size.

        `onset`: not struck together with the note before. Without `has_beats` a wait only tells that. Shapes [M].
        """
        if not len(due):
            return
        nats = -log_likely[np.arange(len(due)), due]
        if field.name == WAIT.name:
            later = -np.log(np.maximum(1 - np.exp(log_likely[:, 0]), LEAST_LIKELY))
            nats = np.where(has_beats | (due == 0), nats, later)
        self.nats[field.name] = self.nats.get(field.name, 0.0) + float(nats.sum())
        self.notes[field.name] = self.notes.get(field.name, 0.0) + len(due)
        if field.name in SCALES:
            expected = np.exp(log_likely) @ np.arange(field.size)
            self.expected.setdefault(field.name, []).append(np.stack([expected, due]))
        if field.name == PEDAL.name:
            self.pressed.append(np.stack([np.exp(log_likely[:, PEDAL_ANEW]), due == PEDAL_ANEW])[:, onset])

    def per_note(self) -> dict[str, float]:
        """Nats by field, of the notes of which it is known."""
        return {name: nats / self.notes[name] for name, nats in self.nats.items() if self.notes[name]}

    def total(self) -> float:
        """Nats per note, the known fields but the voice together."""
        return sum(nats for name, nats in self.per_note().items() if name != VOICE.name)

    def explained(self, name: str) -> float | None:
        """R2 of a field's expected value; None: the field is not known."""
        if not self.expected.get(name):
            return None
        expected, came = np.concatenate(self.expected[name], axis=1)
        return float(1 - ((came - expected) ** 2).sum() / ((came - came.mean()) ** 2).sum()) if came.std() else None

    def pedal_auc(self) -> float | None:
        """The chance that an onset where the pedal is pressed is likelier to be one than an onset where it is not."""
        return auc(*np.concatenate(self.pressed, axis=1)) if self.pressed else None


def auc(scores: Doubles, labels: Doubles) -> float | None:
    """Area under the ROC curve (Mann and Whitney's U); None without both kinds. Ties count as wins by half."""
    positive = labels > 0
    ones = int(positive.sum())
    if not 0 < ones < len(labels):
        return None
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    wins = ranks[inverse][positive].sum() - ones * (ones + 1) / 2
    return float(wins / (ones * (len(labels) - ones)))


def measure(
    network: "Network",
    pieces: Mapping[str, Sequence[EncodedStyle]],
    streams: int,
    chunk: int,
    *,
    tell_style: bool = True,
) -> dict[str, StyleFigures]:
    """Measure pieces by style, each from START; without `tell_style` the model must hear the style for itself.

    A model without the context `style` knows but one.
    """
    shape = network.shape
    all_of = [piece for style in sorted(pieces) for piece in pieces[style]]
    drawn = len(shape.fields)
    steps = [steps_of(piece.ids, shape.inputs, drawn, has_beats=piece.has_beats) for piece in all_of]
    told = column(shape.inputs, STYLE)
    figures = {style: StyleFigures() for style in pieces}
    only = next(iter(pieces))
    states = network.states
    for batch in packed_steps(steps, shape.inputs, streams, chunk):
        shown = batch.targets.shape[:2]
        style_ids = np.full(shown, STYLES.index(only)) if told is None else batch.targets[:, :, told].copy()
        if told is not None and not tell_style:
            batch.targets[:, :, told] = STYLE.unknown
            batch.inputs[:, :, told] = np.where(batch.inputs[:, :, told] == STYLE.start, STYLE.start, STYLE.unknown)
        logits = network.logits(batch)
        for style, sums in figures.items():
            _add(sums, shape.fields, logits, batch, style_ids == STYLES.index(style))
    network.states = states
    return figures


def _add(
    sums: StyleFigures,
    fields: Sequence[Field],
    logits: Mapping[str, npt.NDArray[np.float32]],
    batch: Batch,
    mine: Bools,
) -> None:
    at = column(fields, WAIT)
    has_beats = np.ones(mine.shape, bool) if batch.has_beats is None else batch.has_beats > 0
    for index, one in enumerate(fields):
        rows = mine & (batch.loss_mask[:, :, index] > 0)
        due, onset = batch.targets[:, :, index][rows], batch.targets[:, :, at][rows] > 0
        sums.add(one, log_softmax(logits[one.name][rows].astype(np.float64)), due, onset, has_beats[rows])


def log_softmax(logits: Doubles) -> Doubles:
    """Log-probabilities along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
