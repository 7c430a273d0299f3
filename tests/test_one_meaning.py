"""What a model is scored by is what the daemon plays by: the same probabilities, with and without imitation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from exported import sampling
from exported.card import read_card
from exported.heads import Floats
from exported.onnx_model import load_model
from exported.sampling import Constraint, SamplingOptions, draw, nowhere
from midi.files import read_midi
from midi.meter import Bar, meter_of, place
from midi.notes import Note
from midi.tokens import CONTEXTS, FIELDS, NOWHERE, Field, Place, encode
from realtime.improviser.ring import ContextRing
from realtime.improviser.vocabulary import PlaceOf
from tests.tiny_model import SCORE_FIELDS, build
from training.evaluate import evaluate
from training.pieces import Ints
from training.stepper import Stepper

SEED = Path(__file__).parents[1] / "midi" / "seeds" / "phrase.mid"
BARS = (Bar(0, 24, meter_of(3, 4)),)


def in_bars(tick: int) -> Place:
    return place(BARS, tick) or NOWHERE


def always(at: Place) -> Callable[[int], Place]:
    return lambda _: at


def tokens_of(notes: Sequence[Note], inputs: Sequence[Field], place_of: PlaceOf = nowhere) -> Ints:
    previous: list[int | None] = [None, *(note.onset for note in notes)]
    told = [encode(note, before, inputs, place_of(note.onset)) for note, before in zip(notes, previous, strict=False)]
    return np.array(told, np.int32)


imitating_or_not = pytest.mark.parametrize("imitate", [0.0, 0.4])
models = pytest.mark.parametrize(
    ("fields", "given", "place_of"),
    [(SCORE_FIELDS, CONTEXTS, in_bars), (SCORE_FIELDS, CONTEXTS, nowhere), (FIELDS[1:], (), nowhere)],
    ids=["bars known", "bars unknown", "dynamics, and neither bars nor voices"],
)


@imitating_or_not
@models
def test_evaluation_and_the_daemon_believe_the_same(
    imitate: float, fields: tuple[Field, ...], given: tuple[Field, ...], place_of: PlaceOf, tmp_path: Path
) -> None:
    folder = build(tmp_path / "tiny", fields, given)
    model = load_model(folder, "cpu")
    notes = read_midi(SEED).notes
    piece = tokens_of(notes, model.card.inputs, place_of)
    ring, nats = ContextRing(model, place_of=place_of), np.zeros(len(model.fields))
    for note, token in zip(notes, piece.tolist(), strict=True):
        memory = ring.recall(ring.head.key)
        for index, head in enumerate(model.heads):
            believed = head.probabilities(ring.head.hidden[index], token)
            nats[index] -= np.log(memory.mix(believed, index, imitate)[token[index]])
            memory.agree(index, token[index])
        ring.feed(note)
    stepper = Stepper.of(folder, model.card)
    scored = evaluate(stepper, [piece, piece[:5]], imitate, model.imitation)
    alone = evaluate(stepper, [piece], imitate, model.imitation)
    assert alone.nats == pytest.approx(nats / len(notes), rel=1e-4)
    assert scored.nats != pytest.approx(alone.nats)


@imitating_or_not
@models
def test_what_is_drawn_is_what_is_scored(
    imitate: float,
    fields: tuple[Field, ...],
    given: tuple[Field, ...],
    place_of: PlaceOf,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Drawing is led through a piece that repeats: the odds of each choice are those that the evaluation has for it."""
    folder = build(tmp_path / "tiny", fields, given)
    model, phrase = load_model(folder, "cpu"), read_midi(SEED).notes
    bars = 2 * 96
    notes = [replace(note, onset=note.onset + turn * bars) for turn in range(2) for note in phrase]
    piece = tokens_of(notes, model.card.inputs, place_of)
    odds: list[float] = []
    choices: Iterator[int] = iter(())

    def lead(likely: Floats, temperature: float, random: float) -> int:
        chosen = next(choices)
        odds.append(float(likely[chosen] / likely.sum()))
        return chosen

    monkeypatch.setattr(sampling, "_pick", lead)
    ring = ContextRing(model, place_of=place_of)
    for note, token in zip(notes, piece.tolist(), strict=True):
        choices = iter(token)
        whatever = Constraint(may_end=True, lowest=0, highest=127, place_after=always(place_of(note.onset)))
        memory = ring.recall(ring.head.key)
        rng = np.random.default_rng(0)
        drawn = draw(model.heads, model.fields, ring.head.hidden, memory, SamplingOptions(1.0, imitate), rng, whatever)
        assert drawn == tuple(token[: len(fields)])
        ring.feed(note)
    scored = evaluate(Stepper.of(folder, model.card), [piece], imitate, model.imitation)
    by_field = -np.log(odds).reshape(len(notes), len(fields)).mean(axis=0)
    assert by_field == pytest.approx(scored.nats, rel=1e-4)


def test_where_the_bars_are_is_part_of_what_is_believed(tmp_path: Path) -> None:
    folder = build(tmp_path / "tiny")
    stepper = Stepper.of(folder, read_card(folder))
    notes = read_midi(SEED).notes
    told, untold = (tokens_of(notes, stepper.inputs, place_of) for place_of in (in_bars, nowhere))
    assert evaluate(stepper, [told]).total != pytest.approx(evaluate(stepper, [untold]).total, rel=1e-3)


def test_imitation_helps_where_a_phrase_repeats(tmp_path: Path) -> None:
    folder = build(tmp_path / "tiny")
    stepper = Stepper.of(folder, read_card(folder))
    four_times = np.tile(tokens_of(read_midi(SEED).notes, stepper.inputs), (4, 1))
    assert evaluate(stepper, [four_times], 0.4).total < evaluate(stepper, [four_times]).total - 0.5
