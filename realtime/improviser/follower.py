"""Following the human: their latest notes bias what is drawn, and how loud it is. Pure.

The human's notes are heard as they come, in ticks. What counts is the end of the last phrase, or of a short one also
the notes before it; the older a note, the less it says of the key. How long the memory is, `benchmarks.following`
weighs: a short one is soon where the human has gone, a long one hears more of a key. Little that was heard biases
little: one key pressed is no register, no key and no pace.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice, pairwise

from exported.heads import Floats
from midi.names import PITCH_CLASSES
from midi.notes import TICKS_PER_BEAT, Note
from midi.tokens import PEDAL, PITCH, WAIT, Field
from midi.touch import PEDAL_ANEW, PEDAL_HELD
from realtime.improviser.bias_nats import (
    density_nats,
    factors,
    key_nats,
    place_nats,
    register_nats,
    register_of,
    step_nats,
)
from realtime.improviser.biases import Biases, with_pedal
from realtime.improviser.dynamics import ACCENTS_TICKS, Dynamics
from realtime.improviser.grid import SIXTEENTHS, TRIPLETS
from realtime.improviser.key import Doubles
from realtime.improviser.placement import Placement
from realtime.modes import MODES
from realtime.roles import role_of
from realtime.settings import Settings

LONGEST = 16
"""Notes that count at most, in a phrase without an end."""
FEWEST = 8
"""Notes that count at least, if so many were played: three notes are no key."""
HALF_LIFE = 6
"""A note so many notes ago says half as much of the key."""
KEPT = 64
"""Notes whose places in the beat are remembered, and their largest chord."""
CHORD_NOTES = 32
"""The latest notes whose chords are followed in size."""
PLACED_NOTES = 32
"""The latest notes whose place beside the grid is followed."""
USUAL_POLYPHONY = 4
"""The polyphony while the human has played nothing."""


class Follower:
    """Follows the human's playing, as far as it matters to an answer."""

    def __init__(self) -> None:
        self._notes: deque[Note] = deque(maxlen=KEPT)
        self._places: deque[int | None] = deque(maxlen=KEPT)
        """The place of each note, in ticks of its beat; None: it was heard in another beat than is known now."""
        self._unheard = [0] * PITCH_CLASSES
        """For how many changes of pitch each pitch class has not been heard."""
        self._in_phrase = 0
        self._is_over = False
        self._biases: tuple[object, Biases] | None = None

    def hear(self, note: Note, beat_origin: int = 0) -> None:
        """Take in a human note, in the order they were played (of a chord, in any).

        `beat_origin`: the tick of any beat.
        """
        if self._is_over:
            self._in_phrase, self._is_over = 0, False
        if not self._notes or self._notes[-1].pitch != note.pitch:
            self._unheard = [count + 1 for count in self._unheard]
        self._unheard[note.pitch % PITCH_CLASSES] = 0
        self._notes.append(note)
        self._places.append((note.onset - beat_origin) % TICKS_PER_BEAT)
        self._in_phrase += 1
        self._biases = None

    def revise(self, notes: Mapping[Note, Note], beat_origin: int) -> None:
        """Move notes of this phrase, whose beat turns out to be another: each as it was, and as it is.

        `beat_origin`: the tick of any beat.
        """
        by_key = {(before.onset, before.pitch): after for before, after in notes.items()}  # durations came later
        for at, note in enumerate(self._notes):
            moved = by_key.get((note.onset, note.pitch))
            if moved is None:
                self._places[at] = None
            else:
                self._notes[at], self._places[at] = moved, (moved.onset - beat_origin) % TICKS_PER_BEAT
        self._biases = None

    def phrase_over(self) -> None:
        """The human has paused: the next note begins another phrase."""
        self._is_over = True

    def notes(self) -> list[Note]:
        """Those that count."""
        count = max(min(self._in_phrase, LONGEST), min(FEWEST, len(self._notes)))
        return list(islice(self._notes, len(self._notes) - count, None))

    def pedal(self, settings: Settings) -> float:
        """By how much an answer uses the pedal: unless asked, not before the human has used theirs."""
        if settings.pedal is not None:
            return settings.pedal
        return float(any(note.pedal in (PEDAL_HELD, PEDAL_ANEW) for note in self._notes))

    def polyphony(self, settings: Settings) -> int:
        """The most notes that an answer sounds at once."""
        if settings.polyphony is not None:
            return settings.polyphony
        return role_of(settings).polyphony or 1 + max(map(len, _chords(self._notes)), default=USUAL_POLYPHONY - 1)

    def dynamics(self, settings: Settings) -> Dynamics:
        """The loudness of an answer that begins now."""
        return Dynamics.of(self.notes(), settings.follow_dynamics)

    def placement(self, settings: Settings) -> Placement:
        """The place of an answer's notes beside the grid."""
        return Placement.of(list(self._notes)[-PLACED_NOTES:], settings.follow_placement)

    def measure_begun(self, tick: int) -> int:
        """The latest tick up to `tick` at which the human's accents begin anew."""
        first = min((note.onset for note in self.notes()), default=tick)
        return tick - (tick - first) % ACCENTS_TICKS

    def biases(self, settings: Settings, fields: Sequence[Field]) -> Biases | None:
        """The biases of each draw; None: there are none. The same until a note is heard or a parameter changes."""
        knobs = (settings.follow_density, settings.follow_register, settings.follow_key, settings.follow_grid)
        is_following = any(knobs) and bool(self._notes)
        pedal = self.pedal(settings) if PEDAL in fields else 1.0
        if not is_following and pedal == 1:
            return None
        key = (knobs, pedal, settings.mode, fields)
        if self._biases is None or self._biases[0] != key:
            biases = self._biased(settings, fields) if is_following else Biases((None,) * len(fields))
            self._biases = key, replace(biases, factors=with_pedal(biases.factors, fields, pedal))
        return self._biases[1]

    def _biased(self, settings: Settings, fields: Sequence[Field]) -> Biases:
        notes = self.notes()
        names = [field.name for field in fields]
        wait = names.index(WAIT.name) if WAIT.name in names else None
        onsets = sorted(note.onset for note in notes)
        waits = [later - earlier for earlier, later in pairwise(onsets)]
        chords = _chords(list(self._notes)[-CHORD_NOTES:])
        steps = [high - low for chord in chords for low, high in pairwise(chord)]
        role = role_of(settings)
        shared = MODES[settings.mode].predicts_human or role.is_drums  # alone, nobody strikes between its notes
        pace = factors(role.density * settings.follow_density, density_nats(waits, shared=shared))
        places = factors(settings.follow_grid, self._place_nats())
        if role.is_drums:  # who strikes no pitches of the human's, and no chords
            return Biases(tuple(pace if name == WAIT.name else None for name in names), wait, places)
        biased = {WAIT.name: pace, PITCH.name: self._pitch(settings, notes, [chord[0] for chord in _chords(notes)])}
        return Biases(
            tuple(biased.get(name) for name in names),
            wait,
            places,
            factors(settings.follow_density, step_nats(steps)) if steps else None,
            self._pitch(settings, notes),
            role.stacks or (tuple(map(len, chords)) if settings.follow_density else ()),
            register_of([note.pitch for note in notes])[1] if _follows_register(settings) else 127.0,
            1.0 if role.stacks else settings.follow_density,
        )

    def _pitch(self, settings: Settings, notes: Sequence[Note], lowest_struck: Sequence[int] = ()) -> Floats | None:
        pitches = [note.pitch for note in notes]
        ages = range(len(notes) - 1, -1, -1)
        register = settings.follow_register if _follows_register(settings) else 0.0
        nats = register * register_nats(pitches, lowest_struck)
        nats += settings.follow_key * key_nats(pitches, [0.5 ** (age / HALF_LIFE) for age in ages], self._unheard)
        return factors(float(bool(register or settings.follow_key)), nats)

    def _place_nats(self) -> Doubles:
        struck = groupby(zip(self._notes, self._places, strict=True), key=lambda placed: placed[0].onset)
        places = [next(chord)[1] for _, chord in struck]
        return place_nats(
            [beat_tick for beat_tick in places if beat_tick is not None], (SIXTEENTHS[:-1], TRIPLETS[:-1])
        )


def _follows_register(settings: Settings) -> bool:
    """Whether it plays where the human does: not a part that has a register of its own."""
    return settings.follow_register > 0 and not role_of(settings).has_range


def _chords(notes: Iterable[Note]) -> list[list[int]]:
    """The pitches struck at each onset, in order, each chord's ascending; onsets of another tempo may come again."""
    return [sorted(note.pitch for note in chord) for _, chord in groupby(notes, key=lambda note: note.onset)]
