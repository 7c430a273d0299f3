"""Playing in real time, from a MIDI file or a table: what is struck together, and the pedal under it. Times in ms."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from midi import piece
from midi.notes import TICKS_PER_BEAT
from midi.pedal import PedalMove
from midi.tempo import DEFAULT_BPM, TempoChange
from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP
from training.pieces import NOT_PLAYED, UNKNOWN, Ints

Doubles = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NOMINAL_BPM = 120
"""The tempo of music without beats."""
TOGETHER_MS = 30.0
"""Notes within so much of the first of them are one chord."""
MS_PER_MINUTE = 60_000
US_PER_MS = 1000


def struck_together(onset_ms: Doubles) -> Doubles:
    """The time of each note's chord, its first note's; ascending times in ms. Shape [N]."""
    struck = onset_ms.copy()
    for index in range(1, len(struck)):
        if onset_ms[index] - struck[index - 1] <= TOGETHER_MS:
            struck[index] = struck[index - 1]
    return struck


def nominal_ticks(ms: Doubles) -> Ints:
    """Times as ticks of music without beats."""
    return np.round(ms * NOMINAL_BPM * TICKS_PER_BEAT / MS_PER_MINUTE).astype(np.int32)


def pedal_classes(struck_ms: Doubles, at_ms: Doubles, is_down: Bools) -> Ints:
    """The pedal's class at each chord, ascending, given its moves in order of time: down or not from then on."""
    presses = at_ms[is_down & ~np.append(False, is_down[:-1])]
    moved = np.searchsorted(at_ms, struck_ms, side="right")
    down = np.append(False, is_down)[moved]
    before = np.append(-np.inf, struck_ms[:-1])
    before = np.where(before == struck_ms, -np.inf, before)
    before = np.maximum.accumulate(before)
    pressed = np.searchsorted(presses, struck_ms, side="right") > np.searchsorted(presses, before, side="right")
    return np.where(down, np.where(pressed, PEDAL_ANEW, PEDAL_HELD), PEDAL_UP).astype(np.int32)


def held_within_chords(onsets: Ints, pedal: Ints) -> Ints:
    """The pedals of notes with these onsets, ascending, but pressed at the first note of a chord alone. Shapes [N]."""
    inner = np.append(False, np.diff(onsets) == 0)
    return np.where(inner & (pedal == PEDAL_ANEW), PEDAL_HELD, pedal).astype(np.int32)


def played_table(music: piece.Piece) -> Ints:
    """The playing of the notes of a MIDI file, int32 [N, 5]: the columns of `training.pieces.PLAYED_COLUMNS`."""
    if not music.notes:
        return NOT_PLAYED
    began, ended = np.array(music.spans).T
    ticks = np.array([note.onset for note in music.notes])
    channels = np.array([note.channel for note in music.notes])
    began_ms, quarter_ms = _times(began, music.tempi)
    columns = (
        1000 * (began - ticks),
        10 * began_ms,
        10 * _times(ended, music.tempi)[0],
        US_PER_MS * quarter_ms,
        _pedals(began_ms, channels, music.pedals, music.tempi),
    )
    return np.round(np.stack(columns, axis=1)).astype(np.int32)


def _times(ticks: Doubles, tempi: Sequence[TempoChange]) -> tuple[Doubles, Doubles]:
    """When these ticks are, and how long a quarter note is there; in ms."""
    changes = [TempoChange(0, DEFAULT_BPM), *tempi]
    begins = np.array([change.tick for change in changes], np.float64)
    quarters = np.array([MS_PER_MINUTE / change.bpm for change in changes])
    begins_ms = np.append(0.0, np.cumsum(np.diff(begins) * quarters[:-1] / TICKS_PER_BEAT))
    running = np.searchsorted(begins, ticks, side="right") - 1
    quarter = quarters[running]
    return begins_ms[running] + (ticks - begins[running]) * quarter / TICKS_PER_BEAT, quarter


def _pedals(began_ms: Doubles, channels: Ints, moves: Sequence[PedalMove], tempi: Sequence[TempoChange]) -> Ints:
    """The pedal under each note; UNKNOWN on a channel whose pedal never moves."""
    pedals = np.full(len(began_ms), UNKNOWN, np.int32)
    for channel in sorted({move.channel for move in moves}):
        own = [move for move in moves if move.channel == channel]
        at_ms = _times(np.array([move.at for move in own]), tempi)[0]
        mine = np.flatnonzero(channels == channel)
        mine = mine[np.argsort(began_ms[mine], kind="stable")]
        is_down = np.array([move.is_down for move in own])
        pedals[mine] = pedal_classes(struck_together(began_ms[mine]), at_ms, is_down)
    return pedals
