"""Held-out figures of an exported step: what the daemon itself would have foretold, note by note, in nats.

Every piece begins from START and a clear state; END does not count; each field is told those drawn before it.
With imitation, the piece so far is the performance: the code that mixes it in is the daemon's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exported.card import conditions
from exported.imitation import REMEMBERED, Memory, unit
from midi.tokens import Field
from training.stepper import Array, Stepper
from training.works import Ints

VOICES = 256
"""Pieces side by side."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the notes of all pieces, by field in drawing order; `notes` is how many there were."""

    notes: int
    nats: tuple[float, ...]
    top1: tuple[float, ...]
    """Share of the notes whose true class was the likeliest."""

    @property
    def total(self) -> float:
        """Nats per note, all fields together."""
        return sum(self.nats)

    @property
    def perplexity(self) -> float:
        """exp(nats per note): between how many equally likely notes the model hesitates."""
        return float(np.exp(self.total))

    def as_json(self, fields: Sequence[Field]) -> dict[str, Any]:
        """For the card, rounded to what is meant."""
        return {
            "notes": self.notes,
            "nats_per_note": round(self.total, 4),
            "perplexity": round(self.perplexity, 3),
            "nats_by_field": {f.name: round(value, 4) for f, value in zip(fields, self.nats, strict=True)},
            "top1_by_field": {f.name: round(value, 4) for f, value in zip(fields, self.top1, strict=True)},
        }


@dataclass(slots=True)
class _Sums:
    """Nats, hits and counted notes so far, by field. Shape [F] each."""

    nats: npt.NDArray[np.float64]
    hits: npt.NDArray[np.float64]
    counted: npt.NDArray[np.float64]


def evaluate(stepper: Stepper, pieces: Sequence[Ints], fields: Sequence[Field], imitate: float = 0.0) -> Figures:
    """Run pieces, tokens [N, F], through the step, many of like length side by side.

    `imitate`: the weight of imitation, 0 to 1, as the daemon's `--imitate`.
    """
    ordered = sorted(pieces, key=len, reverse=True)
    sums = _Sums(*(np.zeros(len(fields)) for _ in range(3)))
    for first in range(0, len(ordered), VOICES):
        _run(stepper, ordered[first : first + VOICES], fields, imitate, sums)
    counted = np.maximum(sums.counted, 1)
    nats, top1 = (sums.nats / counted).tolist(), (sums.hits / counted).tolist()
    return Figures(sum(map(len, pieces)), tuple(nats), tuple(top1))


def _run(stepper: Stepper, ordered: Sequence[Ints], fields: Sequence[Field], imitate: float, sums: _Sums) -> None:
    """Run pieces, the longest first, from START; those that are over leave the batch."""
    lengths = np.array([len(piece) for piece in ordered])
    padded = np.zeros((len(ordered), len(ordered[0]), len(fields)), np.int32)
    for row, piece in zip(padded, ordered, strict=True):
        row[: len(piece)] = piece
    given = np.tile(np.array([field.start for field in fields], np.int32), (len(ordered), 1))
    state = stepper.zeros(len(ordered))
    keys: list[Array] = []
    for place in range(len(ordered[0])):
        playing = int(np.searchsorted(-lengths, -place, side="left"))
        outputs = stepper.step(given[:playing], state[:playing])
        given, state = padded[:playing, place], outputs["next_state"]
        believed = _believed(outputs, given, stepper.tables, fields)
        if imitate:
            for voice, key in enumerate(outputs["key"]):
                memory = _recalled(voice, place, key, keys, padded)
                _mix_in(memory, [p[voice] for p in believed], given[voice], fields, imitate)
            keys.append(unit(outputs["key"]))
        _add(believed, given, fields, sums)


def _believed(
    outputs: dict[str, Array], due: Ints, tables: dict[str, Array], fields: Sequence[Field]
) -> list[npt.NDArray[np.float64]]:
    """The model's probabilities [B, N] of each field, given the fields before it."""
    columns = {field.name: due[:, index] for index, field in enumerate(fields)}
    logits = {field.name: outputs[f"{field.name}_logits"].astype(np.float64) for field in fields}
    for later, earlier in conditions(fields):
        told = np.minimum(columns[earlier.name], earlier.size - 1)
        logits[later.name] += tables[f"{later.name}_given_{earlier.name}"][told]
    weights = [np.exp(scores - scores.max(axis=1, keepdims=True)) for scores in logits.values()]
    return [weight / weight.sum(axis=1, keepdims=True) for weight in weights]


def _recalled(voice: int, place: int, key: Array, keys: Sequence[Array], padded: Ints) -> Memory:
    """What the moments of a piece so far say of its note at `place`; the moment before its first note says nothing."""
    first = max(1, place - REMEMBERED)
    before = [keys_then[voice] for keys_then in keys[first:place]]
    return Memory.recall(key, np.array(before, np.float32).reshape(len(before), len(key)), padded[voice, first:place])


def _mix_in(
    memory: Memory, believed: list[npt.NDArray[np.float64]], due: Ints, fields: Sequence[Field], imitate: float
) -> None:
    """Mix a memory's votes into one piece's probabilities [N] of each field, in place."""
    for index, field in enumerate(fields):
        believed[index][:] = memory.mix(believed[index], index, field.name, imitate)
        memory.agree(index, int(due[index]))


def _add(believed: Sequence[npt.NDArray[np.float64]], due: Ints, fields: Sequence[Field], sums: _Sums) -> None:
    """Add one step's losses, hits and counts by field; an id that cannot be drawn (velocity unknown) does not count."""
    for index, field in enumerate(fields):
        rows = np.flatnonzero(due[:, index] < field.size)
        wanted = due[rows, index]
        sums.nats[index] -= np.log(believed[index][rows, wanted]).sum()
        sums.hits[index] += (believed[index][rows].argmax(axis=1) == wanted).sum()
        sums.counted[index] += len(rows)
