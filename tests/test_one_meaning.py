"""What a model is scored by is what the daemon plays by: the same probabilities, with and without imitation."""

from pathlib import Path

import numpy as np
import pytest

from exported.card import GRAPH
from midi.files import read_midi
from midi.tokens import encode_all
from realtime.model import load_model
from realtime.ring import ContextRing
from realtime.sampling import believed
from tests.tiny_model import build
from training.evaluate import evaluate
from training.stepper import Stepper

SEED = Path(__file__).parents[1] / "midi" / "seeds" / "phrase.mid"


@pytest.mark.parametrize("imitate", [0.0, 0.4])
def test_evaluation_and_the_daemon_believe_the_same(imitate: float, tmp_path: Path) -> None:
    folder = build(tmp_path / "tiny")
    model = load_model(folder, "cpu")
    notes = read_midi(SEED).notes
    tokens = list(encode_all(notes))
    ring, nats = ContextRing(model), np.zeros(3)
    for note, token in zip(notes, tokens, strict=True):
        memory = ring.recall(ring.head.key)
        for index, field in enumerate(model.fields):
            probabilities = memory.mix(believed(model, ring.head, index, token), index, field.name, imitate)
            memory.agree(index, token[index])
            nats[index] -= np.log(probabilities[token[index]])
        ring.feed(note)
    piece = np.array([token[:3] for token in tokens], np.int32)
    scored = evaluate(Stepper(folder / GRAPH, model.fields), [piece, piece[:5]], model.fields, imitate)
    alone = evaluate(Stepper(folder / GRAPH, model.fields), [piece], model.fields, imitate)
    assert alone.nats == pytest.approx(nats / len(notes), rel=1e-4)
    assert scored.nats != pytest.approx(alone.nats)


def test_imitation_helps_where_a_phrase_repeats(tmp_path: Path) -> None:
    folder = build(tmp_path / "tiny")
    stepper = Stepper(folder / GRAPH, load_model(folder, "cpu").fields)
    phrase = np.array([token[:3] for token in encode_all(read_midi(SEED).notes)], np.int32)
    four_times = np.concatenate([phrase] * 4)
    fields = load_model(folder, "cpu").fields
    assert evaluate(stepper, [four_times], fields, 0.4).total < evaluate(stepper, [four_times], fields).total - 0.5
