"""Drawing: in proportion to what the model believes, within what is allowed, the same for the same seed."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from midi.notes import Note
from midi.tokens import DURATION, END, PITCH, VELOCITY, WAIT
from realtime.model import Moment, StepModel
from realtime.ring import ContextRing
from realtime.sampling import MIN_P, Constraint, Taste, draw


def draws(
    model: StepModel, count: int, temperature: float = 1.0, constraint: Constraint | None = None
) -> list[tuple[int, ...]]:
    rng = np.random.default_rng(5)
    return [draw(model, model.origin, None, Taste(temperature), rng, constraint or Constraint()) for _ in range(count)]


def test_the_first_field_is_drawn_as_often_as_it_is_likely(model: StepModel) -> None:
    logits = model.origin.logits[0][:END].astype(float)
    weights = np.exp(logits - logits.max())
    weights[weights < MIN_P] = 0
    counts = Counter(token[0] for token in draws(model, 20_000))
    for wait, p in enumerate(weights / weights.sum()):
        assert counts[wait] / 20_000 == pytest.approx(p, abs=0.015)


def test_a_later_field_is_drawn_knowing_the_earlier_ones(model: StepModel) -> None:
    tokens = draws(model, 5_000)
    wait = Counter(token[0] for token in tokens).most_common(1)[0][0]
    logits = (model.origin.logits[1] + model.tables[1][0][wait])[21:109].astype(float)
    weights = np.exp(logits - logits.max())
    weights[weights < MIN_P] = 0
    weights /= weights.sum()
    given_wait = Counter(token[1] for token in tokens if token[0] == wait)
    likeliest = int(weights.argmax()) + 21
    assert given_wait[likeliest] / given_wait.total() == pytest.approx(weights.max(), abs=0.04)


def test_temperature_zero_takes_the_likeliest(model: StepModel) -> None:
    assert len(set(draws(model, 50, temperature=0))) == 1
    assert draws(model, 1, temperature=0)[0][0] == int(model.origin.logits[0][:END].argmax())


def test_a_higher_temperature_draws_more_kinds_of_notes(model: StepModel) -> None:
    kinds = [len(set(draws(model, 500, temperature))) for temperature in (0.3, 1.0, 2.0)]
    assert kinds == sorted(kinds)
    assert kinds[0] < kinds[2]


def test_the_same_seed_draws_the_same_notes(model: StepModel) -> None:
    assert draws(model, 30) == draws(model, 30)


def test_end_is_drawn_only_where_it_may_be(model: StepModel) -> None:
    certain = Moment(
        model.origin.state, model.origin.key, (np.eye(WAIT.size, dtype=np.float32)[END] * 99, *model.origin.logits[1:])
    )
    rng = np.random.default_rng(0)
    assert draw(model, certain, None, Taste(), rng, Constraint(may_end=True))[0] == END
    assert draw(model, certain, None, Taste(), rng, Constraint(may_end=False))[0] != END


def test_notes_of_a_chord_rise_and_a_full_chord_is_left(model: StepModel) -> None:
    for above in (60, 107, 108):
        for token in draws(model, 400, temperature=2.0, constraint=Constraint(above=above)):
            assert token[0] > 0 or token[1] > above
            assert 21 <= token[1] <= 108


@pytest.mark.parametrize("temperature", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("imitate", [0.0, 0.3, 1.0])
def test_the_coldest_draw_is_nearly_always_the_likeliest_and_always_allowed(
    model: StepModel, temperature: float, imitate: float
) -> None:
    rng = np.random.default_rng(1)
    ring = ContextRing(model)
    for index in range(40):
        ring.feed(Note(12 * index, 6, 40 + 7 * index % 30, 80))
        taste = Taste(temperature, imitate)
        cold = draw(model, ring.head, ring.recall(ring.head.key), taste, rng, Constraint(lowest=50, highest=60))
        coldest = draw(
            model, ring.head, ring.recall(ring.head.key), Taste(0, imitate), rng, Constraint(lowest=50, highest=60)
        )
        assert 50 <= cold[1] <= 60
        assert cold[0] < END
        assert temperature > 0.001 or cold == coldest


def test_what_is_hardly_likely_is_never_drawn(model: StepModel) -> None:
    logits = np.full(PITCH.size, 0.0, np.float32)
    logits[70:90] = 5.0  # the others together have a share of 2.8 %, each less than MIN_P of the likeliest
    flat = (np.zeros_like(model.tables[1][0]),)
    even = replace(model, tables=(model.tables[0], flat, *model.tables[2:]))
    moment = Moment(model.origin.state, model.origin.key, (model.origin.logits[0], logits, *model.origin.logits[2:]))
    rng = np.random.default_rng(2)
    pitches = {draw(even, moment, None, Taste(), rng, Constraint())[1] for _ in range(2_000)}
    assert pitches == set(range(70, 90))


def test_a_given_wait_is_kept(model: StepModel) -> None:
    assert {token[0] for token in draws(model, 50, constraint=Constraint(wait=17))} == {17}


def test_velocity_is_drawn_only_by_a_model_that_learned_it(model: StepModel, loud_model: StepModel) -> None:
    assert {token[3] for token in draws(model, 50)} == {VELOCITY.unknown}
    assert all(0 <= token[3] < VELOCITY.size for token in draws(loud_model, 50))
    assert all(0 <= token[1] < PITCH.size and 0 <= token[2] < DURATION.size for token in draws(loud_model, 50))
