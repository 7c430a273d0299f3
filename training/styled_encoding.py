"""Pieces of styles as token arrays: the ids of `training.encoding`, with placement, pedal and style beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midi.notes import ANSWER, HUMAN
from midi.tokens import (
    DEVIATION,
    DURATION,
    DURATION_TICKS,
    PEDAL,
    STYLE,
    STYLES,
    VOICE,
    WAIT,
    WAIT_TICKS,
    Field,
    nearest,
)
from midi.touch import DEVIATION_BIN_MS, FURTHEST
from training.encoding import column, tokens
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece
from training.pieces import UNKNOWN, Ints


@dataclass(frozen=True, slots=True)
class EncodedStyle:
    """A piece to learn from: `ids` int32 [N, I]; `parts` int32 [N]; the rest as in `StyledPiece`."""

    ids: Ints
    parts: Ints
    human_parts: frozenset[int]
    has_beats: bool

    def __len__(self) -> int:
        return len(self.ids)


def encode_styled(piece: StyledPiece, inputs: Sequence[Field]) -> EncodedStyle:
    """Encode a piece; where its human's parts are named, their notes are the human's."""
    touch = {DEVIATION.name: _deviations(piece.deviation), PEDAL.name: _pedals(piece.pedal)}
    touch[STYLE.name] = np.full(len(piece), STYLES.index(piece.style), np.int32)
    notated = [field for field in inputs if field.name not in touch]
    columns = dict(zip([field.name for field in notated], tokens(piece.piece, notated).T, strict=True)) | touch
    parts = piece.piece.notes[:, 5].copy()
    if piece.human_parts:
        columns[VOICE.name] = np.where(np.isin(parts, list(piece.human_parts)), HUMAN, ANSWER).astype(np.int32)
    ids = np.stack([columns[field.name] for field in inputs], axis=1)
    return EncodedStyle(ids, parts, piece.human_parts, piece.has_beats)


def rescaled(ids: Ints, inputs: Sequence[Field], factor: float) -> Ints:
    """The same tokens [N, I] at another nominal tempo; what is not struck together stays apart."""
    scaled = ids.copy()
    wait, duration = column(inputs, WAIT), column(inputs, DURATION)
    if wait is not None:
        waits = _nearest(WAIT_TICKS, factor)[ids[:, wait]]
        scaled[:, wait] = np.where(ids[:, wait] > 0, np.maximum(waits, 1), 0)
    if duration is not None:
        scaled[:, duration] = _nearest(DURATION_TICKS, factor)[ids[:, duration]]
    return scaled


def _nearest(ticks: Sequence[int], factor: float) -> Ints:
    """For each class, the class of so many times its ticks."""
    return np.array([nearest(ticks, round(factor * tick)) for tick in ticks], np.int32)


def _deviations(ms: Ints) -> Ints:
    classes = np.clip(np.round(ms / DEVIATION_BIN_MS), -FURTHEST, FURTHEST) + FURTHEST
    return np.where(ms == NO_DEVIATION, DEVIATION.unknown, classes).astype(np.int32)


def _pedals(pedal: Ints) -> Ints:
    return np.where(pedal == UNKNOWN, PEDAL.unknown, pedal).astype(np.int32)
