"""How a model should imitate: sharpness, and each field's share, chosen on pieces it did not learn from."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from exported.card import IMITATE
from exported.imitation import MOST, Imitation
from training.evaluate import trace
from training.stepper import Stepper
from training.works import Ints

SHARPNESSES = (10.0, 20.0, 30.0, 40.0, 60.0, 90.0)
MIXTURES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6)
"""What is tried: of each field's distribution, so much is the memories'."""
ENOUGH = 20_000
"""Notes it is chosen on, at the most about."""

Doubles = npt.NDArray[np.float64]


def tuned(stepper: Stepper, pieces: Sequence[Ints]) -> Imitation:
    """The imitation under which these pieces, ids [N, I], cost least; its shares make IMITATE the best weight."""
    enough: list[Ints] = []
    for piece in pieces:
        if sum(map(len, enough)) < ENOUGH:
            enough.append(piece)
    best, least = Imitation.of({}, stepper.fields), np.inf
    for sharpness in SHARPNESSES:
        model, votes = trace(stepper, enough, Imitation(sharpness, (1.0,) * len(stepper.fields)))
        found = [_mixture(model[:, index], votes[:, index]) for index in range(len(stepper.fields))]
        cost = sum(nats for _, nats in found)
        if cost < least:
            shares = tuple(round(mixture / IMITATE, 4) for mixture, _ in found)
            best, least = Imitation(sharpness, shares), cost
    return best


def _mixture(model: Doubles, votes: Doubles) -> tuple[float, float]:
    """The best mixture of a field, and its nats per note: what each gave the true class, [N]; nan where none did."""
    known = ~np.isnan(model)
    model, votes = model[known], votes[known]
    silent = np.isnan(votes)
    costs = [
        (float(-np.log(np.where(silent, model, (1 - mixture) * model + mixture * votes)).mean()), mixture)
        for mixture in MIXTURES
        if mixture <= MOST
    ]
    nats, mixture = min(costs)
    return mixture, nats
