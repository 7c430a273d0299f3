"""Phrases that people play, as messages with their times: nine from MIDI files, and the shortest ones, made here.

The files are in the public domain, written for this project; `scores/phrases.json` holds the facts of each.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mido

from midi.errors import InputError
from midi.message import NOTE_OFF, NOTE_ON, is_channel_message
from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import DRUM_CHANNEL
from realtime.timed import Timed

SCORES = Path(__file__).with_name("scores")
SIXTEENTHS, TRIPLETS = 4, 3
EVERY_PITCH_CLASS = frozenset(range(12))
C_MAJOR = frozenset((0, 2, 4, 5, 7, 9, 11))
SHORT_BPM = 120
SHORT_VELOCITY = 80


@dataclass(frozen=True, slots=True)
class Phrase:
    """The messages of a player, once; times in ns from the phrase's first beat."""

    name: str
    messages: tuple[Timed, ...]
    bpm: int
    beats_per_bar: int
    bars: int
    subdivision: int
    """Parts of a beat on which the phrase's onsets lie: SIXTEENTHS or TRIPLETS."""
    scale: frozenset[int]
    """Pitch classes."""
    is_short: bool = False
    """Too short to have a register, a tempo or a spread of velocities."""

    @property
    def beat_ns(self) -> float:
        """The length of a beat."""
        return NS_PER_MINUTE / self.bpm

    @property
    def bar_ns(self) -> float:
        """The length of a bar."""
        return self.beats_per_bar * self.beat_ns

    @property
    def is_drums(self) -> bool:
        """Whether it is played on the percussion channel."""
        return any(message.data[0] & 0x0F == DRUM_CHANNEL for message in self.messages)

    @property
    def is_shuffled(self) -> bool:
        """Whether its onsets lie on triplets."""
        return self.subdivision == TRIPLETS

    def begun_at(self, at_ns: int) -> list[Timed]:
        """The messages of the phrase when its first beat falls on a moment."""
        return [Timed(at_ns + message.at_ns, message.data) for message in self.messages]


@cache
def all_phrases() -> dict[str, Phrase]:
    """Every phrase by its name: the nine from files, then the short ones."""
    facts = json.loads((SCORES / "phrases.json").read_text(encoding="utf-8"))
    phrases = [_read(name, row) for name, row in facts.items()] + _short_phrases()
    return {phrase.name: phrase for phrase in phrases}


def chosen_phrases(names: list[str] | None) -> list[Phrase]:
    """The phrases of these names; all of them where none is named.

    Raises:
        InputError: there is no phrase of a name.
    """
    phrases = all_phrases()
    unknown = [name for name in names or () if name not in phrases]
    if unknown:
        raise InputError(f"no phrase {unknown[0]!r}; there are: {', '.join(phrases)}")
    return [phrases[name] for name in names or phrases]


def _read(name: str, facts: dict[str, Any]) -> Phrase:
    now_s = 0.0
    messages: list[Timed] = []
    for message in mido.MidiFile(SCORES / f"{name}.mid"):
        now_s += message.time
        data = b"" if message.is_meta else bytes(message.bytes())
        if is_channel_message(data):
            messages.append(Timed(round(now_s * 1e9), data))
    scale = frozenset(facts["scale"])
    return Phrase(
        name, tuple(messages), facts["bpm"], facts["beats_per_bar"], facts["bars"], facts["subdivision"], scale
    )


def _short_phrases() -> list[Phrase]:
    """One bar each, at SHORT_BPM."""
    return [
        _short("one_key", [(0, 24, 60)]),
        _short("sixteen_of_one_key", [(6 * index, 5, 60) for index in range(16)]),
        _short("trill", [(3 * index, 3, 72 + 2 * (index % 2)) for index in range(24)]),
        _short("two_keys_an_octave_apart", [(0, 24, 48), (0, 24, 60)]),
        _short("one_chord", [(0, 48, pitch) for pitch in (48, 60, 64, 67)]),
    ]


def _short(name: str, notes: list[tuple[int, int, int]]) -> Phrase:
    """A phrase of notes: onset and length in 24ths of a beat, and pitch."""
    tick_ns = NS_PER_MINUTE / SHORT_BPM / 24
    messages = []
    for onset, length, pitch in notes:
        messages.append(Timed(round(onset * tick_ns), bytes((NOTE_ON, pitch, SHORT_VELOCITY))))
        messages.append(Timed(round((onset + length) * tick_ns), bytes((NOTE_OFF, pitch, 0))))
    messages.sort(key=lambda message: (message.at_ns, message.data[0]))  # note-offs first
    return Phrase(name, tuple(messages), SHORT_BPM, 4, 1, SIXTEENTHS, C_MAJOR, is_short=True)
