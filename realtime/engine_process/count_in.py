"""The clicks before the music. Pure; engine process."""

from midi.meter import METERS, place
from midi.notes import DRUM_CHANNEL, TICKS_PER_BEAT, Note
from realtime.engine_process.grid import Grid

HIGH_CLICK, LOW_CLICK = 76, 77
"""High and low wood block (General MIDI percussion)."""
LOUD, SOFT = 110, 80
CLICK_TICKS = 3


def count_in(grid: Grid, tick: int, bars: int) -> tuple[list[Note], int]:
    """Clicks for so many bars, from the first bar on (or, where none is known, from a tick); and where they end."""
    begin = grid.next_bar(tick)
    known = None if begin is None else place(grid.bars, begin)
    beginning = tick if begin is None else begin
    beat = TICKS_PER_BEAT if known is None else 4 * TICKS_PER_BEAT // METERS[known[0]][1]
    bar = grid.bar_ticks(beginning)
    end = beginning + bars * bar
    clicks = [_click(at, is_first=(at - beginning) % bar == 0) for at in range(beginning, end, beat)]
    return clicks, end


def _click(at: int, *, is_first: bool) -> Note:
    pitch, velocity = (HIGH_CLICK, LOUD) if is_first else (LOW_CLICK, SOFT)
    return Note(at, CLICK_TICKS, pitch, velocity, DRUM_CHANNEL)
