"""A file that plays the human's first phrase: when it begins, and the bars that it tells. Pure; jam and render use it.

Its one rule: a file's first note falls on a tick, and on a bar where bars are known before it begins. So the same file
is heard alike whenever it is played.
"""

from collections.abc import Sequence
from dataclasses import replace

from midi.files import Piece
from midi.meter import Bar
from realtime.session.part import Part


def begin(piece: Piece, desks: Sequence[Part], now_ns: int) -> int:
    """Tell the musicians, who keep one time, the bars of a piece that begins now; returns when its first note falls.

    In ns, now or later. Bars that the performance has already, or that `--meter` asks for, are kept.
    """
    conductor = desks[0].conductor
    tick = conductor.next_beginning(now_ns)
    for bar in _from_first_note(piece):
        conductor.take_bar(replace(bar, tick=tick + bar.tick))
        for desk in desks:
            desk.conduct(now_ns)
    return conductor.tempo.ns_at(tick)


def _from_first_note(piece: Piece) -> list[Bar]:
    first = piece.notes[0].onset
    return [replace(bar, tick=bar.tick - first) for bar in piece.bars]
