"""The engine with a model that draws touch, deviation and pedal: what is proposed is what was drawn."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from exported.onnx_model import OnnxModel
from midi.notes import ANSWER, HUMAN, Note
from midi.tempo import Tempo
from midi.tokens import DEVIATION, PEDAL, STYLED_FIELDS
from midi.touch import deviation_ms
from realtime.improviser.dynamics import Dynamics
from realtime.improviser.engine import Engine
from realtime.improviser.learned_touch import DrawnScale
from realtime.improviser.plan import CHORD_MS
from realtime.messages import Proposal
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import performed

MS = 1_000_000
CHORDS = [Note(24 * at, 20, pitch, 70) for at in range(4) for pitch in (48, 55, 64)]
PHRASE = [Note(12 * at, 12, 60 + 2 * (at % 5), 50 + 5 * at) for at in range(8)]


def proposals(model: OnnxModel, phrase: Sequence[Note] = PHRASE, rng_seed: int = 0) -> list[tuple[Proposal, Note]]:
    """The proposals of an answer placed as learned, each with its note of the ring."""
    wild = Settings(bpm=120.0, temperature=2.0, bars=4, rng_seed=rng_seed, pedal=1.0, follow_placement=0.0)
    offline = Offline(Engine(model, wild))
    offline.perform(performed(phrase, Tempo.of(120)))
    answer = {(note.onset, note.pitch): note for note in offline.engine.ring.notes() if note.voice == ANSWER}
    return [(proposal, answer[proposal.onset, proposal.pitch]) for proposal in offline._proposals.values()]


def test_a_drawn_deviation_shifts_its_note_and_a_drawn_pedal_goes_with_it(styled_model: OnnxModel) -> None:
    played = proposals(styled_model)
    assert all(proposal.shift_ns == (note.deviation_ms or 0) * MS for proposal, note in played)
    assert all(proposal.pedal == note.pedal for proposal, note in played)
    assert {note.deviation_ms for _, note in played} <= {deviation_ms(at) for at in range(DEVIATION.size)}
    assert len({note.deviation_ms for _, note in played}) > 1
    assert {note.pedal for _, note in played} <= set(range(PEDAL.size))


def test_the_context_holds_the_deviation_that_was_played(styled_model: OnnxModel) -> None:
    offline = Offline(Engine(styled_model, Settings(bpm=120.0)))
    offline.perform(performed(PHRASE, Tempo.of(120)))
    ring = offline.engine.ring
    column = STYLED_FIELDS.index(DEVIATION)
    ids = {HUMAN: set[int](), ANSWER: set[int]()}
    for note in ring.notes():
        ids[note.voice].add(ring.vocabulary.encode([note], None)[column])
    assert ids[HUMAN] == {DEVIATION.unknown}, "nobody knows the beat of the human's notes"
    assert ids[ANSWER] <= set(range(DEVIATION.size))


def test_learned_velocities_come_out_around_the_humans_mean_as_far_apart() -> None:
    dynamics, scale, rng = (
        Dynamics.of([Note(6 * at, 6, 60, 50 + at % 2 * 20) for at in range(16)]),
        DrawnScale(),
        np.random.default_rng(0),
    )
    drawn = rng.normal(90, 6, 400).round().astype(int).tolist()
    velocities = [dynamics.learned_velocity(velocity, scale) for velocity in drawn][100:]
    assert abs(np.mean(velocities) - 60) < 4
    assert 0.8 < np.std(velocities) / 10 < 1.25
    assert np.corrcoef(velocities, drawn[100:])[0, 1] > 0.95, "the model's accents remain"


def test_at_follow_dynamics_zero_a_learned_velocity_stays_as_drawn() -> None:
    dynamics = Dynamics.of(PHRASE, follow=0.0)
    assert [dynamics.learned_velocity(velocity, DrawnScale()) for velocity in (20, 100)] == [20, 100]


def test_the_notes_of_a_chord_are_struck_within_a_class_of_its_first(styled_model: OnnxModel) -> None:
    first: dict[tuple[int, int], int] = {}
    spreads = []
    for rng_seed, note in [(at, note) for at in range(4) for _, note in proposals(styled_model, CHORDS, at)]:
        assert note.deviation_ms is not None
        spreads.append(abs(note.deviation_ms - first.setdefault((rng_seed, note.onset), note.deviation_ms)))
    assert max(spreads) == CHORD_MS


def test_touch_that_a_style_has_not_learned_is_neither_drawn_nor_heard(styled_model: OnnxModel) -> None:
    touch = {"jazz": ["velocity", "deviation"], "folk": []}
    model = replace(styled_model, card=replace(styled_model.card, corpus={"touch": touch}))
    for style, known in touch.items():
        offline = Offline(Engine(model, Settings(bpm=120.0, style=style)))
        offline.perform(performed(PHRASE, Tempo.of(120)))
        ring = offline.engine.ring
        tokens = [dict(zip(STYLED_FIELDS, ring.vocabulary.encode([note], None), strict=False)) for note in ring.notes()]
        unknown = {field.name for field in STYLED_FIELDS if all(token[field] == field.unknown for token in tokens)}
        assert unknown == {"velocity", "deviation", "pedal"} - set(known)
        assert all(note.pedal is None for note in ring.notes() if note.voice == ANSWER)
        assert {note.velocity is not None for note in ring.notes()} == {True}, "it is played as loud as the human"
