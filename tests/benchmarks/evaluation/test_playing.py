"""What is played to be measured: the same for the same seed, by the daemon's rules, and heard for what it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.evaluation import answering, counted, playing
from benchmarks.evaluation.ngram import Ngram
from benchmarks.evaluation.solo import Soloist
from exported.card import read_card
from exported.imitation import Imitation
from exported.onnx_model import load_model
from exported.sampling import SamplingOptions, draw
from midi.notes import ANSWER, HUMAN
from midi.tokens import CONTEXTS, END, Place
from realtime.improviser.ring import ContextRing
from tests.tiny_model import SCORE_FIELDS, build
from tests.training.music import melody, work
from training.encoding import tokens
from training.held_out import HeldOut
from training.pieces import Ints, Piece
from training.split import TEST
from training.stepper import Stepper

INPUTS = (*SCORE_FIELDS, *CONTEXTS)
NOTHING: Ints = np.zeros((0, len(INPUTS)), np.int32)
HOW = Imitation(20.0, (0.0, 0.2, 1.0, 1.0))
WORKS = tuple(work(f"{seed}.mid", melody(seed, 70)) for seed in range(8))


def soloist(folder: Path, imitate: float = 0.3, temperature: float = 0.9) -> Soloist:
    card = read_card(build(folder / "mine"))
    return Soloist(Stepper.of(folder / "mine", card), HOW, SamplingOptions(temperature, imitate))


def ngram() -> Ngram:
    return Ngram([tokens(one, SCORE_FIELDS) for one in WORKS[:6]], SCORE_FIELDS)


def on(runs: int = 2, notes: int = 40) -> playing.References:
    judged = HeldOut(WORKS[:6], WORKS[6:], TEST)
    return playing.references(judged, INPUTS, runs, notes, SamplingOptions(0.9, 0.3))


def in_order(ids: Ints, wait: int, pitch: int) -> bool:
    """Chords stand from the bottom up."""
    return bool(((ids[1:, wait] > 0) | (np.diff(ids[:, pitch]) > 0)).all())


def test_a_seed_is_a_performance(tmp_path: Path) -> None:
    player = soloist(tmp_path)
    one, again, other = (player.play(NOTHING, 40, seed) for seed in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_a_solo_is_the_answers_own_and_never_ends(tmp_path: Path) -> None:
    ids = soloist(tmp_path).play(NOTHING, 150, 3)
    assert ids.shape == (150, len(INPUTS))
    assert set(ids[:, 0].tolist()) == {ANSWER}
    assert ids[0, 1] == 0
    assert (ids[:, 1] < END).all()
    assert in_order(ids, 1, 2)
    assert ((ids[:, 2] >= 21) & (ids[:, 2] <= 108)).all()
    assert (ids[:, 4:] == [context.unknown for context in CONTEXTS]).all()


def test_an_answer_depends_on_its_phrase_and_imitation_on_the_past(tmp_path: Path) -> None:
    phrases = [tokens(one, INPUTS)[:20] for one in WORKS[:2]]
    one, other = (soloist(tmp_path).play(phrase, 30, 1) for phrase in phrases)
    assert len(one) == 30
    assert (one != other).any()
    plain = soloist(tmp_path, imitate=0.0).play(phrases[0], 30, 1)
    assert (plain != one).any()


def test_what_is_measured_is_what_the_daemon_plays(tmp_path: Path) -> None:
    measured = soloist(tmp_path, imitate=0.8).play(NOTHING, 60, 7)
    model, rng = load_model(tmp_path / "mine", "cpu"), np.random.default_rng(7)
    model.imitation = HOW
    ring = ContextRing(model)
    for row in measured.tolist():
        previous, last = ring.last_onset, ring.note(ring.end - 1) if len(ring) else None
        limits = ring.vocabulary.following(last, may_end=False) if last else ring.vocabulary.entering(0, previous)
        moment = ring.head
        ids = draw(
            model.heads, model.fields, moment.hidden, ring.recall(moment.key), SamplingOptions(0.9, 0.8), rng, limits
        )
        assert list(ids) == row[: len(ids)]
        for note in ring.vocabulary.decode(ids, previous or 0):
            ring.feed(note)


def test_each_note_is_told_its_place_in_the_bar(tmp_path: Path) -> None:
    def place_of(tick: int) -> Place:
        return 2, tick % 96

    phrase = tokens(replace(WORKS[0], bars=np.array([[0, 0, 2]], np.int32)), INPUTS)[:20]
    ids = soloist(tmp_path).play(phrase, 30, 1, place_of)
    onsets = phrase[:, 1].sum() + np.cumsum(ids[:, 1])  # short waits are their own ids
    assert ids[:, 5].tolist() == (onsets % 96).tolist()


def test_the_likeliest_notes_are_the_same_whatever_the_seed(tmp_path: Path) -> None:
    player = soloist(tmp_path, temperature=0.0)
    assert (player.play(NOTHING, 20, 1) == player.play(NOTHING, 20, 2)).all()


def test_the_ngram_plays_what_it_has_counted() -> None:
    phrases = [tokens(one, SCORE_FIELDS)[:20, 1:] for one in WORKS[6:]]
    options, steps = SamplingOptions(0.9), []
    one, other = counted.play(ngram(), phrases, 60, options, [4, 5], lambda: steps.append(1))
    assert one.shape == (60, 3)
    assert len(steps) == 60
    assert in_order(one, 0, 1)
    assert set(one[:, 2].tolist()) <= {11, 23}  # the melodies' quavers and crotchets
    again = counted.play(ngram(), phrases[1:], 60, options, [5], lambda: None)[0]
    assert (other == again).all()  # whoever plays beside it


def test_the_ngram_may_begin_from_nothing() -> None:
    (ids,) = counted.play(ngram(), [np.zeros((0, 3), np.int32)], 30, SamplingOptions(0.9), [0], lambda: None)
    assert ids[0, 0] == 0


def test_what_was_learned_by_heart_is_heard(tmp_path: Path) -> None:
    stage = on()
    stolen = playing._solos("thief", [stage.learned[0], stage.learned[1]], stage)
    assert stolen.shared == [70, 70]
    own = playing.solos("it", soloist(tmp_path), stage, lambda _: None)
    assert own.pieces == 2
    assert max(own.shared) < 40
    assert list(own.spread) == pytest.approx(np.percentile(own.shared, [50, 90, 100]).tolist())


def test_held_out_pieces_are_heard_one_by_one_and_in_stretches() -> None:
    one_by_one, together = playing.natural(on(notes=140))
    assert (one_by_one.pieces, together.pieces) == (2, 1)
    assert together.shared == [max(one_by_one.shared)]
    assert one_by_one.loops == 0


def test_references_are_what_they_say() -> None:
    asked = answering.phrases(WORKS, INPUTS, 5)
    assert len(asked) == 5
    continuation, echo, chance = answering.references(asked, [asked[0].continuation])
    assert chance.in_scale == 1.0
    assert echo.likeness > chance.likeness
    assert 0 < continuation.in_scale < 1
    assert continuation.shared[1] == len(asked[0].continuation), "what was learned is borrowed whole"
    assert answering.phrases(WORKS, INPUTS, 5)[0].ids.tolist() == asked[0].ids.tolist()


def test_phrases_are_the_humans_and_know_their_bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = work("late", melody(3, 70))
    late.notes[:, 0] += 120
    barred = Piece(late.name, "", late.notes, np.array([[96, 0, 2]], np.int32))
    (asked,) = answering.phrases([barred], INPUTS, 1)
    assert [asked.place_of(tick) for tick in (0, 72)] == [(2, 24), (2, 0)]
    assert asked.ids[0, 4:].tolist() == [2, 24]
    seen: list[Ints] = []

    def play(self: Soloist, phrase: Ints, *_: object) -> Ints:
        seen.append(phrase)
        return phrase

    monkeypatch.setattr(Soloist, "play", play)
    answering.answers("it", soloist(tmp_path), [asked], [], lambda _: None)
    assert set(seen[0][:, 0].tolist()) == {HUMAN}
