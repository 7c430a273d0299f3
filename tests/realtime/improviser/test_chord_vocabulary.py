"""A model of names in the engine: a chord is one step, however its notes come; an answer is spelled out in notes."""

from itertools import groupby, pairwise, permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exported.card import SOUND
from exported.imitation import RECENT
from exported.model_state import ModelState
from exported.onnx_model import OnnxModel, load_model
from midi.errors import ModelError
from midi.message import NOTE_ON
from midi.names import PITCH_NAMES, name_of, pitches_of
from midi.notes import HUMAN, TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from midi.tokens import Field, start
from realtime.improviser.engine import Engine
from realtime.improviser.ring import ContextRing, place_in_order
from realtime.improviser.vocabulary import ChordVocabulary
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import performed
from tests.examples import examples
from tests.tiny_model import build

TEMPO = Tempo.of(120)
NAMES = sorted({*PITCH_NAMES[58:70], *(name_of(pitches) for pitches in product((0, 1, 2), (4, 5), (7, 8, 9)))})
C, CHORD = "C4", "0.4.7"
PHRASE = [Note(24 * i, 20, pitch, 70, voice=HUMAN) for i in range(4) for pitch in ((48, 55, 64) if i % 2 else (60,))]


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> OnnxModel:
    folder = tmp_path_factory.mktemp("models") / "named"
    return load_model(build(folder, (Field(SOUND, len(NAMES)),), (), sounds=NAMES), "cpu")


def state_after(model: OnnxModel, *ids: int) -> ModelState:
    """The state after these ids, taken in one after the other from the beginning."""
    state = model.after(start(model.fields), np.zeros(model.card.state_size, np.float32))
    for one in ids:
        state = model.after((one,), state.state)
    return state


def struck(onset: int, *pitches: int) -> list[Note]:
    return [Note(onset, 12, pitch) for pitch in pitches]


def fed(model: OnnxModel, notes: list[Note], capacity: int = 64) -> ContextRing:
    ring = ContextRing(model, capacity)
    for note in notes:
        ring.feed(note)
        ring.catch_up()
    return ring


def test_a_single_note_steps_with_its_name(named: OnnxModel) -> None:
    ring = fed(named, [*struck(0, 60), *struck(12, 62)])
    assert np.array_equal(ring.head.state, state_after(named, NAMES.index(C), NAMES.index("D4")).state)


def test_a_chord_is_one_step_though_its_notes_come_one_by_one(named: OnnxModel) -> None:
    wanted = state_after(named, NAMES.index(C), NAMES.index(CHORD), NAMES.index(C))
    for order in permutations((48, 52, 67)):
        ring = fed(named, struck(0, 60))
        for pitch in order:
            place_in_order(ring, Note(12, 12, pitch))
            ring.catch_up()
        ring.feed(Note(24, 12, 60))
        assert np.array_equal(ring.head.state, wanted.state)


def test_a_chord_without_a_name_is_unknown(named: OnnxModel) -> None:
    ring = fed(named, struck(0, 60, 61, 62))
    assert np.array_equal(ring.head.state, state_after(named, named.fields[0].unknown).state)


def test_a_chord_of_which_a_note_is_taken_back_is_what_remains(named: OnnxModel) -> None:
    ring = fed(named, struck(0, 60, 64, 67))
    ring.rewind(1)
    assert np.array_equal(ring.head.state, state_after(named, NAMES.index(C)).state)


def test_each_name_is_remembered_once_after_the_state_before_it(named: OnnxModel) -> None:
    notes = [note for i in range(5) for note in (*struck(24 * i, 60), *struck(24 * i + 12, 60, 64, 67))]
    memory = fed(named, notes).recall(state_after(named, NAMES.index(C)).key)
    slots = [NAMES.index(C), None, None, NAMES.index(CHORD)] * 5
    said = slots[1 : len(slots) - RECENT]
    heard = [(weight, name) for weight, (name,) in memory.voters if name < len(NAMES)]
    assert [name for _, name in heard] == [name for name in said if name is not None]
    assert next(weight for weight, name in heard if name == NAMES.index(CHORD)) == pytest.approx(1)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("fira"), st.integers(0, 3), st.integers(48, 70)), max_size=25))
def test_the_head_is_that_of_the_notes_the_ring_holds(named: OnnxModel, changes: list[tuple[str, int, int]]) -> None:
    ring, onset = ContextRing(named, 64), 0
    for change, steps, pitch in changes:
        if change == "f" or len(ring) < 3:
            onset += 12 * steps
            ring.feed(Note(onset, 12, pitch))
        elif change == "i":
            position = ring.end - min(steps, 2)
            ring.rewrite(position, [Note(ring.note(position - 1).onset, 12, pitch), *ring.notes(position)])
        elif change == "r":
            ring.rewind(ring.end - min(steps, 2))
            onset = ring.last_onset or 0
        else:
            position = ring.end - 1 - min(steps, 2)
            ring.rewrite(position, list(ring.notes(position)))
        if steps % 2:
            ring.catch_up()
    fresh = fed(named, list(ring.notes()))
    assert np.array_equal(ring.head.state, fresh.head.state)
    remembered, anew = ([token for _, token in one.recall(one.head.key).voters] for one in (ring, fresh))
    assert remembered == anew


def answered(model: OnnxModel, human: list[Note], until_ns: int | None = None) -> Offline:
    offline = Offline(Engine(model, Settings(bpm=120, bars=2)))
    offline.perform(performed(human, TEMPO), until_ns)
    return offline


def test_an_answer_is_names_spelled_out_in_half_beats(named: OnnxModel) -> None:
    notes = answered(named, PHRASE).answered()
    assert len(notes) > 8
    onsets = [onset for onset, _ in groupby(notes, key=lambda note: note.onset)]
    assert {later - earlier for earlier, later in pairwise(onsets)} == {TICKS_PER_BEAT // 2}
    half, shorter = TICKS_PER_BEAT // 2, TICKS_PER_BEAT // 2 - 1  # where the same key is struck again
    assert {note.duration for note in notes} in ({half}, {half, shorter})
    spelled = {pitches_of(name) for name in NAMES}
    for _, together in groupby(notes, key=lambda note: note.onset):
        assert tuple(note.pitch for note in together) in spelled
    assert any(len(list(together)) > 1 for _, together in groupby(notes, key=lambda note: note.onset))


def test_its_chords_keep_to_the_polyphony_and_the_range(named: OnnxModel) -> None:
    for limits in (Settings(bpm=120, bars=8, polyphony=1), Settings(bpm=120, bars=8, lowest=60)):
        offline = Offline(Engine(named, limits))
        offline.perform(performed(PHRASE, TEMPO))
        notes = offline.answered()
        assert len(notes) > 8
        stacks = [len(list(chord)) for _, chord in groupby(notes, key=lambda note: note.onset)]
        assert max(stacks) <= (limits.polyphony or max(map(len, map(pitches_of, NAMES))))
        assert min(note.pitch for note in notes) >= (limits.lowest or 0)


def test_where_no_name_fits_the_smallest_are_left(named: OnnxModel) -> None:
    vocabulary = ChordVocabulary.of(named.card)
    sounds = vocabulary.entering(0, None, (0, 1), 1).sounds
    assert sounds is not None
    assert {len(vocabulary.played[name]) for name in sounds.nonzero()[0]} == {min(map(len, vocabulary.played))}


def test_what_was_sent_is_in_the_ring_as_if_it_had_been_fed(named: OnnxModel) -> None:
    engine = answered(named, PHRASE).engine
    notes = list(engine.ring.notes())
    assert len(notes) > len(PHRASE) + 8
    assert np.array_equal(engine.ring.head.state, fed(named, notes).head.state)


def test_an_answer_may_be_interrupted_in_the_middle_of_a_chord(named: OnnxModel) -> None:
    first = answered(named, PHRASE)
    for message in [m for m in first.sent if m.data[0] & 0xF0 == NOTE_ON][:12]:
        interrupting = TEMPO.tick_at(message.at_ns)
        human = [*PHRASE, Note(interrupting, 12, 59, 80, voice=HUMAN)]
        engine = answered(named, human, message.at_ns + 1).engine
        assert np.array_equal(engine.ring.head.state, fed(named, list(engine.ring.notes())).head.state)


def test_a_card_that_names_a_sound_that_is_none_is_refused(tmp_path: Path) -> None:
    folder = build(tmp_path / "odd", (Field(SOUND, len(NAMES) + 1),), (), sounds=[*NAMES, "H4"])
    with pytest.raises(ModelError, match=r"'H4' is no note such as E-4, nor a chord such as 0\.4\.7"):
        ContextRing(load_model(folder, "cpu"))
