"""A file that plays the human's first phrase: when it begins, and the bars that it tells. Pure; jam and render use it.

Its one rule: a file's first note falls on a tick, and on a bar where bars are known before it begins. So the same file
is heard alike whenever it is played.
"""

from collections.abc import Sequence
from dataclasses import replace

from midi.meter import Bar
from midi.piece import Piece
from realtime.session.part import Part


def begin(piece: Piece, parts: Sequence[Part], now_ns: int) -> int:
    """Tell the musicians, who keep one time, the bars of a piece that begins now; returns when its first note falls.

    In ns, now or later. Bars that the performance has already, or that `--meter` asks for, are kept.
    """
    transport = parts[0].transport
    tick = transport.next_beginning(now_ns)
    for bar in _from_first_note(piece):
        transport.take_bar(replace(bar, tick=tick + bar.tick))
        for part in parts:
            part.conduct(now_ns)
    return transport.tempo.ns_at(tick)


def _from_first_note(piece: Piece) -> list[Bar]:
    first = piece.notes[0].onset
    return [replace(bar, tick=bar.tick - first) for bar in piece.bars]
