"""The classic vocabulary: the names that music21 gives notes and chords, and the pitches they stand for.

Core: no I/O, no numpy, no music21; the tests hold it against music21's own. What sounds at one onset is one name: a
single pitch by its name and octave ("C4", "E-4", "F#3"), several by their pitch classes in normal order ("0.4.7"), as
the tutorials write them. A chord's name does not tell its octaves: they are lost, as they are there.
"""

from collections.abc import Iterable

from midi.tokens import PITCH

PITCH_CLASSES = 12
CHORD_OCTAVE = 60
"""The octave of a chord, whose name has none: its first pitch class from middle C up, as music21 does it."""
_SPELLED = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")
_BETWEEN = "."

PITCH_NAMES: tuple[str, ...] = tuple(
    f"{_SPELLED[pitch % PITCH_CLASSES]}{pitch // PITCH_CLASSES - 1}" for pitch in range(PITCH.size)
)
"""By MIDI number, 0 to 127: what `str(music21.pitch.Pitch(midi=number))` says."""

_PITCH_OF = {name: pitch for pitch, name in enumerate(PITCH_NAMES)}


def normal_order(pitches: Iterable[int]) -> tuple[int, ...]:
    """The pitch classes in normal order: the rotation that spans least, and of those the one packed to the left.

    Forte's (The Structure of Atonal Music, 1973), as music21's `Chord.normalOrder`; of two alike, the lower begins.
    """
    classes = sorted({pitch % PITCH_CLASSES for pitch in pitches})
    rotations = [(*classes[first:], *classes[:first]) for first in range(len(classes))]
    return min(rotations, key=_spread, default=())


def _spread(rotation: tuple[int, ...]) -> tuple[int, tuple[int, ...], int]:
    above = tuple((pitch_class - rotation[0]) % PITCH_CLASSES for pitch_class in rotation)
    return above[-1], above, rotation[0]


def name_of(pitches: Iterable[int]) -> str:
    """The name of what sounds together, MIDI numbers 0 to 127, at least one."""
    sounding = sorted(set(pitches))
    if len(sounding) == 1:
        return PITCH_NAMES[sounding[0]]
    return _BETWEEN.join(map(str, normal_order(sounding)))


def pitches_of(name: str) -> tuple[int, ...]:
    """The pitches that a name is played as, ascending: a chord's begin within an octave from middle C.

    Raises:
        ValueError: it is no such name.
    """
    if name in _PITCH_OF:
        return (_PITCH_OF[name],)
    classes = [int(word) if word.isdecimal() else -1 for word in name.split(_BETWEEN)]
    if not all(0 <= pitch_class < PITCH_CLASSES for pitch_class in classes) or len(set(classes)) < len(classes):
        raise ValueError(f"{name!r} is no note such as E-4, nor a chord such as 0.4.7")
    pitches = [CHORD_OCTAVE + classes[0]]
    for pitch_class in classes[1:]:
        pitches.append(pitches[-1] + (pitch_class - pitches[-1]) % PITCH_CLASSES)
    return tuple(pitches)
