"""Several engines: the steps of one model that they wait for are taken as one. Pure.

A message to an engine, or from one, goes with its index among the voices.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import count

from exported.model_state import Step
from realtime.improviser.engine import Engine
from realtime.improviser.step_model import StepModel
from realtime.messages import Message, Played
from realtime.roles import LEADER
from realtime.settings import Settings

DECISIONS = 8
"""Notes decided between two looks at what the musicians do: a human note waits for so many at most."""


class BatchedEngines:
    """The engines of several voices."""

    def __init__(self, models: Sequence[StepModel], settings: Sequence[Settings]) -> None:
        """An engine for each of these settings, each with its model; several may have the same one."""
        self._models = list({id(model): model for model in models}.values())
        self._model_of = [next(at for at, own in enumerate(self._models) if own is model) for model in models]
        """The place of each engine's model among them."""
        self._engines = [Engine(model, each) for model, each in zip(models, settings, strict=True)]
        self._has_leader = len({each.part for each in settings}) > 1
        """Several parts play around one musician, and the first of them leads."""
        self._wakes: list[float] = [math.inf] * len(settings)
        """The moment at which each has something to do, as of the last message to it or from it."""
        self._settled: set[int] = set()
        """The voices that have said since then that they need no step."""
        self._played: set[int] = set()
        """The voices whose humans have played since they said something, or had nothing more to do."""

    def receive(self, voice: int, message: Message) -> None:
        """Take in what happened."""
        self._engines[voice].receive(message)
        self._touched(voice)
        if isinstance(message, Played):
            self._played.add(voice)

    def advance(self, now_ns: int) -> Iterator[tuple[int, Message]]:
        """Take one step for every engine that needs one, and yield the messages of some of those that need none.

        Those for humans who have just played come first; the others wait for them, then the most urgent come first.
        """
        due = [voice for wake_ns, voice in sorted(zip(self._wakes, count())) if wake_ns <= now_ns]
        if self._has_leader and LEADER in self._played and LEADER in due:
            due = [LEADER]  # its answer waits for no other part
        self._step(due)
        first = [voice for voice in due if voice in self._played] or due
        for voice in [voice for voice in first if voice in self._settled][:DECISIONS]:
            said = self._engines[voice].advance(now_ns)
            self._touched(voice)
            if said or self._wakes[voice] > now_ns:
                self._played.discard(voice)
            for message in said:
                yield voice, message

    def _step(self, voices: Sequence[int]) -> None:
        """Take one step for each of these that needs one."""
        steps: list[list[Step]] = [[] for _ in self._models]
        for voice in voices:
            if voice not in self._settled:
                step = self._engines[voice].next_step()
                if step is None:
                    self._settled.add(voice)
                else:
                    steps[self._model_of[voice]].append(step)
        for model, together in zip(self._models, steps, strict=True):
            model.take(together)

    def _touched(self, voice: int) -> None:
        wake_ns = self._engines[voice].wake_ns
        self._wakes[voice] = math.inf if wake_ns is None else wake_ns
        self._settled.discard(voice)

    @property
    def wake_ns(self) -> float:
        """The moment to call `advance` next if nothing is received; infinity: only then."""
        return min(self._wakes)
