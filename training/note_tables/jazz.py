"""The Weimar Jazz Database: solos with annotated beats and tatums, and the bass notes under them.

A note's tick is that of its tatum; what it strays from it is its deviation. Solos are split by player.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from midi.meter import Bar, merged, meter_of
from midi.notes import TICKS_PER_BEAT
from training.note_tables.styled_piece import StyledPiece, styled
from training.note_tables.table_file import TableFile
from training.pieces import UNKNOWN, Ints, bar_table

ONSET, DURATION, PITCH, VELOCITY, BAR, BEAT, TATUM, DIVISION = range(1, 9)
LOUDNESS = 13
"""Columns of the notes; times in 0.1 ms, loudness -1 where nobody measured it."""
BEAT_ONSET, BEAT_BAR, BEAT_NUMBER, PERIOD, BASS = 1, 2, 3, 4, 7
"""Columns of the beats; a bass pitch of -1 is none."""
QUARTER = 4
"""The unit of the signatures whose beats are 24 ticks."""
ONLY_BEAT = 5000.0
"""The length of a beat, in 0.1 ms, that no other follows or precedes."""


def solos(table: TableFile, style: str) -> Iterator[StyledPiece]:
    """The solos; a note whose beat is not annotated is left out."""
    for work, notes, beats in zip(table.works, table.rows("notes"), table.rows("beats"), strict=True):
        where = {(bar, beat): index for index, (bar, beat) in enumerate(beats[:, [BEAT_BAR, BEAT_NUMBER]].tolist())}
        beat = np.array([where.get((bar, number), -1) for bar, number in notes[:, [BAR, BEAT]].tolist()])
        known = (beat >= 0) & (notes[:, DIVISION] > 0)
        notes, beat = notes[known], beat[known]
        if not len(notes):
            continue
        into = np.round((notes[:, TATUM] - 1) * TICKS_PER_BEAT / notes[:, DIVISION]).astype(np.int64)
        length = _lengths(beats)[beat]
        meant = beats[beat, BEAT_ONSET] + into * length / TICKS_PER_BEAT
        columns = {
            "onset": beat * TICKS_PER_BEAT + into,
            "duration": np.round(notes[:, DURATION] * TICKS_PER_BEAT / length).astype(np.int64),
            "pitch": notes[:, PITCH],
            "velocity": np.where(notes[:, LOUDNESS] < 0, UNKNOWN, notes[:, VELOCITY]),
            "deviation": np.round((notes[:, ONSET] - meant) / 10),
        }
        yield styled(work["file"], style, columns, _bars(beats, work["signature"]), family=work["performer"])


def basses(table: TableFile, style: str) -> Iterator[StyledPiece]:
    """The bass lines: a note a beat, as long as one."""
    for work, beats in zip(table.works, table.rows("beats"), strict=True):
        played = np.flatnonzero(beats[:, BASS] >= 0)
        if len(played):
            columns = {
                "onset": played * TICKS_PER_BEAT,
                "duration": np.full(len(played), TICKS_PER_BEAT),
                "pitch": beats[played, BASS],
            }
            bars = _bars(beats, work["signature"])
            yield styled(f"{work['file']} bass", style, columns, bars, family=work["performer"])


def _lengths(beats: Ints) -> npt.NDArray[np.float64]:
    """The length of each beat in 0.1 ms; the last is as long as the one before it."""
    lengths = np.diff(beats[:, BEAT_ONSET]).astype(np.float64)
    whole: npt.NDArray[np.float64] = np.append(lengths, lengths[-1:] if len(lengths) else ONLY_BEAT)
    return np.maximum(whole, 1.0, dtype=np.float64)


def _bars(beats: Ints, signature: str) -> Ints:
    unit = int(signature.partition("/")[2] or 4)
    rows = beats[:, [BEAT_NUMBER, PERIOD]].tolist()
    bars = (
        Bar(index * TICKS_PER_BEAT, (number - 1) * TICKS_PER_BEAT, meter_of(period, unit))
        for index, (number, period) in enumerate(rows)
    )
    return bar_table(merged(bars)) if unit == QUARTER else bar_table(())
