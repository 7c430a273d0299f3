"""Several musicians, one model: each is answered as if alone, and their steps are taken together."""

from collections.abc import Sequence

import numpy as np
import pytest

from exported.model_state import ModelState, Step
from exported.onnx_model import OnnxModel
from midi.message import NOTE_OFF, NOTE_ON
from midi.tokens import start
from realtime.improviser.batched_engines import DECISIONS, BatchedEngines
from realtime.improviser.engine import Engine
from realtime.messages import ListenFrom, Message, Played, Proposal
from realtime.settings import Settings
from tests.realtime.improviser.test_step_model import NumpyModel

MS = 1_000_000
S = 1_000 * MS
VOICES = 5
END_NS = 6 * S


def settings(count: int, **more: object) -> list[Settings]:
    return [Settings(bpm=120, rng_seed=voice, **more) for voice in range(count)]  # type: ignore[arg-type]


def phrase(voice: int) -> list[Played]:
    """Eight notes of this musician's, some together with the others'."""
    keys = [(index * 250 * MS + 7 * MS * (voice % 2), 55 + 3 * voice + index % 4) for index in range(8)]
    return [
        played
        for at_ns, pitch in keys
        for played in (Played(at_ns, NOTE_ON, pitch, 80), Played(at_ns + 200 * MS, NOTE_OFF, pitch, 0))
    ]


def notes(messages: Sequence[Message]) -> list[tuple[int, int, int]]:
    return [(one.onset, one.end, one.pitch) for one in messages if isinstance(one, Proposal)]


def said_alone(model: OnnxModel, voice: int, end_ns: int) -> list[Message]:
    engine, said, now = Engine(model, settings(VOICES)[voice]), list[Message](), 0
    engine.receive(ListenFrom(0))
    waiting = phrase(voice)
    while now < end_ns:
        while waiting and waiting[0].at_ns <= now:
            engine.receive(waiting.pop(0))
        said += engine.advance(now)
        wake_ns = engine.wake_ns
        nexts = [*(played.at_ns for played in waiting[:1]), *([] if wake_ns is None else [max(now, wake_ns)])]
        now = min(nexts, default=end_ns)
    return said


def test_each_plays_in_an_ensemble_what_it_plays_alone(model: OnnxModel) -> None:
    ensemble, said, now = (
        BatchedEngines([model] * VOICES, settings(VOICES)),
        [list[Message]() for _ in range(VOICES)],
        0,
    )
    waiting = sorted((played.at_ns, voice, played) for voice in range(VOICES) for played in phrase(voice))
    while now < END_NS:
        while waiting and waiting[0][0] <= now:
            _, voice, played = waiting.pop(0)
            ensemble.receive(voice, played)
        for voice, message in ensemble.advance(now):
            said[voice].append(message)
        now = round(min([*(at for at, _, _ in waiting[:1]), max(now, ensemble.wake_ns), END_NS]))
    for voice in range(VOICES):
        alone = notes(said_alone(model, voice, END_NS))
        assert len(alone) > 4
        assert notes(said[voice]) == alone


def test_the_steps_of_all_are_one(model: OnnxModel, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    together = OnnxModel.take

    def counted(self: OnnxModel, steps: Sequence[Step]) -> None:
        sizes.append(len(steps))
        together(self, steps)

    monkeypatch.setattr(OnnxModel, "take", counted)
    ensemble = BatchedEngines([model] * VOICES, settings(VOICES, mode="solo"))
    for voice in range(VOICES):
        ensemble.receive(voice, ListenFrom(0))
    for turn in range(200):
        before = len(sizes)
        list(ensemble.advance(turn * S // 4))
        assert len(sizes) == before + 1, "a step was taken alone"
    taken = [size for size in sizes if size]
    assert max(taken) == VOICES
    assert sum(taken) / len(taken) > 2


def test_each_plays_by_its_own_model(model: OnnxModel) -> None:
    other = NumpyModel(model.card)
    ensemble = BatchedEngines([model, other], settings(2, mode="solo"))
    for voice in range(2):
        ensemble.receive(voice, ListenFrom(0))
    proposed = {voice for turn in range(50) for voice, said in ensemble.advance(turn * S // 4) if said}
    assert proposed == {0, 1}
    assert other.steps > 0


def test_who_has_just_played_is_answered_before_those_who_play_on(model: OnnxModel) -> None:
    count, now = 3 * DECISIONS, 100 * S
    ensemble = BatchedEngines([model] * count, settings(count, mode="solo", lookahead=10_000))
    for voice in range(count):
        ensemble.receive(voice, ListenFrom(0))
    for _ in range(8):
        list(ensemble.advance(now))
    ensemble.receive(count - 1, Played(now, NOTE_ON, 60, 80))
    rounds = [said for _ in range(6) if (said := [voice for voice, _ in ensemble.advance(now)])]
    assert rounds[0] == [count - 1]
    assert len(rounds[1]) == DECISIONS


def test_the_leader_of_a_band_waits_for_no_other_part(model: OnnxModel, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    together = OnnxModel.take

    def counted(self: OnnxModel, steps: Sequence[Step]) -> None:
        sizes.append(len(steps))
        together(self, steps)

    monkeypatch.setattr(OnnxModel, "take", counted)
    parts = [Settings(bpm=120, mode="accompany", part=part) for part in ("lead", "bass", "comp")]
    band = BatchedEngines([model] * 3, parts)
    for voice in range(3):
        band.receive(voice, ListenFrom(0))
        band.receive(voice, Played(S, NOTE_ON, 60, 80))
    said = [voice for _ in range(40) for voice, _ in band.advance(S)]
    taken = [size for size in sizes if size]
    assert taken[0] == 1, "the leader's step, alone"
    assert max(taken) > 1, "then those of several, together"
    assert {1, 2} <= set(said)


def test_steps_taken_together_are_those_taken_alone(model: OnnxModel) -> None:
    rng, kept = np.random.default_rng(0), list[ModelState]()
    token = start(model.card.inputs)
    states = rng.normal(0, 0.3, (4, model.card.state_size)).astype(np.float32)
    before = states.copy()
    model.take([Step(token, state, kept.append) for state in states])
    for state, after in zip(states, kept, strict=True):
        np.testing.assert_allclose(after.row, model.after(token, state).row, atol=1e-5)
        assert np.shares_memory(after.row, after.key)
    np.testing.assert_array_equal(states, before)
    model.take([])
