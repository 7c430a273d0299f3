"""Drawing the next note: field after field, each told what the earlier ones drew. numpy only.

It is part of the contract because a model is judged by what it plays: the daemon draws by it, and whoever generates
music to measure a model draws by it.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from exported.card import SOUND
from exported.heads import Floats, Head
from exported.imitation import Memory
from midi.notes import ANSWER, PIANO
from midi.tokens import END, NOWHERE, PITCH, UNKNOWN_CONTEXTS, VOICE, WAIT, Field, Place, Token

MIN_P = 0.02
"""Classes less than this times as likely as the likeliest are not drawn (min-p sampling, Nguyen et al. 2024):
temperature alone would let the long tail of a softmax put a wrong note in every few bars."""

LEAST_LIKELY = 1e-9
"""Nothing is less likely than this where odds are taken."""


NEVER = np.float32(-1)
"""Less likely than what has no likelihood at all."""


def nowhere(_: int) -> Place:
    """The place of every note where no bar is known, whatever its wait or tick."""
    return NOWHERE


@dataclass(frozen=True, slots=True)
class Constraint:
    """The limits of the next note, whatever the model thinks, and its place in the bar."""

    voice: int | None = None
    wait: int | None = None
    """Their ids, if they are not to be drawn."""
    may_end: bool = False
    above: int | None = None
    """The pitch of the note before: a note at the same onset is above it (the canonical order)."""
    lowest: int = PIANO[0]
    highest: int = PIANO[1]
    """The pitches allowed of an answer's note; the human's, where they are predicted, are any of a piano."""
    pitches: Floats | None = None
    """A mask of the pitches allowed, where not all are: 1 at each, else 0, (128,). Where given, they set both ends."""
    sounds: Floats | None = None
    """A mask of the names allowed of a model whose vocabulary is names: 1 at each, else 0, (N,)."""
    place_after: Callable[[int], Place] = nowhere
    """The place of a note, by the id of its wait (never END): its contexts, as far as they are known."""
    unlearned: frozenset[str] = frozenset()
    """The fields that are not drawn, since the model knows nothing of them in this style: they are unknown."""
    earliest: int = 0
    """The id of the shortest wait that may be drawn (END is no wait: `may_end` says); at most the longest."""

    def __post_init__(self) -> None:
        """Have the range end with the mask's pitches.

        Raises:
            ValueError: the mask allows none.
        """
        if self.pitches is not None:
            allowed = self.pitches.nonzero()[0]
            if not len(allowed):
                raise ValueError("a mask that allows no pitch leaves nothing to play")
            object.__setattr__(self, "lowest", int(allowed[0]))
            object.__setattr__(self, "highest", int(allowed[-1]))

    def fixed(self, field: Field) -> int | None:
        """The id of a field that is not to be drawn."""
        if field.name == WAIT.name:
            return self.wait
        if field.name in self.unlearned:
            return field.unknown
        return self.voice if field.name == VOICE.name else None

    def mask(self, field: Field) -> Floats | None:
        """The mask of a field's classes, where not all between the ends may be drawn."""
        if field.name == PITCH.name:
            return self.pitches
        return self.sounds if field.name == SOUND else None

    def allowed(self, field: Field, wait: int, voice: int = ANSWER) -> tuple[int, int]:
        """The classes of a field that may be drawn, from, to before; `wait`, `voice`: ids drawn before, if they were.

        Never none: of a wait later than the longest the longest is left, of a chord that is full and yet goes on
        (its wait was given) the highest pitch.
        """
        lowest, highest = (self.lowest, self.highest) if voice == ANSWER else PIANO
        if field.name == WAIT.name:
            chord_is_full = self.above is not None and self.above >= highest
            return min(max(self.earliest, int(chord_is_full)), END - 1), END + int(self.may_end)
        if field.name == PITCH.name:
            lowest = lowest if wait or self.above is None else max(lowest, self.above + 1)
            return min(lowest, highest), highest + 1
        return 0, field.size


@dataclass(frozen=True, slots=True)
class SamplingOptions:
    """Options of a draw: `temperature` (0: the likeliest), and `imitate`, the weight of this performance."""

    temperature: float = 1.0
    imitate: float = 0.0


@dataclass(frozen=True, slots=True)
class Bias:
    """A bias of the draw towards how the human plays. It changes odds, before the temperature."""

    factors: Sequence[Floats | None]
    """Factors (N,) above 0 for the probabilities of each field, in drawing order; or None.

    Those of waits change the waits above 0 among themselves: their sum stays, so that no cluster grows of rare waits.
    """
    joined: Floats | None = None
    """Instead of the pitch's, for a note that strikes together with the one before."""
    together: tuple[float | None, ...] = ()
    """By voice, the odds that it strikes another note together with the one before; None: the model's own."""
    weight: float = 0.0
    """0: the model's own odds of that stand; 1: those given; between, the geometric mean."""


def draw(
    heads: Sequence[Head],
    fields: Sequence[Field],
    hidden: Sequence[Floats],
    memory: Memory | None,
    options: SamplingOptions,
    rng: np.random.Generator,
    constraint: Constraint,
    bias: Bias | None = None,
) -> Token:
    """Draw the note after a moment: the ids of its fields. If the wait is END, those after it mean nothing.

    `hidden`: the moment's row (D,) for each field. `memory` is used up. `bias` changes what model and memory
    believe. Takes one random number a field, whatever is drawn: a seed is a performance.
    """
    randoms = rng.random(len(fields)).tolist()
    ids = [0] * len(fields) + [*UNKNOWN_CONTEXTS]
    has_voice = fields[0].name == VOICE.name
    wait = 0
    for column, field in enumerate(fields):
        chosen = constraint.fixed(field)
        if chosen is None:
            likely = heads[column].likelihoods(hidden[column], ids)
            if memory is not None:
                memory.mix_in(likely, column, options.imitate)
            if bias is not None:
                _apply(likely, field, column, bias, ids, wait)
            first, end = constraint.allowed(field, wait, ids[0] if has_voice else ANSWER)
            mask = constraint.mask(field)
            if mask is not None:
                likely = np.where(mask > 0, likely, NEVER)
            chosen = first + _pick(likely[first:end], options.temperature, randoms[column])
        ids[column] = chosen
        if field.name == WAIT.name:
            if chosen == END:
                break
            wait = chosen
            place = constraint.place_after(wait)
            ids[len(fields) : len(fields) + len(place)] = place
        if memory is not None and field is not fields[-1] and chosen < field.size:
            memory.agree(column, chosen)
    return tuple(ids[: len(fields)])


def _apply(likely: Floats, field: Field, column: int, bias: Bias, ids: Sequence[int], wait: int) -> None:
    """Apply a bias to a field's likelihoods in place; `ids` and `wait`: what has been drawn before it."""
    factors = bias.factors[column]
    if field.name == WAIT.name:
        if factors is not None:
            _apply_to_waits(likely, factors)
        voice = ids[0] if column else ANSWER  # of the fields only the voice comes before the wait
        odds = bias.together[voice] if voice < len(bias.together) else None
        if odds is not None:
            _strike_together(likely, odds, bias.weight)
        return
    if field.name == PITCH.name and wait == 0 and bias.joined is not None:
        factors = bias.joined
    if factors is not None:
        likely *= factors


def _apply_to_waits(likely: Floats, factors: Floats) -> None:
    """Apply factors to the waits above 0, (N,), their sum as before; that of 0, and the end, are left alone."""
    waits = likely[1:END]
    before = float(waits.sum())
    waits *= factors[1:END]
    after = float(waits.sum())
    if after > 0:
        waits *= before / after


def _strike_together(likely: Floats, odds: float, weight: float) -> None:
    """Give the wait of 0 odds between the model's own and those given."""
    apart = float(likely[1:END].sum())
    own = max(likely.item(0), LEAST_LIKELY) / max(apart, LEAST_LIKELY)
    likely[0] = max(apart, LEAST_LIKELY) * own ** (1 - weight) * odds**weight


def _pick(likely: Floats, temperature: float, random: float) -> int:
    """A class in proportion to its likelihood ** (1 / temperature); few are likely enough: Python is quicker there."""
    best = int(likely.argmax())
    most = likely.item(best)
    if temperature == 0 or most == 0:
        return best
    classes = (likely >= most * MIN_P**temperature).nonzero()[0]
    if len(classes) == 1:  # as for seven fields of ten in a solo of the default model
        return best
    power = 1 / temperature
    # Of the likeliest, which is 1: no underflow can empty it.
    sums = list(accumulate([(likelihood / most) ** power for likelihood in likely[classes].tolist()]))
    return int(classes[bisect_right(sums, random * sums[-1], hi=len(sums) - 1)])
