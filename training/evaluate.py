"""Held-out figures of an exported step: what the daemon itself would have foretold, note by note, in nats.

Every piece begins from START and a clear state; END does not count; each field is told those drawn before it. All
notes are the answer's, so the voice tells nothing and is not counted in a total. With imitation, the piece so far is
the performance: the code that mixes it in is the daemon's own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exported.heads import Floats
from exported.imitation import Imitation, Memory, looked_back_on, unit
from midi.tokens import VOICE, Field
from training.pieces import Ints
from training.stepper import Stepper

ABREAST = 128
"""Pieces side by side, where time matters more than the last digits of a graph in 8 bits."""

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the notes of all pieces, by field in drawing order; `notes` is how many there were."""

    fields: tuple[Field, ...]
    notes: int
    nats: tuple[float, ...]
    top1: tuple[float, ...]
    """Share of the notes whose true class was the likeliest."""

    @property
    def total(self) -> float:
        """Nats per note, all fields but the voice together."""
        return sum(nats for field, nats in zip(self.fields, self.nats, strict=True) if field.name != VOICE.name)

    @property
    def perplexity(self) -> float:
        """exp(nats per note): between how many equally likely notes the model hesitates."""
        return float(np.exp(self.total))

    def as_json(self) -> dict[str, Any]:
        """The figures for a card, rounded to what is meant."""
        return {
            "notes": self.notes,
            "nats_per_note": round(self.total, 4),
            "perplexity": round(self.perplexity, 3),
            "nats_by_field": {f.name: round(value, 4) for f, value in zip(self.fields, self.nats, strict=True)},
            "top1_by_field": {f.name: round(value, 4) for f, value in zip(self.fields, self.top1, strict=True)},
        }


Counts = Callable[[Ints], npt.NDArray[np.bool_]]
"""Which of the notes, ids [B, I], count."""


def evaluate(
    stepper: Stepper,
    pieces: Sequence[Ints],
    imitate: float = 0.0,
    how: Imitation | None = None,
    counts: Counts | None = None,
    abreast: int = ABREAST,
) -> Figures:
    """Run pieces, ids [N, I], through the step, so many of like length side by side.

    One alone is what the daemon computes: a graph in 8 bits scales what it multiplies by what is in the batch.

    `imitate`: the weight of imitation, 0 to 1, as the daemon's `--imitate`; `how` the card's. `counts`: which notes
    count (default: all).
    """
    sums = np.zeros((3, len(stepper.fields)))
    notes = 0
    for believed, due in predictions(stepper, pieces, imitate, how, abreast):
        counted = np.ones(len(due), bool) if counts is None else counts(due)
        notes += int(counted.sum())
        sums += _sums([p[counted] for p in believed], due[counted], stepper.fields)
    nats, top1 = (sums[:2] / np.maximum(sums[2], 1)).tolist()
    return Figures(stepper.fields, notes, tuple(nats), tuple(top1))


def predictions(
    stepper: Stepper, pieces: Sequence[Ints], imitate: float, how: Imitation | None, abreast: int
) -> Iterator[tuple[list[Probabilities], Ints]]:
    """Yield, for each note's place in the pieces, the probabilities [B, N] of each field, and the ids [B, I] due."""
    ordered = sorted(pieces, key=len, reverse=True)
    asked = (how or Imitation.of({}, stepper.fields)) if imitate else None
    for first in range(0, len(ordered), abreast):
        for believed, due, memories in _run(stepper, ordered[first : first + abreast], asked):
            for voice, memory in enumerate(memories):
                _mix_in(memory, [p[voice] for p in believed], due[voice], imitate)
            yield believed, due


def _run(stepper: Stepper, ordered: Sequence[Ints], how: Imitation | None) -> Any:
    """Run pieces, the longest first, from START; those that are over leave the batch.

    Yields, for each note's place in the pieces, what is believed of it ([B, N] by field), its ids [B, I], and what
    each piece remembers (nothing if it does not imitate).
    """
    lengths = np.array([len(piece) for piece in ordered])
    padded = np.zeros((len(ordered), len(ordered[0]), len(stepper.inputs)), np.int32)
    for row, piece in zip(padded, ordered, strict=True):
        row[: len(piece)] = piece
    taken, state = stepper.started(len(ordered)), stepper.zeros(len(ordered))
    keys: Floats | None = None
    for note in range(len(ordered[0])):
        playing = int(np.searchsorted(-lengths, -note, side="left"))
        outputs = stepper.step(taken[:playing], state[:playing])
        taken, state = padded[:playing, note], outputs["next_state"]
        believed = believed_of(stepper, outputs, taken)
        memories: list[Memory] = []
        if how is not None:
            if keys is None:
                keys = np.zeros((*padded.shape[:2], outputs["key"].shape[1]), np.float32)
            first, end = (1 + moment for moment in looked_back_on(max(0, note - 1)))  # START is no moment
            for voice, key in enumerate(outputs["key"]):
                seen = padded[voice, first:end, : len(stepper.fields)]
                memories.append(Memory.recall(key, keys[voice, first:end], seen, how))
            keys[:playing, note] = unit(outputs["key"])
        yield believed, taken, memories


def trace(stepper: Stepper, pieces: Sequence[Ints], how: Imitation) -> tuple[Probabilities, Probabilities]:
    """Trace what model and imitation each gave the true class of each field of each note. Shapes [N, F].

    Not a number where the class cannot be drawn, or no memory had a say.
    """
    ordered = sorted(pieces, key=len, reverse=True)
    traced = []
    for first in range(0, len(ordered), ABREAST):
        for believed, due, memories in _run(stepper, ordered[first : first + ABREAST], how):
            for voice, (memory, ids) in enumerate(zip(memories, due.tolist(), strict=True)):
                traced.append([_of_class(memory, p[voice], index, ids[index]) for index, p in enumerate(believed)])
    pairs = np.array(traced)
    return pairs[..., 0], pairs[..., 1]


def _of_class(memory: Memory, probabilities: Probabilities, index: int, due: int) -> tuple[float, float]:
    voted = memory.votes(index, probabilities)
    memory.agree(index, due)
    if due >= len(probabilities):
        return np.nan, np.nan
    return float(probabilities[due]), np.nan if voted is None else float(voted[due])


def believed_of(stepper: Stepper, outputs: dict[str, Floats], due: Ints) -> list[Probabilities]:
    """The model's probabilities [B, N] of each field of a note, given the fields before it and its contexts."""
    ids = list(due.T)
    return [
        head.probabilities(outputs[f"{field.name}_hidden"], ids).astype(np.float64)
        for field, head in zip(stepper.fields, stepper.heads, strict=True)
    ]


def _mix_in(memory: Memory, believed: Sequence[Probabilities], due: Ints, imitate: float) -> None:
    """Mix a memory's votes into one piece's probabilities [N] of each field, in place."""
    for index, probabilities in enumerate(believed):
        probabilities[:] = memory.mix(probabilities, index, imitate)
        memory.agree(index, int(due[index]))


def _sums(believed: Sequence[Probabilities], due: Ints, fields: Sequence[Field]) -> Probabilities:
    """One step's nats, hits and notes by field, [3, F]; an id that cannot be drawn (velocity unknown) is left out."""
    sums = np.zeros((3, len(fields)))
    for index, field in enumerate(fields):
        rows = np.flatnonzero(due[:, index] < field.size)
        wanted = due[rows, index]
        hits = (believed[index][rows].argmax(axis=1) == wanted).sum()
        sums[:, index] = -np.log(believed[index][rows, wanted]).sum(), hits, len(rows)
    return sums
