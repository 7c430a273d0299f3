"""Figures by style and field on held-out pieces: nats, explained variance of touch, and the pedal's AUC.

Importing this module imports TensorFlow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from midi.tokens import DEVIATION, PEDAL, STYLE, STYLES, VELOCITY, VELOCITY_BIN, VOICE, WAIT, Field
from midi.touch import DEVIATION_BIN_MS, PEDAL_ANEW
from training.encoding import column
from training.network import Network
from training.steps import Batch, packed_steps, steps_of
from training.styled_encoding import EncodedStyle

Doubles = npt.NDArray[np.float64]
SCALES: dict[str, float] = {VELOCITY.name: VELOCITY_BIN, DEVIATION.name: DEVIATION_BIN_MS}
"""Fields whose classes are numbers, and the width of a class."""


@dataclass(slots=True)
class StyleFigures:
    """Sums over the held-out notes of a style, by field."""

    nats: dict[str, float] = field(default_factory=dict)
    notes: dict[str, float] = field(default_factory=dict)
    expected: dict[str, list[Doubles]] = field(default_factory=dict)
    """Each field of SCALES: what the model expects, and what came, in classes, [2, M] each."""
    pressed: list[Doubles] = field(default_factory=list)
    """The probability that the pedal is pressed anew at an onset, and whether it was, [2, M] each."""

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
    network: Network, pieces: Mapping[str, Sequence[EncodedStyle]], streams: int, chunk: int, *, tell_style: bool = True
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
    mine: npt.NDArray[np.bool_],
) -> None:
    for index, one in enumerate(fields):
        rows = mine & (batch.loss_mask[:, :, index] > 0)
        due = batch.targets[:, :, index][rows]
        if not len(due):
            continue
        likely = log_softmax(logits[one.name][rows].astype(np.float64))
        nats = -likely[np.arange(len(due)), due]
        if one == WAIT and batch.has_beats is not None:
            later = -np.log(np.maximum(1 - np.exp(likely[:, 0]), 1e-12))
            nats = np.where((batch.has_beats[rows] > 0) | (due == 0), nats, later)
        sums.nats[one.name] = sums.nats.get(one.name, 0.0) + float(nats.sum())
        sums.notes[one.name] = sums.notes.get(one.name, 0.0) + len(due)
        if one.name in SCALES:
            expected = np.exp(likely) @ np.arange(one.size)
            sums.expected.setdefault(one.name, []).append(np.stack([expected, due]))
        if one == PEDAL:
            at = column(fields, WAIT)
            onset = batch.targets[:, :, at][rows] > 0
            sums.pressed.append(np.stack([np.exp(likely[:, PEDAL_ANEW]), due == PEDAL_ANEW])[:, onset])


def log_softmax(logits: Doubles) -> Doubles:
    """Log-probabilities along the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
