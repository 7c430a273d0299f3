"""Drawing: in proportion to what the model believes, within what is allowed, the same for the same seed."""

from collections import Counter

import numpy as np
import pytest

from exported.card import conditions
from exported.heads import Floats, Head, heads_of
from exported.imitation import Imitation, Memory, unit
from exported.sampling import MIN_P, Bias, Constraint, SamplingOptions, draw
from midi.notes import ANSWER, HUMAN
from midi.tokens import (
    CONTEXTS,
    DEVIATION,
    END,
    FIELDS,
    NOWHERE,
    PITCH,
    STYLED_CONTEXTS,
    STYLED_FIELDS,
    VOICE,
    WAIT,
    Field,
    Place,
    Token,
)
from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP

WIDTH = 6
SCORE = FIELDS[:4]
NAMES = [field.name for field in FIELDS]
V, W, P, D = range(4)
"""The columns of a token of SCORE."""


def model(fields: tuple[Field, ...], given: tuple[Field, ...] = CONTEXTS) -> tuple[tuple[Head, ...], list[Floats]]:
    """Heads of random weights, and a moment's hidden rows."""
    rng = np.random.default_rng(3)

    def random(*shape: int) -> Floats:
        return rng.normal(0, 1, shape).astype(np.float32)

    constants = {
        f"{later.name}_given_{told.name}": random(told.input_size if told in given else told.size, WIDTH)
        for later, told in conditions(fields, given)
    }
    for field in fields:
        constants |= {f"{field.name}_weights": random(WIDTH, field.size), f"{field.name}_bias": random(field.size)}
    return heads_of(fields, given, constants), [random(WIDTH) for _ in fields]


HEADS, HIDDEN = model(SCORE)


def draws(
    count: int, temperature: float = 1.0, constraint: Constraint | None = None, bias: Bias | None = None
) -> list[Token]:
    rng = np.random.default_rng(5)
    options, constraint = SamplingOptions(temperature), constraint or Constraint()
    return [draw(HEADS, SCORE, HIDDEN, None, options, rng, constraint, bias) for _ in range(count)]


def kept(probabilities: Floats) -> Floats:
    """What is drawn from, once the unlikely is left out."""
    weights = np.where(probabilities < MIN_P * probabilities.max(), 0, probabilities)
    result: Floats = weights / weights.sum()
    return result


def test_the_first_field_is_drawn_as_often_as_it_is_likely() -> None:
    counts = Counter(token[V] for token in draws(10_000))
    for voice, likely in enumerate(kept(HEADS[V].probabilities(HIDDEN[V], ()))):
        assert counts[voice] / 10_000 == pytest.approx(likely, abs=0.02)


def test_a_later_field_is_drawn_knowing_the_earlier_ones_and_the_place() -> None:
    place = (2, 36)
    tokens = draws(8_000, constraint=Constraint(ANSWER, place_after=lambda _: place))
    wait = Counter(token[W] for token in tokens).most_common(1)[0][0]
    pitches = Counter(token[P] for token in tokens if token[W] == wait)
    there, nowhere = (
        kept(HEADS[P].probabilities(HIDDEN[P], (ANSWER, wait, 0, 0, *at))[21:109]) for at in (place, NOWHERE)
    )
    drawn = np.array([pitches[pitch] for pitch in range(21, 109)]) / pitches.total()
    assert abs(drawn - there).sum() < 0.3 < abs(drawn - nowhere).sum()


def test_the_place_is_asked_for_once_the_wait_is_known() -> None:
    asked: list[int] = []

    def place_after(wait: int) -> Place:
        asked.append(wait)
        return NOWHERE

    tokens = draws(20, constraint=Constraint(place_after=place_after))
    assert asked == [token[W] for token in tokens]


def test_temperature_zero_takes_the_likeliest() -> None:
    assert len(set(draws(50, temperature=0))) == 1
    assert draws(1, temperature=0)[0][V] == int(HEADS[V].logits(HIDDEN[V], ()).argmax())


def test_a_higher_temperature_draws_more_kinds_of_notes() -> None:
    kinds = [len(set(draws(500, temperature))) for temperature in (0.1, 0.5, 2.0)]
    assert kinds == sorted(kinds)
    assert kinds[0] < kinds[2]


def test_the_same_seed_draws_the_same_notes() -> None:
    assert draws(30) == draws(30)


def test_a_note_takes_one_random_number_a_field_whatever_is_drawn() -> None:
    for constraint in (Constraint(), Constraint(ANSWER, 0), Constraint(may_end=True)):
        rng, other = np.random.default_rng(1), np.random.default_rng(1)
        draw(HEADS, SCORE, HIDDEN, None, SamplingOptions(), rng, constraint)
        other.random(len(SCORE))
        assert rng.random() == other.random()


def mask(*pitches: int) -> Floats:
    allowed = np.zeros(PITCH.size, np.float32)
    allowed[list(pitches)] = 1
    return allowed


def test_only_pitches_of_a_mask_are_drawn() -> None:
    pitches = (48, 50, 53, 67)
    assert {token[P] for token in draws(300, 2.0, Constraint(pitches=mask(*pitches)))} == set(pitches)


def test_a_chord_goes_on_within_a_mask_up_to_its_highest() -> None:
    masked = mask(48, 50, 53)
    assert {token[P] for token in draws(50, 2.0, Constraint(ANSWER, 0, above=50, pitches=masked))} == {53}
    assert {token[P] for token in draws(50, 2.0, Constraint(ANSWER, 0, above=53, pitches=masked))} == {53}


def test_a_masked_pitch_is_drawn_though_the_model_gives_it_no_chance() -> None:
    weights, bias = np.zeros((WIDTH, PITCH.size), np.float32), np.full(PITCH.size, -1e9, np.float32)
    bias[60] = 0
    heads = [*HEADS[:P], Head(HEADS[P].columns, HEADS[P].tables, weights, bias), *HEADS[P + 1 :]]
    constraint = Constraint(pitches=mask(40, 61, 70))
    token = draw(heads, SCORE, HIDDEN, None, SamplingOptions(), np.random.default_rng(0), constraint)
    assert token[P] in (40, 61, 70)


def test_a_mask_of_every_pitch_of_the_range_draws_as_the_range_does() -> None:
    assert draws(100, constraint=Constraint(pitches=mask(*range(21, 109)))) == draws(100)


def test_a_mask_that_allows_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="allows no pitch"):
        Constraint(pitches=mask())


def test_end_is_drawn_only_where_it_may_be_and_nothing_after_it() -> None:
    weights, bias = np.zeros((WIDTH, WAIT.size), np.float32), np.eye(WAIT.size, dtype=np.float32)[END] * 99
    certain = [HEADS[V], Head(HEADS[W].columns, HEADS[W].tables, weights, bias), *HEADS[2:]]

    def drawn(constraint: Constraint) -> int:
        return draw(certain, SCORE, HIDDEN, None, SamplingOptions(), np.random.default_rng(0), constraint)[W]

    def no_place(_: int) -> tuple[int, int]:
        raise AssertionError("a note that is not there has no place")

    assert drawn(Constraint(may_end=True, place_after=no_place)) == END
    assert drawn(Constraint(may_end=False)) != END


@pytest.mark.parametrize("above", [60, 107, 108])
def test_notes_of_a_chord_rise_and_a_full_chord_is_left(above: int) -> None:
    tokens = draws(400, temperature=2.0, constraint=Constraint(above=above))
    assert all(token[W] > 0 or token[P] > above for token in tokens)
    assert all(21 <= token[P] <= 108 for token in tokens)


@pytest.mark.parametrize("voice", [None, ANSWER])
def test_no_wait_shorter_than_the_earliest_is_drawn(voice: int | None) -> None:
    """Also where the voice is drawn, as in accompanying: whose note is next does not depend on it."""
    drawn = [token[W] for token in draws(400, 2.0, Constraint(voice, earliest=30))]
    assert 30 <= min(drawn) <= max(drawn) < END
    assert min(token[W] for token in draws(400, 2.0)) < 30


def test_a_piece_may_end_however_late_the_next_note_must_be_but_only_where_it_may() -> None:
    assert {token[W] for token in draws(200, 2.0, Constraint(earliest=END - 1, may_end=True))} == {END - 1, END}
    assert {token[W] for token in draws(50, 2.0, Constraint(earliest=END - 1))} == {END - 1}


def test_a_note_that_must_come_later_than_the_longest_wait_comes_after_the_longest() -> None:
    assert {token[W] for token in draws(50, 2.0, Constraint(earliest=END + 40))} == {END - 1}


@pytest.mark.parametrize("wait", [0, 1])
def test_a_note_is_above_the_last_only_at_the_same_onset(wait: int) -> None:
    lowest = min(token[P] for token in draws(400, 2.0, Constraint(ANSWER, wait, above=90)))
    assert (lowest > 90) == (wait == 0)


def test_a_full_chord_that_must_go_on_repeats_its_highest_pitch() -> None:
    assert {token[P] for token in draws(50, 2.0, Constraint(ANSWER, 0, above=100, highest=100))} == {100}


@pytest.mark.parametrize("bias", [Bias([None] * 4), Bias([np.ones(field.size, np.float32) for field in SCORE])])
def test_leaning_nowhere_changes_nothing(bias: Bias) -> None:
    assert draws(50, 0.8, bias=bias) == draws(50, 0.8)


def test_what_is_leaned_to_is_drawn_in_proportion_and_the_other_fields_stay() -> None:
    constraint = Constraint(ANSWER, 7)
    black = np.where(np.isin(np.arange(PITCH.size) % 12, (1, 3, 6, 8, 10)), np.float32(3), np.float32(1))
    likely = HEADS[P].probabilities(HIDDEN[P], (ANSWER, 7, 0, 0, *NOWHERE))
    wanted = kept((likely * black)[21:109])
    drawn = Counter(token[P] for token in draws(10_000, 1.0, constraint, Bias([None, None, black, None])))
    found = np.array([drawn[pitch] / 10_000 for pitch in range(21, 109)])
    plain = kept(likely[21:109])
    assert abs(found - wanted).sum() < 0.15 < abs(found - plain).sum()


def test_leaning_comes_before_temperature() -> None:
    """Twice as likely at temperature 1 is four times as likely at 1/2."""
    likely = HEADS[V].probabilities(HIDDEN[V], ())
    factors = np.ones(VOICE.size, np.float32)
    factors[ANSWER] = 2 * likely[HUMAN] / likely[ANSWER]
    drawn = Counter(token[V] for token in draws(5_000, 0.5, None, Bias([factors, None, None, None])))
    assert drawn[ANSWER] / drawn[HUMAN] == pytest.approx(4, rel=0.15)


@pytest.mark.parametrize("voice", [HUMAN, ANSWER])
def test_a_given_voice_and_a_given_wait_are_kept(voice: int) -> None:
    assert {token[:2] for token in draws(50, constraint=Constraint(voice, 17))} == {(voice, 17)}


def test_a_voice_that_is_not_given_is_drawn() -> None:
    assert {token[V] for token in draws(200, temperature=2.0)} == {HUMAN, ANSWER}


@pytest.mark.parametrize("imitate", [0.0, 0.3, 1.0])
def test_the_coldest_draw_is_the_likeliest_and_always_allowed(imitate: float) -> None:
    rng = np.random.default_rng(1)
    keys = unit(rng.normal(size=(40, 8)).astype(np.float32))
    tokens = np.stack([rng.integers(0, field.size, 40) for field in SCORE], axis=1).astype(np.int32)
    for key in keys:
        cold, coldest = (
            draw(
                HEADS,
                SCORE,
                HIDDEN,
                Memory.recall(key, keys, tokens, Imitation(40.0, (0, 0.2, 1, 1))),
                SamplingOptions(temperature, imitate),
                rng,
                Constraint(lowest=50, highest=60),
            )
            for temperature in (0.001, 0)
        )
        assert cold == coldest
        assert 50 <= cold[P] <= 60
        assert cold[W] < END


def test_what_is_remembered_is_drawn_more_often() -> None:
    key = np.ones(4, np.float32)
    tokens = np.array([[HUMAN, 12, 77, 5]], np.int32)

    def share(imitate: float) -> float:
        rng = np.random.default_rng(0)
        how = Imitation(40.0, (0.0, 1.0, 1.0, 1.0))
        constraint = Constraint(ANSWER)
        drawn = [
            draw(
                HEADS,
                SCORE,
                HIDDEN,
                Memory.recall(key, unit(key[None]), tokens, how),
                SamplingOptions(1, imitate),
                rng,
                constraint,
            )
            for _ in range(300)
        ]
        return sum(token == (ANSWER, 12, 77, 5) for token in drawn) / len(drawn)

    assert share(0) < 0.05
    assert share(0.9) > 0.7, "a human's note is taken up in the answer's voice"


def test_what_is_hardly_likely_is_never_drawn() -> None:
    bias = np.zeros(PITCH.size, np.float32)
    bias[70:90] = 5.0  # the others together have a share of 2.8 %, each less than MIN_P of the likeliest
    even = Head((), (), np.zeros((WIDTH, PITCH.size), np.float32), bias)
    rng = np.random.default_rng(2)
    heads = [*HEADS[:P], even, *HEADS[P + 1 :]]
    pitches = {draw(heads, SCORE, HIDDEN, None, SamplingOptions(), rng, Constraint())[P] for _ in range(2_000)}
    assert pitches == set(range(70, 90))


@pytest.mark.parametrize(
    ("fields", "given"),
    [(FIELDS, CONTEXTS), (FIELDS[1:4], ()), (FIELDS[1:], CONTEXTS), (SCORE, ()), ((Field("sound", 9),), ())],
    ids=["all", "no voice, no place, no dynamics", "no voice", "no place", "one field"],
)
def test_whatever_fields_a_model_has_are_drawn(fields: tuple[Field, ...], given: tuple[Field, ...]) -> None:
    heads, hidden = model(fields, given)
    rng = np.random.default_rng(4)
    for _ in range(50):
        token = draw(heads, fields, hidden, None, SamplingOptions(), rng, Constraint(ANSWER))
        assert len(token) == len(fields)
        assert all(0 <= chosen < field.size for chosen, field in zip(token, fields, strict=True))
        assert token[0] == ANSWER or VOICE not in fields


@pytest.mark.parametrize("pedal", [PEDAL_UP, PEDAL_HELD, PEDAL_ANEW])
def test_a_field_that_is_not_learned_is_unknown_and_narrows_no_memory(pedal: int) -> None:
    heads, hidden = model(STYLED_FIELDS, STYLED_CONTEXTS)
    remembered = (ANSWER, 12, 60, 11, 20, 3, pedal)
    how = (0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    tokens = [
        draw(
            heads,
            STYLED_FIELDS,
            hidden,
            Memory([(1.0, remembered)], how),
            SamplingOptions(0.0, 1.0),
            np.random.default_rng(seed),
            Constraint(ANSWER, unlearned=frozenset({"deviation"})),
        )
        for seed in range(5)
    ]
    assert set(tokens) == {(*remembered[:5], DEVIATION.unknown, pedal)}
