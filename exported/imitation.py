"""Imitation: the notes that followed similar moments in this very performance, as a distribution. numpy only.

A continuous cache (Grave, Joulin, Usunier 2016, "Improving Neural Language Models with a Continuous Cache"): a moment
earlier in the performance weighs exp(sharpness * (cosine - 1)) by the likeness of its key to the key now, and votes
for the note that followed it. The model itself votes beside them, with the weight of a doubt: where nothing like this
moment has been, it alone is heard (MacKay and Peto 1995 mix their counts so). A later field hears only the memories
that agree with the fields already drawn. It is part of the contract because it is part of what a model
means: the daemon plays with it, and whoever scores a model scores this.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from exported.card import IMITATE
from exported.heads import Floats
from midi.tokens import VOICE, Field

Probabilities = TypeVar("Probabilities", npt.NDArray[np.float32], npt.NDArray[np.float64])
Ids = npt.NDArray[np.integer[Any]]

REMEMBERED = 1024
"""Moments looked back on: some minutes of playing."""
SKETCH = 96
CLOSEST = 24
"""The number of moments that vote: those most alike by the first SKETCH numbers of their keys. The others weigh next to
nothing, but their keys are 2 MB (512 units), which would come from memory for each note decided and drive the step's
own weights from the cache. What that costs, with the default model of 1 x 512: 0.0006 nats a note on 48 validation
pieces (1.8652; all voting: 1.8646), 0.0009 on the same pieces joined to performances of 1,700 notes (2.1740, 2.1731).
"""
RECENT = 8
"""The latest moments do not vote yet: a model that heard itself at once would repeat one or two notes for ever (of 24
solo runs 4 did so, with this none, while held-out pieces were foretold as well: docs/measurements/default-model.md)."""
USUAL_SHARPNESS, USUAL_SHARE, USUAL_DOUBT = 30.0, 0.9, 0.1
"""Parameters where a card does not say: what the default model was found to do best with, or nearly."""
MOST = 0.95
"""The model keeps a say at any weight, so that no class it allows becomes impossible."""
MOST_DOUBT = 1e6
"""The largest doubt, in weights of the likest moment: beyond, it has no say, and float32 ends somewhere."""
EVEN_ODDS = IMITATE / (1 - IMITATE)
FAINTEST = 1e-6
"""The least weight of the memories that agree: below, nobody has a say."""


@dataclass(frozen=True, slots=True)
class Imitation:
    """The parameters of imitation: tuned on validation pieces, kept in a model's card.

    `sharpness`: how much more a likelier moment weighs. `shares`: by field, in drawing order, how much of its
    distribution the votes are; a field without one does not vote. `doubt`: the weight of the model among the voters, a
    moment just alike weighing 1, when the knob stands at IMITATE.
    """

    sharpness: float
    shares: tuple[float, ...]
    doubt: float = USUAL_DOUBT

    @classmethod
    def of(cls, parameters: Mapping[str, Any], fields: Sequence[Field]) -> "Imitation":
        """From a card's `imitation`; what it does not say is as good as known from other models."""
        shares = parameters.get("shares", {})
        usual = {VOICE.name: 0.0}
        return cls(
            float(parameters.get("sharpness", USUAL_SHARPNESS)),
            tuple(float(shares.get(field.name, usual.get(field.name, USUAL_SHARE))) for field in fields),
            float(parameters.get("doubt", USUAL_DOUBT)),
        )

    def as_json(self, fields: Sequence[Field]) -> dict[str, Any]:
        """The parameters as a card holds them."""
        return {
            "sharpness": self.sharpness,
            "shares": {field.name: share for field, share in zip(fields, self.shares, strict=True)},
            "doubt": self.doubt,
        }


def looked_back_on(moments: int) -> tuple[int, int]:
    """The first of so many moments that votes, and the first after it that does not; a note follows each."""
    return max(0, moments - REMEMBERED), max(0, moments - RECENT)


def unit(keys: Floats) -> Floats:
    """Keys scaled to length 1, along the last axis; what is remembered and compared."""
    length: Floats = np.maximum(np.linalg.norm(keys, axis=-1, keepdims=True), np.float32(1e-12))
    return np.divide(keys, length, dtype=np.float32)


def sketch(keys: Floats) -> Floats:
    """The part of unit keys (..., H) by which the moments most alike are found."""
    return keys[..., :SKETCH]


def closest(key: Floats, sketches: Floats) -> Ids:
    """The places of at most CLOSEST moments, with sketches (n, min(H, SKETCH)), most alike a key (H,)."""
    surplus = len(sketches) - CLOSEST
    if surplus <= 0:
        return np.arange(len(sketches))
    places: Ids = sketches.dot(sketch(key)).argpartition(surplus)[surplus:]
    return places


@dataclass(slots=True)
class Memory:
    """The votes of earlier moments on the next note; narrowed as its fields are drawn.

    `voters`: of each moment, how alike it is, the most alike 1, and the ids of the note that followed it. They are few,
    and plain Python: a sum over some dozen of them costs less than one call of numpy.
    `shares` (F), `doubt`: as in `Imitation`, the doubt beside a moment as alike as the most alike.
    """

    voters: list[tuple[float, Sequence[int]]]
    shares: tuple[float, ...]
    doubt: float = 0.0

    @classmethod
    def recall(cls, key: Floats, keys: Floats, tokens: Ids, how: Imitation) -> "Memory":
        """The memory of a moment with key (H,), among moments with unit keys (n, H), each followed by tokens (n, F)."""
        voting = closest(key, sketch(keys))
        return cls.of(key, keys[voting], tokens[voting].tolist(), how)

    @classmethod
    def of(cls, key: Floats, keys: Floats, tokens: Sequence[Sequence[int]], how: Imitation) -> "Memory":
        """The same, of the moments that vote: the `closest`. Without any the doubt is never asked for."""
        if not len(keys):
            return cls([], how.shares)
        likeness: list[float] = keys.dot(key).tolist()
        sharpness = how.sharpness / max(math.sqrt(key.dot(key)), 1e-12)
        most = max(likeness)
        weights = [math.exp(sharpness * (cosine - most)) for cosine in likeness]
        doubt = how.doubt * math.exp(how.sharpness - sharpness * most)  # of the likest moment, which weighs 1 here
        return cls(list(zip(weights, tokens, strict=True)), how.shares, doubt)

    def votes(self, field: int, believed: Probabilities, weight: float = IMITATE) -> Probabilities | None:
        """The votes (N,) for a field's classes, by its column, summing to one; `believed` (N,) is the model's own.

        `weight` (above 0, to 1) divides the doubt: its odds, those of IMITATE being even. None: nobody has a say.
        """
        counted = self._counted(field, len(believed))
        total = sum(counted.values())
        if total < FAINTEST:
            return None
        doubt = self._doubt(weight)
        votes: Probabilities = believed * (doubt / (total + doubt))
        for chosen, counts in counted.items():
            votes[chosen] += counts / (total + doubt)
        return votes

    def mix(self, probabilities: Probabilities, field: int, weight: float) -> Probabilities:
        """The probabilities (N,) of a field, by its column, with the memories' votes mixed in by `weight` (0 to 1)."""
        mixed = probabilities.copy()
        self.mix_in(mixed, field, weight)
        mixed /= mixed.sum()
        return mixed

    def mix_in(self, likely: Probabilities, field: int, weight: float) -> None:
        """The same in place, of probabilities but for their sum, which changes.

        What is believed of a class keeps its number, and only those that have votes gain: to draw a note takes no more.
        """
        share = min(self.shares[field], MOST)
        if not share or not weight:
            return
        counted = self._counted(field, len(likely))
        total = sum(counted.values())
        if total < FAINTEST:
            return
        # (1 - share) * believed + share * votes, times what makes the factor of `believed` 1.
        voice = share * float(likely.dot(_ones(len(likely)))) / ((1 - share) * total + self._doubt(weight))
        for chosen, votes in counted.items():
            likely[chosen] += votes * voice

    def _doubt(self, weight: float) -> float:
        """The model's own weight among the voters."""
        return min(self.doubt * EVEN_ODDS * (1 - weight) / weight, MOST_DOUBT)

    def _counted(self, field: int, size: int) -> dict[int, float]:
        """The weight of those who vote for each class that has any; an unknown value's id is beyond the classes."""
        counted: dict[int, float] = {}
        for weight, token in self.voters:
            chosen = token[field]
            if chosen < size:
                counted[chosen] = counted.get(chosen, 0.0) + weight
        return counted

    def agree(self, field: int, drawn: int) -> None:
        """Keep only the memories whose note has this value in this field.

        A field without a share does not narrow either: the answer takes up what the human has played.
        """
        if self.shares[field]:
            self.voters = [voter for voter in self.voters if voter[1][field] == drawn]


@cache
def _ones(size: int) -> Floats:
    """To sum a short row by a product, in less than half the time of numpy's own sum."""
    return np.ones(size, np.float32)
