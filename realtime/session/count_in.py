"""The clicks before the music. Pure; I/O process.

They are no proposals: no key, no new plan and no lost engine touches them. They stand in ticks, so a new tempo moves
what is left of them.
"""

from collections import deque
from dataclasses import dataclass, field

from midi.message import NOTE_OFF, NOTE_ON
from midi.meter import METERS, Bar, bar_ticks
from midi.nanoseconds import NS_PER_MS, NS_PER_S
from midi.notes import DRUM_CHANNEL, TICKS_PER_BEAT
from midi.parts import Kind, PartSpec, Player
from realtime.session.schedule import NO_NOTE, Outgoing
from realtime.session.transport.transport import Transport

HIGH_CLICK, LOW_CLICK = 76, 77
"""High and low wood block (General MIDI percussion): the first beat of a bar, and the others."""
LOUD, SOFT = 110, 80
CLICK_TICKS = 3
AHEAD_NS = 30 * NS_PER_MS
"""It begins at least so far ahead."""
CLICK = PartSpec("click", DRUM_CHANNEL, Kind.CLICK, Player.MODEL)
"""The part that clicks, unless another is named: a synth has wood blocks on General MIDI's percussion channel."""


@dataclass(slots=True)
class CountIn:
    """Clicks of so many whole bars."""

    bars: int
    transport: Transport
    """The time that they are counted in."""
    may_begin: bool = False
    """The performance has begun."""
    part: PartSpec = CLICK
    """The part that they are played on."""
    end: int | None = None
    """The tick at which the music may begin; None: it has not been counted to yet."""
    _coming: deque[tuple[int, bytes]] = field(default_factory=deque)
    """Note-ons and note-offs by turns, each with its tick."""
    _was_rolling: bool = True

    @property
    def is_counting(self) -> bool:
        """Whether clicks are still to come or to end."""
        return bool(self._coming)

    def advance(self, now_ns: int, offset_ns: int) -> None:
        """Begin as soon as time runs, for clicks that go out `offset_ns` early; begin again after a stop."""
        transport = self.transport
        if self.may_begin and self.bars and self.end is None and transport.rolling:
            tick = transport.tempo.tick_at(now_ns + max(0, offset_ns) + AHEAD_NS) + 1
            self._begin(tick, transport.count_bars_from(tick))
        if self._was_rolling and not transport.rolling and self.is_counting:
            self.cut(now_ns)
            self.end = None
        self._was_rolling = transport.rolling

    def _begin(self, tick: int, bar: Bar) -> None:
        """Click from the first beat at or after a tick: what is left of its bar, and so many bars."""
        length = bar_ticks(bar.meter)
        beat = 4 * TICKS_PER_BEAT // METERS[bar.meter][1]
        begin = tick + (bar.tick - bar.position - tick) % beat
        first_bar = begin + (bar.tick - bar.position - begin) % length
        self.end = first_bar + self.bars * length
        for at in range(begin, self.end, beat):
            pitch, velocity = (LOW_CLICK, SOFT) if (at - first_bar) % length else (HIGH_CLICK, LOUD)
            self._coming.append((at, bytes((NOTE_ON | self.part.channel, pitch, velocity))))
            self._coming.append((at + CLICK_TICKS, bytes((NOTE_OFF | self.part.channel, pitch, 0))))

    def cut(self, now_ns: int) -> None:
        """No more clicks, and the music may begin now; a click that sounds ends."""
        if self.is_counting:
            sounding = [data for _, data in self._coming if data[0] & 0xF0 == NOTE_OFF][: len(self._coming) % 2]
            self.end = self.transport.tempo.tick_at(now_ns)
            self._coming = deque((self.end, data) for data in sounding)

    def stop(self, now_ns: int) -> list[Outgoing]:
        """No more clicks: what ends the one that sounds, now."""
        self.cut(now_ns)
        return [message._replace(due_ns=now_ns) for message in self.due(now_ns + NS_PER_S, 0)]

    def due(self, now_ns: int, offset_ns: int) -> list[Outgoing]:
        """Take the clicks to send by now, `offset_ns` before their time."""
        messages: list[Outgoing] = []
        while (due_ns := self.next_due_ns(offset_ns)) is not None and due_ns <= now_ns:
            _, data = self._coming.popleft()
            messages.append(Outgoing(due_ns, data, NO_NOTE, is_note_on=data[0] & 0xF0 == NOTE_ON))
        return messages

    def next_due_ns(self, offset_ns: int) -> int | None:
        """When `due` next has something; None: never."""
        return self.transport.tempo.ns_at(self._coming[0][0]) - offset_ns if self._coming else None
