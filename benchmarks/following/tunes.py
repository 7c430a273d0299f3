"""The human's tunes: melodies written out here, in the public domain, and the seed phrase that ships."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from midi.files import read_midi
from midi.names import PITCH_CLASSES
from midi.notes import TICKS_PER_BEAT, Note

SEED_PHRASE = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"
MAJOR, MINOR, DORIAN = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10, 11), (0, 2, 3, 5, 7, 9, 10)
"""Semitones above the tonic; the minor with its leading note."""
ON_THE_BEAT, OFF_THE_BEAT = 96, 84
"""Velocities of the human before the change."""
LEGATO = 0.9
"""The share of a wait for which a key is down."""

Phrase = tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Tune:
    """A melody in phrases, the onsets of each from 0, and the pitch classes of its key."""

    name: str
    scale: frozenset[int]
    phrases: tuple[Phrase, ...]


def _scale(tonic: int, steps: Sequence[int]) -> frozenset[int]:
    return frozenset((tonic + step) % PITCH_CLASSES for step in steps)


def _phrase(pitches: Sequence[int], waits: Sequence[int]) -> Phrase:
    """A melody from its pitches, and the ticks from each to the next."""
    onsets = accumulate(waits, initial=0)
    timed = zip(pitches, waits, onsets, strict=False)
    return tuple(Note(onset, round(LEGATO * wait), pitch, _velocity(onset)) for pitch, wait, onset in timed)


def _velocity(onset: int) -> int:
    return OFF_THE_BEAT if onset % TICKS_PER_BEAT else ON_THE_BEAT


def _melody(name: str, scale: frozenset[int], *phrases: tuple[tuple[int, ...], tuple[int, ...]]) -> Tune:
    return Tune(name, scale, tuple(_phrase(pitches, waits) for pitches, waits in phrases))


def _seed() -> Tune:
    """The seed phrase that ships, for two hands, two bars at a time."""
    notes = [replace(note, velocity=_velocity(note.onset)) for note in read_midi(SEED_PHRASE).notes]
    halves = (tuple(notes[: len(notes) // 2]), tuple(notes[len(notes) // 2 :]))
    phrases = tuple(tuple(replace(note, onset=note.onset - half[0].onset) for note in half) for half in halves)
    return Tune("The Drunken Sailor, two hands", _scale(2, DORIAN), phrases)


def _chords(waits: Sequence[int], *chords: Sequence[int]) -> Phrase:
    """Chords, each struck again after the first waits: nothing but chords."""
    onsets = accumulate(tuple(waits) * len(chords), initial=0)
    struck = [(chord, wait) for chord in chords for wait in waits]
    return tuple(
        Note(onset, round(LEGATO * wait), pitch, _velocity(onset))
        for onset, (chord, wait) in zip(onsets, struck, strict=False)
        for pitch in chord
    )


def _changes() -> Tune:
    """Two-five-one in C major, in chords of four."""
    d_minor, g_seven, c_major = (53, 57, 60, 64), (53, 57, 59, 64), (52, 55, 59, 62)
    charleston = (36, 60)
    return Tune(
        "Two-five-one, in chords",
        _scale(0, MAJOR),
        (_chords(charleston, d_minor, g_seven, c_major), _chords(charleston, c_major, d_minor, g_seven)),
    )


def tunes() -> list[Tune]:
    """The human's tunes: keys, meters and paces differ, from quarters to eighths, one line or chords."""
    quarters, eighths = (24,) * 12, (12,) * 6
    minuet = (24, 12, 12, 12, 12, 24, 24, 24)
    dotted = (24, *(36, 12, 24, 24) * 3, 72)
    yankee = (*eighths, 12, 12, 12, 12, 12, 12, 24, 24)
    return [
        _melody(
            "Ode to Joy",
            _scale(0, MAJOR),
            ((64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62), (*quarters, 36, 12, 48)),
            (
                (62, 62, 64, 60, 62, 64, 65, 64, 60, 62, 64, 65, 64, 62, 60, 62, 55),
                (24, 24, 24, 24, 24, 12, 12, 24, 24, 24, 12, 12, 24, 24, 24, 24, 48),
            ),
        ),
        _melody(
            "Ah! vous dirai-je, Maman",
            _scale(2, MAJOR),
            ((62, 62, 69, 69, 71, 71, 69, 67, 67, 66, 66, 64, 64, 62), (*quarters[:6], 48) * 2),
            ((69, 69, 67, 67, 66, 66, 64, 69, 69, 67, 67, 66, 66, 64), (*quarters[:6], 48) * 2),
        ),
        _melody(
            "Minuet in G",
            _scale(7, MAJOR),
            ((74, 67, 69, 71, 72, 74, 67, 67, 76, 72, 74, 76, 78, 79, 67, 67), minuet * 2),
            (
                (72, 74, 72, 71, 69, 71, 72, 71, 69, 67, 66, 67, 69, 71, 67, 69),
                (*(24, 12, 12, 12, 12) * 3, 72),
            ),
        ),
        _melody(
            "Yankee Doodle",
            _scale(5, MAJOR),
            ((65, 65, 67, 69, 65, 69, 67, 60, 65, 65, 67, 69, 65, 64), yankee),
            ((65, 65, 67, 69, 70, 69, 67, 65, 64, 60, 62, 64, 65, 65), yankee),
        ),
        _melody(
            "God Rest Ye Merry, Gentlemen",
            _scale(4, MINOR),
            ((64, 64, 71, 71, 69, 67, 66, 64, 62, 64, 66, 67, 69, 71), (*quarters, 24, 72)),
            ((71, 72, 69, 71, 72, 74, 76, 71, 69, 67, 64, 66, 67, 69), (*quarters, 24, 72)),
        ),
        _melody(
            "Auld Lang Syne",
            _scale(5, MAJOR),
            ((60, 65, 65, 65, 69, 67, 65, 67, 69, 65, 65, 69, 72, 74), dotted),
            ((74, 72, 69, 69, 65, 67, 65, 67, 69, 65, 62, 62, 60, 65), dotted),
        ),
        _melody(
            "The Irish Washerwoman",
            _scale(7, MAJOR),
            ((74, 72, 71, 67, 67, 62, 67, 67, 71, 67, 71, 74, 72, 71), eighths + eighths + (12, 24)),
            ((72, 69, 69, 62, 69, 69, 72, 69, 72, 76, 74, 72), eighths + eighths),
        ),
        _seed(),
        _changes(),
    ]
