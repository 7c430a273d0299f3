"""A human, and what the engine answers, on the fake clock."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from benchmarks.following.changes import Change, ChangedHuman, plays
from benchmarks.following.tally import Tally
from benchmarks.following.tunes import Tune
from midi.notes import ANSWER, Note
from midi.tempo import Tempo
from midi.tokens import Field
from realtime.improviser.engine import Engine
from realtime.improviser.ring import ContextRing
from realtime.improviser.step_model import StepModel
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import performed

BPM = 120.0
TEMPO = Tempo.of(BPM)
LEAST = 1e-9
"""A probability or a share below this is as good as none: min-p and float32 end somewhere."""


def perform(model: StepModel, human: ChangedHuman, settings: Settings) -> tuple[list[Note], ContextRing]:
    """The answer, in order, and the performance as the engine remembers it."""
    offline = Offline(Engine(model, settings))
    offline.perform(performed((note for phrase in human.phrases for note in phrase), TEMPO), TEMPO.ns_at(human.end))
    return sorted(offline.answered(), key=lambda note: (note.onset, note.pitch)), offline.engine.ring


def surprises(model: StepModel, ring: ContextRing, since: int, imitate: float, bent: Field) -> Iterator[float]:
    """The surprise of the unbent model, imitating, at a field of each note answered since a tick, in nats.

    A note after one of the human's is left out: where an answer begins, its wait is given.
    """
    again = ContextRing(model)
    before: Note | None = None
    for note in ring.notes():
        if before is not None and before.voice == note.voice == ANSWER and note.onset >= since:
            token = again.vocabulary.encode([note], before.onset)
            moment = again.head
            memory = again.recall(moment.key)
            for column, field in enumerate(model.fields):
                if field == bent:
                    believed = model.heads[column].probabilities(moment.hidden[column], token)
                    yield -math.log(max(float(memory.mix(believed, column, imitate)[token[column]]), LEAST))
                    break
                memory.agree(column, token[column])
        again.feed(note)
        before = note


def hear(
    model: StepModel,
    change: Change,
    settings: Settings,
    played: Sequence[Tune],
    seeds: int,
    *,
    from_the_start: bool = False,
) -> list[Tally]:
    """The agreement on each tune, over so many seeds."""
    every = []
    for tune in played:
        tally = Tally()
        human = plays(tune, change, settings.mode, from_the_start=from_the_start)
        for seed in range(seeds):
            answer, ring = perform(model, human, replace(settings, rng_seed=seed))
            tally.take(answer, human, change)
            if change.bends is not None:
                tally.nats += surprises(model, ring, human.changes_at, settings.imitate, change.bends)
        every.append(tally)
    return every
