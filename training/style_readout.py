"""Fitting the readout by which a model judges styles: logistic regression on what it expects of training phrases.

Phrases are read as `exported.style_readout` says; of each, the beginnings of several lengths are learned from.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from exported.heads import Floats
from exported.style_readout import KNOWN, READ_FIELDS, StyleReadout, read_columns
from midi.notes import HUMAN
from midi.tokens import PITCH, STYLE, STYLES, VOICE, WAIT, Field
from training.pieces import Ints
from training.stepper import Stepper
from training.styled_encoding import EncodedStyle

Pieces = Mapping[str, Sequence[EncodedStyle]]

LENGTHS = (8, 12, 16, 24, 32, 48)
"""Notes of a phrase after which its style is judged."""
PHRASES = 192
"""Phrases of each style that are learned from."""
SIDE_BY_SIDE = 128
LOWER, HIGHER = -5, 6
"""Semitones by which a phrase is transposed, by chance."""
STEPS, RATE, DECAY = 500, 0.3, 3e-3
"""Gradient descent: steps, their size, and how far weights are pulled to 0 (8 notes 0.63 right, 48 notes 0.80)."""
NEVER = -50.0
"""The logit of a style of which there are no phrases."""


class Reading(NamedTuple):
    """Phrases as they were read: mean rows [N, D], the notes each stands for [N], and the styles [N] by their ids."""

    rows: Floats
    lengths: Ints
    styles: Ints

    def right(self, readout: StyleReadout) -> dict[int, float]:
        """The share of the styles that a readout judges rightly, by the number of notes."""
        judged = (self.rows @ readout.weights + readout.bias).argmax(axis=1) == self.styles
        return {length: float(judged[self.lengths == length].mean()) for length in LENGTHS}


def read_phrases(stepper: Stepper, pieces: Pieces, count: int, seed: int = 1) -> Reading:
    """Read so many phrases of each style that has any long enough."""
    rng = np.random.default_rng(seed)
    phrases = [(style, phrase) for style in pieces for phrase in _phrases(pieces[style], count, stepper.inputs, rng)]
    rows = [
        _mean_rows(stepper, np.stack([phrase for _, phrase in phrases[at : at + SIDE_BY_SIDE]]))
        for at in range(0, len(phrases), SIDE_BY_SIDE)
    ]
    styles = np.array([STYLES.index(style) for style, _ in phrases], np.int32)
    by_length = np.concatenate(rows, axis=1)
    lengths = np.repeat(np.array(LENGTHS, np.int32), len(phrases))
    return Reading(by_length.reshape(-1, by_length.shape[-1]), lengths, np.tile(styles, len(LENGTHS)))


def fit_readout(fields: Sequence[Field], reading: Reading) -> StyleReadout:
    """The readout that judges these phrases best, by logistic regression on standardised rows."""
    mean, spread = reading.rows.mean(axis=0), reading.rows.std(axis=0) + 1e-6
    rows = (reading.rows - mean) / spread
    due = np.eye(STYLE.size, dtype=np.float32)[reading.styles]
    weights, bias = np.zeros((rows.shape[1], STYLE.size), np.float32), np.zeros(STYLE.size, np.float32)
    for _ in range(STEPS):
        logits = rows @ weights + bias
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = (likely / likely.sum(axis=1, keepdims=True) - due) / len(rows)
        weights -= RATE * (rows.T @ error + DECAY * weights)
        bias -= RATE * error.sum(axis=0)
    weights /= spread[:, None]
    bias -= mean @ weights
    weights[:, due.sum(axis=0) == 0] = 0
    bias[due.sum(axis=0) == 0] = NEVER
    return StyleReadout(read_columns(fields), weights.astype(np.float32), bias.astype(np.float32))


def _phrases(
    pieces: Sequence[EncodedStyle], count: int, inputs: Sequence[Field], rng: np.random.Generator
) -> Iterator[Ints]:
    """Draw phrases as a judge reads them: ids [LENGTHS[-1], I], the same piece more than once if there are few."""
    long_enough = [piece for piece in pieces if len(piece) >= LENGTHS[-1]]
    hidden = [column for column, field in enumerate(inputs) if field not in KNOWN]
    for _ in range(count if long_enough else 0):
        piece = long_enough[int(rng.integers(len(long_enough)))]
        begin = int(rng.integers(len(piece) - LENGTHS[-1] + 1))
        phrase = piece.ids[begin : begin + LENGTHS[-1]].copy()
        phrase[0, inputs.index(WAIT)] = 0
        phrase[:, inputs.index(VOICE)] = HUMAN
        pitches = phrase[:, inputs.index(PITCH)] + int(rng.integers(LOWER, HIGHER + 1))
        phrase[:, inputs.index(PITCH)] = np.clip(pitches, 0, PITCH.size - 1)
        phrase[:, hidden] = [inputs[column].unknown for column in hidden]
        yield phrase


def _mean_rows(stepper: Stepper, phrases: Ints) -> Floats:
    """The mean rows of phrases, ids [B, T, I], after each of LENGTHS. Shape [len(LENGTHS), B, D]."""
    names = [f"{field.name}_hidden" for field in READ_FIELDS]
    state = stepper.step(stepper.started(len(phrases)), stepper.zeros(len(phrases)))["next_state"]
    rows = []
    for step in range(LENGTHS[-1]):
        outputs = stepper.step(phrases[:, step], state)
        state = outputs["next_state"]
        rows.append(np.concatenate([outputs[name] for name in names], axis=1))
    return np.stack([np.mean(rows[:length], axis=0) for length in LENGTHS])
