"""Pieces of styles made up for the tests."""

from typing import Any

import numpy as np

from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS
from tests.training.music import melody
from training.note_tables.styled_piece import StyledPiece, styled
from training.pieces import table
from training.styled_encoding import EncodedStyle, encode_styled

INPUTS = (*STYLED_FIELDS, *STYLED_CONTEXTS)


def piece(name: str, style: str, seed: int, notes: int = 60, **facts: Any) -> StyledPiece:
    """A melody with velocities, a deviation of its own in each note, and no pedal known."""
    rows = table(melody(seed, notes, velocity=80))
    columns = dict(zip(("onset", "duration", "pitch", "velocity"), rows.T[:4], strict=True))
    rng = np.random.default_rng(seed)
    return styled(name, style, columns | {"deviation": rng.integers(-60, 61, len(rows))}, **facts)


def encoded(style: str, seed: int, notes: int = 60, **facts: Any) -> EncodedStyle:
    return encode_styled(piece(f"{style} {seed}", style, seed, notes, **facts), INPUTS)
