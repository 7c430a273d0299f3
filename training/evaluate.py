"""Held-out figures of an exported step: what the daemon itself would have foretold, note by note, in nats.

Every piece begins from START and a clear state; END does not count; each field is told those drawn before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exported.card import conditions
from midi.tokens import Field
from training.stepper import Array, Stepper
from training.works import Ints


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


def evaluate(stepper: Stepper, pieces: Sequence[Ints], fields: Sequence[Field]) -> Figures:
    """Run pieces, tokens [N, F], side by side through the step; those that are over leave the batch."""
    ordered = sorted(pieces, key=len, reverse=True)
    lengths = np.array([len(piece) for piece in ordered])
    padded = np.zeros((len(ordered), int(lengths[0]), len(fields)), np.int32)
    for row, piece in zip(padded, ordered, strict=True):
        row[: len(piece)] = piece
    given = np.tile(np.array([field.start for field in fields], np.int32), (len(ordered), 1))
    state = stepper.zeros(len(ordered))
    nats, hits, counted = np.zeros(len(fields)), np.zeros(len(fields)), np.zeros(len(fields))
    for place in range(int(lengths[0])):
        playing = int(np.searchsorted(-lengths, -place, side="left"))
        outputs = stepper.step(given[:playing], state[:playing])
        due = padded[:playing, place]
        _add(outputs, due, stepper.tables, fields, nats, hits, counted)
        given, state = due, outputs["next_state"]
    counted = np.maximum(counted, 1)
    return Figures(int(lengths.sum()), tuple((nats / counted).tolist()), tuple((hits / counted).tolist()))


def _add(
    outputs: dict[str, Array],
    due: Ints,
    tables: dict[str, Array],
    fields: Sequence[Field],
    nats: npt.NDArray[np.float64],
    hits: npt.NDArray[np.float64],
    counted: npt.NDArray[np.float64],
) -> None:
    """Add one step's losses, hits and counts by field; an id that cannot be drawn (velocity unknown) does not count."""
    columns = {field.name: due[:, index] for index, field in enumerate(fields)}
    logits = {field.name: outputs[f"{field.name}_logits"].astype(np.float64) for field in fields}
    for later, earlier in conditions(fields):
        told = np.minimum(columns[earlier.name], earlier.size - 1)
        logits[later.name] += tables[f"{later.name}_given_{earlier.name}"][told]
    for index, field in enumerate(fields):
        rows = np.flatnonzero(columns[field.name] < field.size)
        wanted, scores = columns[field.name][rows], logits[field.name][rows]
        top = scores.max(axis=1, initial=-np.inf)
        told_nats = np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top - scores[np.arange(len(rows)), wanted]
        nats[index] += told_nats.sum()
        hits[index] += (scores.argmax(axis=1) == wanted).sum()
        counted[index] += len(rows)
