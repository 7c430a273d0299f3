"""Following the human: what they play now bends what is drawn, and how loud it is. Engine process; pure.

The human's notes are heard as they come, in ticks. What counts is the end of the last phrase, or of a short one also
the notes before it; the older a note, the less it says of the key. How long the memory is, `realtime.bench.following`
weighs: a short one is soon where the human has gone, a long one hears more of a key.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice, pairwise

import numpy as np

from exported.heads import Floats
from exported.sampling import Lean
from midi.notes import Note
from midi.tokens import PITCH, WAIT, Field
from realtime.engine_process.dynamics import ACCENTS_TICKS, Dynamics
from realtime.engine_process.leaning import density_nats, factors, key_nats, register_nats
from realtime.modes import MODES
from realtime.settings import Settings

LONGEST = 16
"""Notes that count at most, in a phrase without an end."""
FEWEST = 8
"""Notes that count at least, if so many were played: three notes are no key."""
HALF_LIFE = 6
"""A note so many notes ago says half as much of the key."""


class Follower:
    """How the human has been playing, as far as it matters to an answer."""

    def __init__(self) -> None:
        self._notes: deque[Note] = deque(maxlen=LONGEST)
        self._in_phrase = 0
        self._is_over = False
        self._lean: tuple[object, Lean] | None = None

    def hear(self, note: Note) -> None:
        """A human note, in the order they were played (of a chord, in any)."""
        if self._is_over:
            self._in_phrase, self._is_over = 0, False
        self._notes.append(note)
        self._in_phrase = min(self._in_phrase + 1, LONGEST)
        self._lean = None

    def phrase_over(self) -> None:
        """The human has paused: the next note begins another phrase."""
        self._is_over = True

    def notes(self) -> list[Note]:
        """Those that count."""
        count = max(self._in_phrase, min(FEWEST, len(self._notes)))
        return list(islice(self._notes, len(self._notes) - count, None))

    def dynamics(self, settings: Settings) -> Dynamics:
        """The loudness of an answer that begins now."""
        return Dynamics.of(self.notes(), settings.follow_dynamics)

    def measure_begun(self, tick: int) -> int:
        """The latest tick up to `tick` at which the human's accents begin anew."""
        first = min((note.onset for note in self.notes()), default=tick)
        return tick - (tick - first) % ACCENTS_TICKS

    def lean(self, settings: Settings, fields: Sequence[Field]) -> Lean | None:
        """Factors for each field's classes, in the order of the fields; None: nothing is bent.

        Kept until another note is heard or a knob turned: a note decided costs only the multiplication.
        """
        knobs = (settings.follow_density, settings.follow_register, settings.follow_key)
        if not any(knobs) or not self._notes:
            return None
        if self._lean is None or self._lean[0] != (knobs, settings.mode, fields):
            bent = {WAIT.name: self._wait(settings), PITCH.name: self._pitch(settings)}
            self._lean = (knobs, settings.mode, fields), tuple(bent.get(field.name) for field in fields)
        return self._lean[1]

    def _wait(self, settings: Settings) -> Floats | None:
        onsets = sorted(note.onset for note in self.notes())
        if not settings.follow_density or len(onsets) < 2:
            return None
        waits = [later - earlier for earlier, later in pairwise(onsets)]
        return factors(settings.follow_density * density_nats(waits, shared=not MODES[settings.mode].takes_turns))

    def _pitch(self, settings: Settings) -> Floats | None:
        notes = self.notes()
        pitches = [note.pitch for note in notes]
        nats = np.zeros(PITCH.size)
        if settings.follow_register:
            nats += settings.follow_register * register_nats(pitches)
        if settings.follow_key:
            ages = range(len(notes) - 1, -1, -1)
            nats += settings.follow_key * key_nats(pitches, [0.5 ** (age / HALF_LIFE) for age in ages])
        return factors(nats) if settings.follow_register or settings.follow_key else None
