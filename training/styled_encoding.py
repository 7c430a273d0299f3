"""Pieces with touch as token arrays: the ids of `training.encoding`, with placement, pedal and style beside them."""

from collections.abc import Sequence

import numpy as np

from midi.notes import ANSWER, HUMAN
from midi.tokens import (
    DEVIATION,
    PEDAL,
    STYLE,
    STYLES,
    VOICE,
    Field,
)
from midi.touch import DEVIATION_BIN_MS, FURTHEST
from training.encoding import EncodedPiece, tokens
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece
from training.pieces import UNKNOWN, Ints

EncodedStyle = EncodedPiece


def encode_styled(piece: StyledPiece, inputs: Sequence[Field]) -> EncodedStyle:
    """Encode a piece; where its human's parts are named, their notes are the human's."""
    touch = {DEVIATION.name: _deviations(piece.deviation), PEDAL.name: _pedals(piece.pedal)}
    touch[STYLE.name] = np.full(len(piece), STYLES.index(piece.style) if piece.style else STYLE.unknown, np.int32)
    notated = [field for field in inputs if field.name not in touch]
    columns = dict(zip([field.name for field in notated], tokens(piece.piece, notated).T, strict=True)) | touch
    parts = piece.piece.notes[:, 5].copy()
    if piece.human_parts:
        columns[VOICE.name] = np.where(np.isin(parts, list(piece.human_parts)), HUMAN, ANSWER).astype(np.int32)
    ids = np.stack([columns[field.name] for field in inputs], axis=1)
    return EncodedStyle(ids, parts, piece.human_parts, piece.has_beats)


def _deviations(ms: Ints) -> Ints:
    classes = np.clip(np.round(ms / DEVIATION_BIN_MS), -FURTHEST, FURTHEST) + FURTHEST
    return np.where(ms == NO_DEVIATION, DEVIATION.unknown, classes).astype(np.int32)


def _pedals(pedal: Ints) -> Ints:
    return np.where(pedal == UNKNOWN, PEDAL.unknown, pedal).astype(np.int32)
