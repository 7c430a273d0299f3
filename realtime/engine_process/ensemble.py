"""Several musicians, an engine for each, one model: the steps they wait for are taken as one. Engine process; pure.

What is said to an engine, and what it says, goes with its place among the voices, from 0.
"""

from collections.abc import Iterator, Sequence

from realtime.engine_process.engine import Engine
from realtime.engine_process.model import StepModel
from realtime.engine_process.ring import CAPACITY
from realtime.messages import Message, Played
from realtime.settings import Settings

DECISIONS = 8
"""Notes decided between two looks at what the musicians do: a human note waits for so many at most."""
SLOTS = 8 * CAPACITY
"""Of all rings together: a slot is some 10 KB once it has been used."""
LEAST_CAPACITY = 1536
"""Of a ring: as many notes as are looked back on, and as may be corrected."""


def capacity_of(voices: int) -> int:
    """How many notes each of so many voices remembers."""
    return min(CAPACITY, max(LEAST_CAPACITY, SLOTS // voices))


class Ensemble:
    """The engines of several musicians."""

    def __init__(self, model: StepModel, settings: Sequence[Settings]) -> None:
        """An engine for each of these settings."""
        self._model = model
        self._engines = [Engine(model, one, capacity_of(len(settings))) for one in settings]
        self._played: set[int] = set()
        """The voices whose humans have played since something was decided for them."""

    def receive(self, voice: int, message: Message) -> None:
        """Take in what happened."""
        self._engines[voice].receive(message)
        if isinstance(message, Played):
            self._played.add(voice)

    def advance(self, now_ns: int) -> Iterator[tuple[int, Message]]:
        """What follows by now: one step for every engine that needs one, and some decisions.

        Those for humans who have just played come first; the others wait for them, then the most urgent come first.
        """
        due = [voice for wake_ns, voice in sorted(self._wakes()) if wake_ns <= now_ns]
        steps = (self._engines[voice].next_step(now_ns) for voice in due)
        self._model.step_together([step for step in steps if step is not None])
        first = [voice for voice in due if voice in self._played] or due
        ready = [voice for voice in first if self._engines[voice].next_step(now_ns) is None]
        for voice in ready[:DECISIONS]:
            self._played.discard(voice)
            for message in self._engines[voice].advance(now_ns):
                yield voice, message

    @property
    def wake_ns(self) -> int | None:
        """When to call `advance` next if nothing is received; None: only then."""
        return min((wake_ns for wake_ns, _ in self._wakes()), default=None)

    def _wakes(self) -> Iterator[tuple[int, int]]:
        for voice, engine in enumerate(self._engines):
            wake_ns = engine.wake_ns
            if wake_ns is not None:
                yield wake_ns, voice
