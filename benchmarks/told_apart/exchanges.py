"""Phrases of held-out pieces and what really followed them, as notes relative to the phrase. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midi.tokens import DURATION_TICKS, VELOCITY_BIN, WAIT_TICKS, nearest
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece
from training.pieces import UNKNOWN, Ints

PHRASE, ANSWER = 32, 24
"""Notes of a phrase, and of what follows it."""
FEWEST = 8
"""An answer with fewer notes is not judged."""
ONSET, DURATION, PITCH, LOUDNESS, LATE_MS, PEDAL = range(6)
"""Columns of notes [N, 6]: ticks, ticks, key, velocity or UNKNOWN, ms or NO_DEVIATION, pedal or UNKNOWN."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A phrase of a piece, and what followed it there: notes [N, 6], from the phrase's first onset on."""

    piece: str
    style: str
    first: int
    """The index of the phrase's first note in its piece."""
    phrase: Ints
    truth: Ints


def exchanges(pieces: Sequence[StyledPiece], count: int, seed: int = 0) -> list[Exchange]:
    """Draw phrases by chance, pieces in turn, each phrase and each continuation beginning with an onset of its own."""
    long = [piece for piece in pieces if len(piece) >= PHRASE + ANSWER + 1]
    rng = np.random.default_rng(seed)
    drawn: list[Exchange] = []
    while long and len(drawn) < count:
        for index in rng.permutation(len(long)).tolist():
            places = _places(long[index].piece.notes[:, 0])
            if len(places) and len(drawn) < count:
                drawn.append(_exchange(long[index], int(rng.choice(places))))
        if not drawn:
            break
    return drawn


def _places(onsets: Ints) -> Ints:
    """The indices of notes at which a phrase may begin."""
    begins = np.append(True, np.diff(onsets) > 0)
    last = len(onsets) - PHRASE - ANSWER
    return np.flatnonzero(begins[: last + 1] & begins[PHRASE : PHRASE + last + 1]).astype(np.int32)


def _exchange(piece: StyledPiece, first: int) -> Exchange:
    rows = slice(first, first + PHRASE + ANSWER)
    notes = np.column_stack([piece.piece.notes[rows, :4], piece.deviation[rows], piece.pedal[rows]])
    notes[:, ONSET] -= notes[0, ONSET]
    return Exchange(piece.piece.name, piece.style, first, notes[:PHRASE], notes[PHRASE:])


def shuffled(asked: Sequence[Exchange]) -> list[Ints]:
    """True continuations of other pieces: for each phrase that of the next phrase of another piece."""
    others = []
    for index, exchange in enumerate(asked):
        after = (asked[(index + step) % len(asked)] for step in range(1, len(asked)))
        others.append(next((other.truth for other in after if other.piece != exchange.piece), exchange.truth))
    return others


def alike(notes: Ints, truth: Ints) -> tuple[Ints, Ints] | None:
    """An answer and what really followed, [N, 4], cut to as many notes and begun at 0; None: too few to judge.

    Loudness is known of both or of none.
    """
    count = min(len(notes), len(truth), ANSWER)
    if count < FEWEST:
        return None
    pair = on_token_grid(notes[:count]), on_token_grid(truth[:count])
    if any((rows[:, LOUDNESS] == UNKNOWN).any() for rows in pair):
        for rows in pair:
            rows[:, LOUDNESS] = UNKNOWN
    return pair


def on_token_grid(notes: Ints) -> Ints:
    """Notes [N, 4], begun at 0, with times on the grid of a model's tokens and loudness in its classes."""
    rows = notes[:, : LOUDNESS + 1].copy()
    rows[:, ONSET] = np.cumsum(_on_grid(WAIT_TICKS, np.diff(rows[:, ONSET], prepend=rows[0, ONSET])))
    rows[:, DURATION] = _on_grid(DURATION_TICKS, rows[:, DURATION])
    rows[:, LOUDNESS] = np.where(rows[:, LOUDNESS] == UNKNOWN, UNKNOWN, rows[:, LOUDNESS] // VELOCITY_BIN)
    return rows


def _on_grid(grid: Sequence[int], ticks: Ints) -> Ints:
    return np.array([grid[nearest(grid, tick)] for tick in ticks.tolist()], np.int32)


def late_ms(notes: Ints) -> Ints:
    """The deviation of each note in ms; 0 where it is not known."""
    return np.where(notes[:, LATE_MS] == NO_DEVIATION, 0, notes[:, LATE_MS]).astype(np.int32)
