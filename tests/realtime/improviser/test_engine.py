"""The engine on a clock that jumps: when it answers, what it forgets, and that its context is what really happened."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exported.onnx_model import OnnxModel
from midi.message import NOTE_OFF, NOTE_ON
from midi.meter import METERS, Bar
from midi.notes import ANSWER, HUMAN, TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from midi.tokens import NOWHERE, encode
from realtime.improviser.engine import Engine
from realtime.improviser.ring import ContextRing
from realtime.messages import (
    AnswerEnd,
    Cancelled,
    Dropped,
    HistoryNote,
    ListenFrom,
    Message,
    Played,
    Proposal,
    Sent,
    TransportState,
)
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import Timed, performed
from tests.examples import examples
from tests.realtime.session.parts import part_of

MS = 1_000_000
BEAT_NS = 500 * MS  # at 120 bpm
TEMPO = Tempo.of(120)
PHRASE = [Note(12 * i, 12, 60 + 2 * (i % 5), 50 + 5 * i) for i in range(8)]
CHORDS = [Note(24 * i, 20, pitch, 70) for i in range(4) for pitch in (48, 55, 64)]


def shifted(messages: list[Timed], ns: int) -> list[Timed]:
    return [Timed(message.at_ns + ns, message.data) for message in messages]


def perform(model: OnnxModel, human: list[Timed], until_ns: int | None = None, **chosen: object) -> Offline:
    offline = Offline(Engine(model, Settings(**{"bpm": 120.0} | chosen)))  # type: ignore[arg-type]
    offline.perform(human, until_ns)
    return offline


def note_ons(messages: list[Timed]) -> list[Timed]:
    return [message for message in messages if message.data[0] & 0xF0 == NOTE_ON]


def assert_every_on_has_its_off(messages: list[Timed]) -> None:
    down: Counter[tuple[int, int]] = Counter()
    for _, (status, pitch, _) in messages:
        down[status & 0x0F, pitch] += 1 if status & 0xF0 == NOTE_ON else -1
        assert down[status & 0x0F, pitch] in (0, 1)
    assert not +down


def refed(model: OnnxModel, ring: ContextRing) -> ContextRing:
    """The ring as it would be if it had only ever been fed the notes it now holds."""
    fresh = ContextRing(model)
    for note in ring.notes():
        fresh.feed(note)
    return fresh


def test_it_answers_after_the_phrase_and_only_after_it(model: OnnxModel) -> None:
    offline = perform(model, performed(PHRASE, TEMPO))
    ends_ns = TEMPO.ns_at(PHRASE[-1].end)
    assert len(note_ons(offline.sent)) >= 3
    assert min(message.at_ns for message in offline.sent) > ends_ns
    assert offline.part.answer.count == 1
    assert_every_on_has_its_off(offline.sent)


def test_the_answer_enters_on_a_beat_and_stays_on_the_grid(model: OnnxModel) -> None:
    late = 137 * MS
    offline = perform(model, shifted(performed(PHRASE, TEMPO), late))
    first_tick = TEMPO.tick_at(late)
    ticks = [TEMPO.tick_at(message.at_ns) for message in note_ons(offline.sent)]
    assert (ticks[0] - first_tick) % TICKS_PER_BEAT == 0
    assert all(message.at_ns == TEMPO.ns_at(tick) for message, tick in zip(note_ons(offline.sent), ticks, strict=True))


def test_silence_is_not_answered(model: OnnxModel) -> None:
    assert perform(model, [], until_ns=3_600 * 1_000 * MS).sent == []


@pytest.mark.parametrize("bars", [1, 4])
def test_an_answer_is_as_long_as_was_asked(model: OnnxModel, bars: int) -> None:
    ticks = [TEMPO.tick_at(m.at_ns) for m in note_ons(perform(model, performed(PHRASE, TEMPO), bars=bars).sent)]
    assert ticks[-1] - ticks[0] < bars * 4 * TICKS_PER_BEAT
    assert ticks[-1] - ticks[0] >= bars * 4 * TICKS_PER_BEAT // 4


def test_the_same_seed_gives_the_same_notes_and_another_seed_others(model: OnnxModel) -> None:
    human = performed(CHORDS, TEMPO)
    one, same, other = (perform(model, human, rng_seed=seed).sent for seed in (3, 3, 4))
    assert one == same
    assert one != other


def test_what_comes_first_in_a_chord_makes_no_difference(model: OnnxModel) -> None:
    played = performed(CHORDS, TEMPO)
    spread = [
        Timed(m.at_ns + (70 - m.data[1]) // 3 * MS if m.data[0] & 0xF0 == NOTE_ON else m.at_ns, m.data) for m in played
    ]
    spread.sort(key=lambda m: m.at_ns)
    assert [m.data for m in spread] != [m.data for m in played]
    one, other = perform(model, played), perform(model, spread)
    assert [n.pitch for n in one.engine.ring.notes()][:12] == [n.pitch for n in other.engine.ring.notes()][:12]
    assert [n.onset for n in one.engine.ring.notes()][:12] == [n.onset for n in other.engine.ring.notes()][:12]


def test_a_human_note_silences_the_answer_and_is_answered_in_turn(model: OnnxModel) -> None:
    human = performed(PHRASE, TEMPO)
    first = perform(model, human, bars=8).sent
    interruption = note_ons(first)[2].at_ns + 3 * MS
    again = shifted(human, interruption)
    offline = perform(model, [*human, *again], bars=8)
    before = [message for message in offline.sent if message.at_ns <= interruption]
    assert note_ons(before) == [message for message in note_ons(first) if message.at_ns <= interruption]
    assert_every_on_has_its_off(before)
    answered_from = min(m.at_ns for m in offline.sent if m.at_ns > interruption)
    assert answered_from > interruption + TEMPO.ns_at(PHRASE[-1].end)
    assert_every_on_has_its_off(offline.sent)


def test_the_context_holds_what_sounded_not_what_was_proposed(model: OnnxModel) -> None:
    human = performed(PHRASE, TEMPO)
    first = perform(model, human, bars=8).sent
    interruption = note_ons(first)[3].at_ns + 5 * MS
    offline = perform(model, [*human, Timed(interruption, bytes((NOTE_ON, 90, 64)))], until_ns=interruption, bars=8)
    ring = offline.engine.ring
    pitches = [note.pitch for note in ring.notes()]
    sounded = [m.data[1] for m in note_ons(first) if m.at_ns <= interruption]
    assert pitches[: len(PHRASE)] == [note.pitch for note in PHRASE]
    assert sorted(pitches[len(PHRASE) : -1]) == sorted(sounded)
    assert pitches[-1] == 90
    assert np.array_equal(ring.head.state, refed(model, ring).head.state)


def test_a_duration_known_late_is_corrected_in_the_past(model: OnnxModel) -> None:
    long_note = [Timed(0, bytes((NOTE_ON, 40, 80)))]
    melody = shifted(performed(PHRASE[:5], TEMPO), 100 * MS)
    release = [Timed(melody[-1].at_ns + 10 * MS, bytes((NOTE_OFF, 40, 0)))]
    offline = perform(model, [*long_note, *melody, *release], until_ns=release[0].at_ns)
    ring = offline.engine.ring
    assert ring.note(0).duration == TEMPO.tick_at(release[0].at_ns)
    assert np.array_equal(ring.head.state, refed(model, ring).head.state)


def test_a_late_release_changes_the_context_not_the_proposals(model: OnnxModel) -> None:
    phrase = performed(PHRASE, TEMPO)
    held = [Timed(phrase[-1].at_ns, bytes((NOTE_ON, 36, 80)))]
    answer = note_ons(perform(model, [*phrase, *held], bars=8, lookahead=2_000).sent)
    release_at = answer[1].at_ns + MS
    offline = perform(model, [*phrase, *held, Timed(release_at, bytes((NOTE_OFF, 36, 0)))], bars=8, lookahead=2_000)
    decided = [message for message in answer if message.at_ns <= release_at + 2_000 * MS]
    assert len(decided) > 2, "nothing was proposed and waiting when the key came up"
    assert note_ons(offline.sent)[: len(decided)] == decided
    ring = offline.engine.ring
    assert ring.note(len(PHRASE)).duration == TEMPO.tick_at(release_at) - TEMPO.tick_at(held[0].at_ns)
    assert np.array_equal(ring.head.state, refed(model, ring).head.state)


def test_a_proposal_that_was_dropped_is_not_in_the_context(model: OnnxModel) -> None:
    engine = Engine(model, Settings(bars=8, lookahead=2_000))
    for message in performed(PHRASE, TEMPO):
        engine.receive(Played(message.at_ns, *message.data))
    proposals, now = list[Proposal](), 0
    while len(proposals) < 4:
        now = max(now, engine.wake_ns or 0)
        proposals += [message for message in engine.advance(now) if isinstance(message, Proposal)]
    engine.receive(Dropped(proposals[1].note_id))
    for proposal in (proposals[0], *proposals[2:]):
        engine.receive(Sent(proposal.note_id, TEMPO.ns_at(proposal.onset)))
    pitches = [note.pitch for note in engine.ring.notes()]
    assert pitches[len(PHRASE) :] == [proposal.pitch for proposal in (proposals[0], *proposals[2:])]
    assert np.array_equal(engine.ring.head.state, refed(model, engine.ring).head.state)


def test_an_answer_that_has_fallen_behind_catches_up(model: OnnxModel) -> None:
    for seed in range(5):
        engine, part = Engine(model, Settings(bars=8, rng_seed=seed)), part_of(Settings(bars=8))
        for message in performed(PHRASE, TEMPO):
            engine.receive(Played(message.at_ns, *message.data))
        now_ns = 0
        while not (messages := engine.advance(now_ns)):
            now_ns = max(now_ns, engine.wake_ns or 0)
        now_ns += 2_000 * MS  # a busy machine lets the engine wait so long, and then gives it little time
        while not part.schedule.next_due_ns and part.schedule.dropped < 20:
            for proposal in messages:
                part.take(proposal, now_ns)
            for dropped in part.to_engine:
                engine.receive(dropped)
            part.to_engine.clear()
            now_ns += 10 * MS
            messages = engine.advance(now_ns)
        assert part.schedule.dropped <= 2


def test_the_answer_takes_up_the_humans_dynamics(model: OnnxModel) -> None:
    def loudness(velocity: int) -> list[int]:
        notes = [Note(n.onset, n.duration, n.pitch, velocity) for n in PHRASE]
        return [m.data[2] for m in note_ons(perform(model, performed(notes, TEMPO)).sent)]

    assert set(loudness(30)) == {30}
    assert set(loudness(110)) == {110}
    growing = [m.data[2] for m in note_ons(perform(model, performed(PHRASE, TEMPO)).sent)]
    assert growing[0] < max(growing)


def test_the_more_it_imitates_the_more_of_the_phrase_is_in_the_answer(plain_model: OnnxModel) -> None:
    riff = [Note(12 * i, 12, pitch, 80) for i, pitch in enumerate([62, 90, 41, 77, 90, 62, 41] * 6)]
    phrase = {note.pitch for note in riff}

    def share(imitate: float) -> float:
        pitches = [
            message.data[1]
            for rng_seed in range(3)
            for message in note_ons(
                perform(
                    plain_model, performed(riff, TEMPO), imitate=imitate, bars=8, follow_key=0.0, rng_seed=rng_seed
                ).sent
            )
        ]
        return sum(pitch in phrase for pitch in pitches) / len(pitches)

    assert share(0) < share(0.5) < share(1)
    assert share(1) > share(0) + 0.3


@pytest.mark.parametrize("rng_seed", range(12))
def test_all_imitation_still_plays_within_the_piano(model: OnnxModel, rng_seed: int) -> None:
    offline = perform(model, performed(CHORDS, TEMPO), imitate=1, rng_seed=rng_seed, bars=8)
    assert note_ons(offline.sent)
    assert all(21 <= m.data[1] <= 108 for m in note_ons(offline.sent))


def test_the_last_notes_do_not_ring_on_for_ever(model: OnnxModel) -> None:
    for rng_seed in range(20):
        sent = perform(model, performed(PHRASE, TEMPO), bars=1, rng_seed=rng_seed, temperature=2).sent
        begin, end = TEMPO.tick_at(sent[0].at_ns), TEMPO.tick_at(sent[-1].at_ns)
        assert end - begin <= 2 * 4 * TICKS_PER_BEAT


def test_a_model_that_learned_dynamics_plays_its_own(loud_model: OnnxModel) -> None:
    quiet = [Note(n.onset, n.duration, n.pitch, 5) for n in PHRASE]
    velocities = {m.data[2] for m in note_ons(perform(loud_model, performed(quiet, TEMPO)).sent)}
    assert len(velocities) > 1
    assert velocities != {5}


def test_the_answers_channel_is_the_humans_unless_told(model: OnnxModel) -> None:
    notes = [Note(n.onset, n.duration, n.pitch, n.velocity, 4) for n in PHRASE]
    assert {m.data[0] & 0x0F for m in perform(model, performed(notes, TEMPO)).sent} == {4}
    assert {m.data[0] & 0x0F for m in perform(model, performed(notes, TEMPO), channel=10).sent} == {9}


def test_one_note_held_for_ever_is_answered_all_the_same(model: OnnxModel) -> None:
    offline = perform(model, [Timed(0, bytes((NOTE_ON, 60, 80)))])
    assert note_ons(offline.sent)
    assert_every_on_has_its_off(offline.sent)


def test_a_slow_player_is_given_more_time_than_a_quick_one(model: OnnxModel) -> None:
    def silence_before_answer(ticks: int) -> int:
        notes = [Note(ticks * i, ticks // 2, 60 + i, 80) for i in range(8)]
        return note_ons(perform(model, performed(notes, TEMPO)).sent)[0].at_ns - TEMPO.ns_at(notes[-1].end)

    assert silence_before_answer(6) < 1_000 * MS < silence_before_answer(36)


def test_whose_a_note_is_outlives_its_corrections(model: OnnxModel) -> None:
    human = performed(PHRASE, TEMPO)
    answer = note_ons(perform(model, human, bars=8).sent)
    cut = Timed(answer[1].at_ns + 30 * MS, bytes((NOTE_ON, 90, 64)))  # while the answer's second note sounds
    offline = perform(model, [*human, cut], until_ns=cut.at_ns + 60 * MS, bars=8)
    fresh = Engine(model, Settings(bpm=120))
    for message in offline.part.snapshot():
        fresh.receive(message)
    for engine in (offline.engine, fresh):
        whose = {(note.onset, note.pitch): note.voice for note in engine.ring.notes()}
        assert [whose[note.onset, note.pitch] for note in PHRASE] == [HUMAN] * len(PHRASE)
        assert whose[TEMPO.tick_at(cut.at_ns), 90] == HUMAN
        assert list(whose.values()).count(ANSWER) == len(whose) - len(PHRASE) - 1 > 0


def test_the_model_is_told_the_bars_that_are_known(model: OnnxModel) -> None:
    three_four = METERS.index((3, 4))
    engine = Engine(model, Settings(bpm=120))
    engine.receive(TransportState(120.0, 0, 0, three_four, 24, 48, rolling=True, is_free=False))
    for message in performed(PHRASE, TEMPO):
        engine.receive(Played(message.at_ns, *message.data))
    state = model.origin.state
    previous: int | None = None
    for note in engine.ring.notes():
        there = NOWHERE if note.onset < 24 else (three_four, (note.onset + 24) % 72)
        state = model.after(encode(note, previous, model.card.inputs, there), state).state
        previous = note.onset
    assert np.array_equal(engine.ring.head.state, state)
    unmeasured = perform(model, performed(PHRASE, TEMPO), until_ns=TEMPO.ns_at(PHRASE[-1].end))
    assert not np.array_equal(unmeasured.engine.ring.head.state, state)


def test_the_answer_is_drawn_knowing_where_it_stands(model: OnnxModel) -> None:
    human = performed(PHRASE, TEMPO)

    def answer(bar: Bar) -> list[Timed]:
        offline = Offline(Engine(model, Settings(bpm=120)))
        offline.part.transport.take_bar(bar)
        return offline.perform(human)

    entry = 144  # once the phrase has been heard, so that only the drawing differs
    in_four, in_three = (answer(Bar(entry, 0, METERS.index(meter))) for meter in ((4, 4), (3, 4)))
    assert TEMPO.tick_at(in_four[0].at_ns) == TEMPO.tick_at(in_three[0].at_ns) == entry
    assert in_four != in_three


@pytest.mark.parametrize("which", ["plain_model", "loud_model"])
def test_a_model_of_other_fields_answers_too(which: str, request: pytest.FixtureRequest) -> None:
    offline = perform(request.getfixturevalue(which), performed(CHORDS, TEMPO))
    assert len(note_ons(offline.sent)) > 3
    assert_every_on_has_its_off(offline.sent)
    assert {note.voice for note in offline.engine.ring.notes()} == {HUMAN, ANSWER}


def test_an_engine_told_the_past_knows_what_the_old_one_knew(model: OnnxModel) -> None:
    offline = perform(model, performed(CHORDS, TEMPO))
    fresh = Engine(model, Settings(bpm=120))
    for message in offline.part.snapshot():
        fresh.receive(message)
    told, lived = list(fresh.ring.notes()), list(offline.engine.ring.notes())
    assert [(n.onset, n.pitch) for n in told] == [(n.onset, n.pitch) for n in lived]
    for one, other in zip(told, lived, strict=True):  # a key struck again was released early
        assert (one.duration or 0) <= (other.duration or 0) + 1
    assert np.array_equal(fresh.ring.head.state, refed(model, fresh.ring).head.state)
    assert fresh.advance(10**12) == []


def test_a_proposal_knows_which_human_note_it_was_made_after(model: OnnxModel) -> None:
    engine = Engine(model, Settings())
    engine.receive(ListenFrom(41))
    engine.receive(Cancelled(42, 0))
    engine.receive(Played(0, NOTE_ON, 60, 80))
    engine.receive(Played(100 * MS, NOTE_OFF, 60, 0))
    said: list[Message] = []
    now = 0
    while not any(isinstance(message, AnswerEnd) for message in said):
        now = max(now, engine.wake_ns or 0)
        said += engine.advance(now)
    proposals = [message for message in said if isinstance(message, Proposal)]
    assert proposals
    assert {message.epoch for message in proposals} == {42}
    part = part_of()
    part.epoch = 43
    for message in proposals:
        part.take(message, 0)
    assert part.next_due_ns is None, "a proposal made before the human's latest note was accepted"


def test_advance_decides_at_most_one_note(model: OnnxModel) -> None:
    engine = Engine(model, Settings(lookahead=10_000))
    for note_on in performed(PHRASE, TEMPO):
        engine.receive(Played(note_on.at_ns, *note_on.data))
    now = TEMPO.ns_at(PHRASE[-1].end) + 2_000 * MS
    counts = [sum(isinstance(m, Proposal) for m in engine.advance(now)) for _ in range(10)]
    assert counts[0] == 0
    assert max(counts) == 1


def test_a_past_note_still_down_has_no_duration(model: OnnxModel) -> None:
    engine = Engine(model, Settings())
    engine.receive(HistoryNote(0, 0, 60, 80, 0, human=True))
    assert engine.ring.note(0).duration is None


KEYS = st.tuples(st.integers(0, 400), st.sampled_from([NOTE_ON, NOTE_OFF]), st.integers(50, 62), st.integers(0, 127))


@settings(max_examples=examples(60))
@given(keys=st.lists(KEYS, max_size=60), pause=st.integers(0, 3_000), rng_seed=st.integers(0, 99))
def test_hammered_keys_leave_no_note_down_and_a_true_context(
    model: OnnxModel, keys: list[tuple[int, int, int, int]], pause: int, rng_seed: int
) -> None:
    human, at = list[Timed](), 0
    for index, (wait, status, pitch, velocity) in enumerate(keys):
        at += wait * MS + (pause * MS if index % 13 == 12 else 0)
        human.append(Timed(at, bytes((status, pitch, velocity))))
    offline = perform(model, human, rng_seed=rng_seed)
    assert_every_on_has_its_off(offline.sent)
    onsets = [note.onset for note in offline.engine.ring.notes()]
    assert onsets == sorted(onsets)
    ring = offline.engine.ring
    assert np.allclose(ring.head.state, refed(model, ring).head.state, atol=1e-5)


def test_eight_hours_of_jamming_do_not_drift_or_grow(model: OnnxModel) -> None:
    offline = Offline(Engine(model, Settings(bpm=120), capacity=256))
    hour_ns = 3_600 * 1_000 * MS
    offline.engine.receive(ListenFrom(0))
    for hour in range(8):
        human = shifted(performed(PHRASE, TEMPO), hour * hour_ns + hour_ns // 2)
        offline.perform(human)
    ticks_off = {(m.at_ns - TEMPO.ns_at(TEMPO.tick_at(m.at_ns))) for m in note_ons(offline.sent)}
    assert ticks_off == {0}
    assert offline.part.answer.count == 8
    assert len(offline.engine.ring) <= 256
    assert_every_on_has_its_off(offline.sent)
