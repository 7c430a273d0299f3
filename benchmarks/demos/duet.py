"""A phrase and its answer as they sounded: the messages of both, on two channels."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.players.sounding import HALF_DOWN, SUSTAIN, Struck, struck_notes
from benchmarks.told_apart.answers import answer_to, played, tempo_of
from benchmarks.told_apart.exchanges import Exchange
from midi.message import CONTROL_CHANGE
from midi.notes import Note
from midi.piece import Control
from realtime.improviser.step_model import StepModel
from realtime.timed import Timed

HUMAN, ANTIPHON = 0, 1
"""Channels, counted from 0."""
LONGEST_S = 24.0
"""What sounds later is cut off: a demonstration is short."""
PAN = 10
PANNED = {HUMAN: 44, ANTIPHON: 84}
"""Controller 10, the place between left and right, and its values."""
FILE_BPM, FILE_TICKS = 125.0, 480
"""A file in which a tick is a millisecond."""


@dataclass(frozen=True, slots=True)
class Duet:
    """The notes of both, and each pedal from press to release, in ns; by channel."""

    notes: dict[int, list[Struck]]
    pedals: dict[int, list[tuple[int, int]]]
    end_ns: int


def duet_of(model: StepModel, exchange: Exchange, bpm: float, seed: int) -> Duet:
    """Play a phrase to the real engine, and take down both."""
    offline = answer_to(model, exchange, bpm, seed, channel=1 + ANTIPHON)
    messages = {HUMAN: played(exchange.phrase, tempo_of(bpm)), ANTIPHON: _in_order(offline.sent)}
    limit_ns = round(LONGEST_S * 1e9)
    last_ns = max(message.at_ns for of_one in messages.values() for message in of_one)
    end_ns = min(limit_ns, last_ns)
    heard = {who: [message for message in of_one if message.at_ns < end_ns] for who, of_one in messages.items()}
    return Duet(
        {who: struck_keys(of_one, end_ns) for who, of_one in heard.items()},
        {who: pressed(of_one, end_ns) for who, of_one in heard.items()},
        end_ns,
    )


def struck_keys(messages: Sequence[Timed], end_ns: int) -> list[Struck]:
    """The notes of messages for as long as their keys are down: the pedal is told beside them."""
    keys = [message for message in messages if message.data[0] & 0xF0 != CONTROL_CHANGE]
    return struck_notes(keys, end_ns)


def pressed(messages: Sequence[Timed], end_ns: int) -> list[tuple[int, int]]:
    """From when to when the pedal is down."""
    spans: list[tuple[int, int]] = []
    since: int | None = None
    for at_ns, data in messages:
        if data[0] & 0xF0 != CONTROL_CHANGE or data[1] != SUSTAIN:
            continue
        if data[2] >= HALF_DOWN and since is None:
            since = at_ns
        elif data[2] < HALF_DOWN and since is not None:
            spans.append((since, at_ns))
            since = None
    return spans if since is None else [*spans, (since, end_ns)]


def file_tracks(duet: Duet) -> tuple[list[tuple[str, list[Note]]], dict[str, list[Control]]]:
    """The tracks of a MIDI file of FILE_TICKS and FILE_BPM, and their controllers."""
    tracks, controls = [], {}
    for who, name in ((HUMAN, "Human"), (ANTIPHON, "Antiphon")):
        notes = [
            Note(_ms(note.on_ns), max(1, _ms(note.off_ns) - _ms(note.on_ns)), note.pitch, note.velocity, who)
            for note in duet.notes[who]
        ]
        moves = [move for span in duet.pedals[who] for move in zip(map(_ms, span), (127, 0), strict=True)]
        tracks.append((name, notes))
        controls[name] = [
            Control(0, who, PAN, PANNED[who]),
            *(Control(at_ms, who, SUSTAIN, value) for at_ms, value in moves),
        ]
    return tracks, controls


def _ms(ns: int) -> int:
    return round(ns / 1e6)


def _in_order(sent: Sequence[Timed]) -> list[Timed]:
    return sorted(sent, key=lambda message: message.at_ns)
