"""The tuning of imitation: sharpness, doubt, and each field's share, chosen on pieces it did not learn from."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from exported.imitation import Imitation
from midi.tokens import VOICE
from training.evaluate import trace
from training.pieces import Ints
from training.stepper import Stepper

SHARPNESSES = (10.0, 20.0, 30.0, 45.0, 60.0)
DOUBTS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
MIXTURES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""The shares that are tried: so much of each field's distribution are the votes."""

Doubles = npt.NDArray[np.float64]


def tuned(stepper: Stepper, pieces: Sequence[Ints]) -> Imitation:
    """The imitation under which these pieces, ids [N, I], cost least when the knob stands at IMITATE.

    The voice takes no share: in the pieces all is the answer's, but in a jam the answer takes up what the human played.
    """
    best, least = Imitation.of({}, stepper.fields), np.inf
    for sharpness, doubt in product(SHARPNESSES, DOUBTS):
        mixtures, cost = _mixtures(stepper, pieces, sharpness, doubt)
        if cost < least:
            best, least = Imitation(sharpness, tuple(mixtures), doubt), cost
    return best


def _mixtures(stepper: Stepper, pieces: Sequence[Ints], sharpness: float, doubt: float) -> tuple[list[float], float]:
    """The best mixture of each field, and the nats per note that all but the voice cost with them.

    A field without a share does not narrow whom the later ones hear: if one is best left alone, those are tried again.
    """
    narrows = [field.name != VOICE.name for field in stepper.fields]
    while True:
        traced = trace(stepper, pieces, Imitation(sharpness, tuple(map(float, narrows)), doubt))
        best = [
            _mixture(model, votes) if narrow else (0.0, _mixture(model, np.full_like(votes, np.nan))[1])
            for model, votes, narrow in zip(traced[0].T, traced[1].T, narrows, strict=True)
        ]
        mixtures = [mixture for mixture, _ in best]
        still = [narrow and mixture > 0 for narrow, mixture in zip(narrows, mixtures, strict=True)]
        still[-1] = narrows[-1]  # nobody hears after it
        if still == narrows:
            by_field = zip(stepper.fields, best, strict=True)
            return mixtures, sum(nats for field, (_, nats) in by_field if field.name != VOICE.name)
        narrows = still


def _mixture(model: Doubles, votes: Doubles) -> tuple[float, float]:
    """The best mixture of a field, and its nats per note: what each gave the true class, [N]; nan where none did."""
    known = ~np.isnan(model)
    if not known.any():  # no piece knows this field
        return 0.0, 0.0
    model, votes = model[known], votes[known]
    silent = np.isnan(votes)
    costs = [
        (float(-np.log(np.where(silent, model, (1 - mixture) * model + mixture * votes)).mean()), mixture)
        for mixture in MIXTURES
    ]
    nats, mixture = min(costs)
    return mixture, nats
