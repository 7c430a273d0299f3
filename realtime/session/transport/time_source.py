"""Time sources: whoever may set the time of a performance, and how it stands by them at a moment. Pure.

A new one is a subclass in a file of its own, and a line in `sources`. It is asked by the Transport alone, which calls
`state` only while the source leads. The simplest is here: time of our own.
"""

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import ClassVar, NamedTuple, Optional

from midi.meter import Bar
from midi.notes import TICKS_PER_BEAT
from midi.tempo import Tempo
from realtime.settings import INTERNAL, Settings

NOW_NS = 100_000
BEAT_NS = 300_000
"""Tempos that agree to within NOW_NS now, and BEAT_NS a beat later, are one: nobody need be told of the other."""


class TimeState(NamedTuple):
    """Time at a moment: the tempo, the bars from their tick on (None: nobody knows of any), and whether it runs."""

    tempo: Tempo
    bar: Bar | None
    rolling: bool


class TimeSource(ABC):
    """A time source that hears nothing, wakes nobody and says nothing; subclasses do what they can do beyond that."""

    name: ClassVar[str]
    """The value of `sync` that keeps to it."""
    is_external: ClassVar[bool] = True
    """Whether the time is somebody else's: then no tap, no count-in and no piece moves its beats and bars."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.is_leading = False

    @property
    @abstractmethod
    def is_there(self) -> bool:
        """Whether `sync auto` may take it now; the first of all sources that is there leads."""

    @abstractmethod
    def state(self, running: TimeState, now_ns: int) -> TimeState:
        """The time at a moment, in ticks that go on from those of the time that ran so far."""

    @property
    def wake_ns(self) -> int | None:
        """The moment at which `advance` has something to do, if nothing is heard before."""
        return None

    @property
    def meter(self) -> int:
        """The meter of its bars."""
        return self.settings.meter_id

    def join(self, settings: Settings, tempo: Tempo) -> None:
        """Be ready to lead, as `sync` asks; called before anything else has changed.

        Raises:
            MachineError: this machine lacks what it takes.
        """

    def set(self, settings: Settings) -> None:
        """Take over settings."""
        self.settings = settings

    def hear(self, data: bytes, at_ns: int) -> bool:
        """Take in a MIDI system message; whether its state is another now."""
        return False

    def follow(self, tempo: Tempo) -> bool:
        """Take in the human's beat, as the engine hears it; whether it is kept to. Asked while it leads."""
        return False

    def advance(self, now_ns: int) -> bool:
        """Notice what time brings; whether its state is to be looked at anew, or it has news."""
        return False

    def lead(self, running: TimeState, before: Optional["TimeSource"]) -> TimeState:
        """Lead from now on, after another source; returns what holds on of the time that ran so far."""
        self.is_leading = True
        return running

    def leave(self) -> None:
        """Another leads from now on."""
        self.is_leading = False

    def take_bpm(self, bpm: float) -> bool:
        """Somebody set a tempo while this source leads; whether that is its own affair, else it is simply kept."""
        return False

    def lines(self, leader: "TimeSource", tempo: Tempo) -> list[str]:
        """News for a person, each once, in the tempo that is kept now; `leader` is the source it comes from."""
        return []

    def manner(self, tempo: Tempo) -> str:
        """The way time goes on where this source leads after another, in words."""
        return f"still going on at {bpm_text(tempo)}"


def bpm_text(tempo: Tempo) -> str:
    """A tempo for people."""
    return f"{float(tempo.bpm):.4g} bpm"


class InternalSource(TimeSource):
    """Always there, and always rolling."""

    name = INTERNAL
    is_external = False
    is_there = True

    def state(self, running: TimeState, now_ns: int) -> TimeState:
        """The time that ran so far, running."""
        return running._replace(rolling=True)


def retimed(tempo: Tempo, bpm: float, at_ns: int) -> Tempo:
    """Another bpm from a moment on, at which the old tempo and the new one are at the same point."""
    tick = tempo.tick_at(at_ns)
    target = Tempo.of(bpm)
    past = Fraction(at_ns - tempo.ns_at(tick)) * tempo.bpm / target.bpm
    return Tempo(target.bpm, at_ns - round(past), tick)


def agree(tempo: Tempo, other: Tempo, at_ns: int) -> bool:
    """Whether two tempos are the same to the ear, at a moment and for the beat after it."""
    tick = tempo.tick_at(at_ns)
    return (
        abs(tempo.ns_at(tick) - other.ns_at(tick)) <= NOW_NS
        and abs(tempo.ns_at(tick + TICKS_PER_BEAT) - other.ns_at(tick + TICKS_PER_BEAT)) <= BEAT_NS
    )


def next_tick(tempo: Tempo, at_ns: int) -> int:
    """The tick that something at a moment begins: one that is not over for more than a quarter of itself."""
    tick = tempo.tick_at(at_ns)
    return tick + (4 * (at_ns - tempo.ns_at(tick)) > tempo.ns_of(1))
