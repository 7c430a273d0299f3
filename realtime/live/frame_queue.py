"""Which message belongs to which frame of which JACK cycle. Pure: the process that asks JACK is `exact_process`."""

from dataclasses import dataclass, field
from heapq import heappop, heappush
from struct import Struct

from midi.message import CONTROL_CHANGE, SYSEX
from midi.nanoseconds import NS_PER_S
from realtime.session.through import Through

RECORD = Struct("<qB3s")
"""The form of a message to the process that sends it: due_ns, its length (1 to 3 bytes), its bytes."""

JUMP_NS = 1_000_000
GAIN = 0.1
ANY_KEY, ANYTHING = -1, -2
"""Instead of a key: the controls of a channel; whatever is on it."""
WRAP = 1 << 32


def since(frame: int, earlier: int) -> int:
    """Frames from one to another of JACK's 32-bit counter, which begins again every day; negative if not earlier."""
    difference = (frame - earlier) % WRAP
    return difference - WRAP if difference >= WRAP // 2 else difference


@dataclass(slots=True)
class CycleClock:
    """When each JACK cycle began, in ns of the monotonic clock, finer than the frame that JACK's clock can be read to.

    JACK's microseconds are of no use: jackd 1.9.21 takes them from CLOCK_MONOTONIC_RAW, which drifts from this clock.
    Every cycle gives one reading; a reading moves the line that earlier ones drew by a tenth of what it differs. A
    jump of 1 ms (the server skipped cycles) is believed at once.
    """

    rate: int
    """Frames a second."""
    _start_ns: float = 0.0
    _frame: int = 0

    def begin(self, now_ns: int, frame_now: int, first_frame: int) -> int:
        """The start of the cycle that begins with `first_frame`; `frame_now` is JACK's time at `now_ns`."""
        frame_ns = NS_PER_S / self.rate
        read_ns = now_ns - since(frame_now, first_frame) * frame_ns
        expected_ns = self._start_ns + since(first_frame, self._frame) * frame_ns
        error_ns = read_ns - expected_ns
        self._start_ns = read_ns if abs(error_ns) > JUMP_NS else expected_ns + GAIN * error_ns
        self._frame = first_frame
        return round(self._start_ns)


@dataclass(slots=True)
class FrameQueue:
    """Messages that wait for their frame.

    What was handed over earlier about the same key (or any control of its channel) is never overtaken: a note-off
    that is brought forward still follows its note-on, one frame later, because peers may reorder what shares a frame.
    """

    rate: int
    """Frames a second."""
    _waiting: list[tuple[int, int, bytes]] = field(default_factory=list)
    _last: dict[tuple[int, int], int] = field(default_factory=dict)
    """By (channel, key): the latest time given to a message."""
    _owed: Through = field(default_factory=Through)
    """Keys and pedals that are down."""
    _count: int = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, message: bytes, due_ns: int) -> None:
        """Take one message of 1 to 3 bytes."""
        at_ns = due_ns
        if message[0] < SYSEX:
            channel = message[0] & 0x0F
            key = (channel, message[1]) if message[0] < CONTROL_CHANGE else (channel, ANY_KEY)
            # A control waits for all of its channel, a note for its own key and the controls.
            others = (channel, ANYTHING) if key[1] == ANY_KEY else (channel, ANY_KEY)
            before_ns = max(self._last.get(key, 0), self._last.get(others, 0))
            at_ns = self._last[key] = max(due_ns, before_ns + NS_PER_S // self.rate)
            self._last[channel, ANYTHING] = max(at_ns, self._last.get((channel, ANYTHING), 0))
            self._owed.take(message, due_ns, is_open=True)
        heappush(self._waiting, (at_ns, self._count, message))
        self._count += 1

    def add_records(self, data: bytes) -> None:
        """Take a whole number of packed RECORDs."""
        for due_ns, length, message in RECORD.iter_unpack(data):
            self.add(message[:length], due_ns)

    def next(self, start_ns: int, frames: int) -> tuple[int, bytes] | None:
        """(offset in frames, message) of the next one that belongs to the cycle beginning at `start_ns`, or None."""
        if not self._waiting:
            return None
        at_ns, _, message = self._waiting[0]
        offset = round((at_ns - start_ns) * self.rate / NS_PER_S)
        return (max(0, offset), message) if offset < frames else None

    def pop(self) -> None:
        """The message that `next` told has been written."""
        heappop(self._waiting)

    def finish(self, now_ns: int, by_ns: int) -> None:
        """Nobody will hand over more: keys and pedals come up, and what is due after `by_ns` goes then, in order."""
        for message in self._owed.end():
            self.add(message, now_ns)
        self._waiting = sorted((min(at_ns, by_ns), count, message) for at_ns, count, message in self._waiting)
