"""Playing together, on a clock that jumps: accompany, solo, changes while playing, and other people's time."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from exported.onnx_model import OnnxModel
from midi.message import NOTE_ON
from midi.notes import ANSWER, HUMAN, TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from realtime.improviser.engine import Engine
from realtime.improviser.groove import Groove
from realtime.improviser.planner import PATIENCE_TICKS
from realtime.improviser.ring import ContextRing
from realtime.messages import Cancelled, ListenFrom, ParameterChange, Played, Proposal, Sent
from realtime.modes import KEEP_NS
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import Timed, performed

MS = 1_000_000
S = 1_000 * MS
TEMPO = Tempo.of(120)
MELODY = [Note(12 * i, 10, 60 + 2 * (i % 5), 70) for i in range(32)]
CLOCK, START, STOP = bytes((0xF8,)), bytes((0xFA,)), bytes((0xFC,))


def playing(model: OnnxModel, human: list[Timed], until_ns: int | None = None, **chosen: object) -> Offline:
    offline = Offline(Engine(model, Settings(**{"bpm": 120.0} | chosen)))  # type: ignore[arg-type]
    offline.perform(human, until_ns)
    return offline


def note_ons(messages: list[Timed]) -> list[Timed]:
    return [message for message in messages if message.data[0] & 0xF0 == NOTE_ON]


def assert_nothing_hangs(messages: list[Timed]) -> None:
    down: Counter[tuple[int, int]] = Counter()
    for _, (status, pitch, _) in messages:
        down[status & 0x0F, pitch] += 1 if status & 0xF0 == NOTE_ON else -1
        assert down[status & 0x0F, pitch] in (0, 1)
    assert not +down


def clock(bpm: float, beats: int, begin_ns: int = 0) -> list[Timed]:
    """A start, and the pulses of so many beats."""
    pulse = 60 * S / bpm / 24
    return [Timed(begin_ns, START), *(Timed(begin_ns + round(i * pulse), CLOCK) for i in range(24 * beats))]


def strike(engine: Engine, at_ns: int, pitch: int, last_id: int = 0) -> None:
    """The human strikes a key, and of what was proposed the notes up to an id stand."""
    engine.receive(Cancelled(0, last_id))
    engine.receive(Played(at_ns, NOTE_ON, pitch, 80))


def test_an_accompaniment_ends_a_bar_after_the_human(model: OnnxModel) -> None:
    offline = playing(model, performed(MELODY, TEMPO), mode="accompany")
    ticks = [TEMPO.tick_at(message.at_ns) for message in note_ons(offline.sent)]
    assert len(ticks) > 8
    assert min(ticks) < MELODY[8].onset
    assert max(ticks) < MELODY[-1].onset + PATIENCE_TICKS
    assert_nothing_hangs(offline.sent)


def test_what_the_human_is_predicted_to_play_never_sounds(model: OnnxModel) -> None:
    offline = playing(model, performed(MELODY, TEMPO), mode="accompany")
    voices = Counter(note.voice for note in offline.engine.ring.notes())
    assert voices[HUMAN] == len(MELODY)
    assert voices[ANSWER] == len(note_ons(offline.sent))


def test_a_human_note_leaves_only_what_is_due_with_it(model: OnnxModel) -> None:
    human = performed(MELODY[:8], TEMPO)
    first = note_ons(playing(model, human, mode="accompany", lookahead=1_000).sent)
    at_ns = first[-3].at_ns - 5 * MS
    again = [*(m for m in human if m.at_ns < at_ns), Timed(at_ns, bytes((NOTE_ON, 90, 80)))]
    offline = playing(model, again, until_ns=at_ns + 2 * KEEP_NS, mode="accompany", lookahead=1_000)
    both = [m for m in first if m.at_ns <= at_ns + KEEP_NS]
    assert [m for m in note_ons(offline.sent) if m.at_ns <= at_ns + KEEP_NS][: len(both)] == both


def test_without_turns_no_human_note_cuts_what_sounds(model: OnnxModel) -> None:
    """In reply it is: a note-off at the human's note. In accompany every note ends in its own time."""
    human = performed(MELODY, TEMPO)
    offline = playing(model, human, mode="accompany")
    proposals = offline._proposals
    lengths = {(n.onset, n.pitch): n.duration for n in offline.answered()}
    planned = {(p.onset, p.pitch): p.end - p.onset for p in proposals.values()}
    shorter = [key for key, duration in lengths.items() if duration != planned[key]]
    struck_again = Counter(pitch for _, pitch in lengths)
    assert all(struck_again[pitch] > 1 for _, pitch in shorter), "only for the same key may a note end early"


def test_the_context_of_an_accompaniment_is_what_sounded(model: OnnxModel) -> None:
    ring = playing(model, performed(MELODY, TEMPO), mode="accompany").engine.ring
    fresh = ContextRing(model)
    for note in ring.notes():
        fresh.feed(note)
    assert [(n.onset, n.pitch) for n in ring.notes()] == sorted((n.onset, n.pitch) for n in ring.notes())
    assert np.array_equal(ring.head.state, fresh.head.state)


def test_a_solo_begins_alone_and_goes_on(model: OnnxModel) -> None:
    offline = playing(model, [], until_ns=60 * S, mode="solo")
    ons = note_ons(offline.sent)
    assert ons[0].at_ns < S
    assert ons[-1].at_ns > 55 * S


def test_a_solo_that_waits_begins_with_the_humans_first_note(model: OnnxModel) -> None:
    first = Timed(10 * S, bytes((NOTE_ON, 60, 80)))
    offline = playing(model, [first], until_ns=20 * S, mode="solo", wait_for_me=True)
    assert note_ons(offline.sent)[0].at_ns >= first.at_ns


def test_a_solo_of_so_many_bars_ends(model: OnnxModel) -> None:
    offline = playing(model, [], mode="solo", bars=2)
    ticks = [TEMPO.tick_at(message.at_ns) for message in note_ons(offline.sent)]
    assert max(ticks) - min(ticks) < 2 * 96
    assert_nothing_hangs(offline.sent)


def test_a_solo_that_waits_and_is_given_bars_ends_too(model: OnnxModel) -> None:
    offline = playing(model, [Timed(10 * S, bytes((NOTE_ON, 60, 80)))], mode="solo", wait_for_me=True, bars=2)
    ticks = [TEMPO.tick_at(message.at_ns) for message in note_ons(offline.sent)]
    assert min(ticks) >= TEMPO.tick_at(10 * S)
    assert max(ticks) < min(ticks) + 2 * 96


def test_a_solo_can_be_given_its_end_while_it_plays_and_be_let_off_it(model: OnnxModel) -> None:
    offline = playing(model, [], until_ns=20 * S, mode="solo")
    offline.change("bars", "2")
    offline.perform([], 21 * S)
    offline.change("bars", "auto")
    offline.perform([], 40 * S)
    assert note_ons(offline.sent)[-1].at_ns > 38 * S
    offline.change("bars", "2")
    offline.perform([])
    assert TEMPO.tick_at(39 * S) + 96 < TEMPO.tick_at(note_ons(offline.sent)[-1].at_ns) < TEMPO.tick_at(41 * S) + 2 * 96


def test_an_answer_that_plays_can_be_made_longer(model: OnnxModel) -> None:
    phrase = performed(MELODY[:4], TEMPO)
    short = playing(model, phrase, bars=1)
    longer = playing(model, phrase, until_ns=note_ons(short.sent)[0].at_ns, bars=1)
    longer.change("bars", "4")
    longer.perform([])
    lengths = [TEMPO.tick_at(note_ons(one.sent)[-1].at_ns - note_ons(one.sent)[0].at_ns) for one in (short, longer)]
    assert lengths[0] < 96 < lengths[1] < 4 * 96


def test_a_humans_notes_join_a_solo(model: OnnxModel) -> None:
    offline = playing(model, performed(MELODY, TEMPO), until_ns=20 * S, mode="solo")
    assert Counter(note.voice for note in offline.engine.ring.notes())[HUMAN] == len(MELODY)


def test_modes_change_while_playing_and_nothing_hangs(model: OnnxModel) -> None:
    offline = playing(model, performed(MELODY[:8], TEMPO), until_ns=4 * S, mode="solo")
    before = len(note_ons(offline.sent))
    offline.change("mode", "reply")
    offline.perform([], 12 * S)
    stopped = note_ons(offline.sent)
    assert all(m.at_ns <= 4 * S + 500 * MS for m in stopped), "within a beat"
    assert len(stopped) >= before
    offline.change("mode", "solo")
    offline.perform([], 20 * S)
    assert len(note_ons(offline.sent)) > len(stopped) + 4
    offline.change("mode", "reply")
    offline.perform([], 30 * S)
    assert_nothing_hangs(offline.sent)


def test_the_channel_changes_while_playing(model: OnnxModel) -> None:
    offline = playing(model, [], until_ns=4 * S, mode="solo", channel=3)
    offline.change("channel", "5")
    offline.perform([], 12 * S)
    assert {m.data[0] & 0x0F for m in note_ons(offline.sent) if m.at_ns <= 4 * S} == {2}
    assert {m.data[0] & 0x0F for m in note_ons(offline.sent) if m.at_ns > 6 * S} == {4}


def test_a_solo_that_waits_begins_when_it_need_not_wait_any_more(model: OnnxModel) -> None:
    offline = playing(model, [], until_ns=5 * S, mode="solo", wait_for_me=True)
    offline.change("wait-for-me", "off")
    offline.perform([], 10 * S)
    assert note_ons(offline.sent)[0].at_ns < 6 * S


def velocities(offline: Offline, begin: int, end: int) -> list[int]:
    """The velocities of the notes sent between two ticks."""
    return [m.data[2] for m in note_ons(offline.sent) if begin <= TEMPO.tick_at(m.at_ns) < end]


def test_an_accompaniment_is_loud_where_the_human_grows_loud(model: OnnxModel) -> None:
    growing = [Note(12 * i, 10, 60 + 2 * (i % 5), 30 if i < 32 else 110) for i in range(96)]
    offline = playing(model, performed(growing, TEMPO), mode="accompany")
    soft, loud = velocities(offline, 0, 12 * 32), velocities(offline, 12 * 64, 12 * 96)
    assert np.median(soft) == 30
    assert np.median(loud) > 80


def test_dynamics_are_no_more_followed_once_their_knob_is_at_zero(model: OnnxModel) -> None:
    soft = performed([Note(12 * i, 10, 60 + 2 * (i % 5), 20) for i in range(64)], TEMPO)
    turned = TEMPO.ns_at(12 * 32)
    offline = playing(model, [m for m in soft if m.at_ns <= turned], until_ns=turned, mode="accompany")
    offline.change("follow-dynamics", "0")
    offline.perform([m for m in soft if m.at_ns > turned])
    assert set(velocities(offline, 0, 12 * 32)) == {20}
    assert set(velocities(offline, 12 * 34, 12 * 64)) == {80}


def test_the_transport_stops_a_solo_and_starts_it_on_a_beat(model: OnnxModel) -> None:
    pulses = clock(100, 16)
    stop = pulses[-1].at_ns + 5 * MS
    offline = playing(model, [*pulses, Timed(stop, STOP)], until_ns=stop + 20 * S, mode="solo", sync="clock", bpm=None)
    ons = note_ons(offline.sent)
    assert ons
    assert all(m.at_ns <= stop for m in ons)
    assert_nothing_hangs(offline.sent)
    beat = 60 * S / 100
    errors = [abs((m.at_ns / (beat / 24)) - round(m.at_ns / (beat / 24))) * beat / 24 for m in ons]
    assert np.percentile(errors, 99) < 1 * MS
    entry = ons[0].at_ns / beat
    assert abs(entry - round(entry)) < 0.02


def test_the_beat_of_the_human_is_taken_up_where_nobody_else_sets_one(model: OnnxModel) -> None:
    at_97 = performed(MELODY, Tempo.of(97))
    offline = playing(model, at_97, bpm=None)
    bpm = float(offline.engine.tempo.bpm)
    assert min(abs(bpm / 97 - ratio) for ratio in (0.5, 1, 2)) < 0.03
    assert float(offline.part.transport.tempo.bpm) == pytest.approx(bpm)
    human = [note for note in offline.engine.ring.notes() if note.voice == HUMAN]
    steps = {later.onset - earlier.onset for earlier, later in pairwise(human)}
    assert len(steps) == 1, "even eighths are told to the model as even"


def test_the_humans_own_tempo_is_not_taken_up_where_a_tempo_was_given(model: OnnxModel) -> None:
    offline = playing(model, performed(MELODY, Tempo.of(97)), bpm=120.0)
    assert float(offline.engine.tempo.bpm) == 120


def test_swing_delays_the_second_eighth_and_nothing_on_the_beat(model: OnnxModel) -> None:
    proposals = list(playing(model, [], until_ns=20 * S, mode="solo", swing=60.0)._proposals.values())
    shifts = {(p.onset - proposals[0].onset) % TICKS_PER_BEAT: p.shift_ns for p in proposals}
    assert shifts[0] == 0
    assert shifts[12] == 50 * MS


def test_humanize_strays_a_little_and_plays_the_same_notes(model: OnnxModel) -> None:
    exact, loose = (
        list(playing(model, [], until_ns=20 * S, mode="solo", humanize=by)._proposals.values()) for by in (0.0, 8.0)
    )
    same = 16  # later on, what a shift has cut short is remembered as shorter
    assert [(p.onset, p.pitch) for p in exact[:same]] == [(p.onset, p.pitch) for p in loose[:same]]
    shifts = [proposal.shift_ns for proposal in loose[:same]]
    assert 2 * MS < np.std(shifts) < 14 * MS
    assert max(map(abs, shifts)) <= 20 * MS


def test_a_note_sent_as_its_plan_ends_is_part_of_the_music(model: OnnxModel) -> None:
    engine = Engine(model, Settings(bpm=120, mode="solo", lookahead=2_000))
    engine.receive(ListenFrom(0))
    proposals = [one for now in range(4) for one in engine.advance(now) if isinstance(one, Proposal)]
    engine.receive(Cancelled(1, proposals[0].note_id))
    engine.receive(ParameterChange("mode", "reply"))
    assert list(engine._proposals._standing) == [proposals[0].note_id]
    engine.receive(Sent(proposals[0].note_id, 0))
    assert not engine._proposals._standing
    assert [note.pitch for note in engine.ring.notes()] == [proposals[0].pitch]


def test_an_answer_at_once_is_biased_by_the_notes_before(model: OnnxModel) -> None:
    engine = Engine(model, Settings(bpm=120, mode="solo", lookahead=1_000))
    engine.receive(ListenFrom(0))
    now = 0

    def biases() -> object:
        assert engine._plan is not None
        return engine._plan.outline.biases

    def decide() -> None:
        while not any(isinstance(one, Proposal) for one in engine.advance(now)):
            pass

    decide()
    strike(engine, now := S, 60)
    before = biases()
    assert before is not None, "the first has none before it"
    decide()
    strike(engine, now := 2 * S, 72)
    assert biases() is before
    decide()
    assert biases() is before
    engine.advance(now)
    assert biases() is not before
    strike(engine, now := 3 * S, 74)
    behind = biases()
    strike(engine, now, 78)
    assert biases() is behind, "nor is a chord waited for"
    decide()
    engine.advance(now)
    assert biases() is not behind


def test_as_long_as_nothing_is_due_the_plan_is_bent_before_it_answers(model: OnnxModel) -> None:
    engine = Engine(model, Settings(bpm=120, mode="accompany"))
    engine.receive(ListenFrom(0))
    strike(engine, S, 60)
    assert engine._plan is not None
    before = engine._plan.outline.biases
    strike(engine, 2 * S, 72)
    assert engine._plan.outline.biases is before
    assert engine.wake_ns == 0
    engine.advance(S)  # it is a second ahead of what is planned
    assert engine._plan.outline.biases is not before


def test_the_key_of_the_phrase_bends_the_answer_by_its_knob(model: OnnxModel) -> None:
    scale = {(2 + step) % 12 for step in (0, 2, 4, 5, 7, 9, 11)}
    phrase = [Note(12 * i, 10, pitch, 70) for i, pitch in enumerate((62, 64, 66, 67, 69, 71, 73, 74))]

    def share(knob: float) -> float:
        pitches = [
            note.pitch % 12
            for seed in range(4)
            for note in playing(model, performed(phrase, TEMPO), bars=8, rng_seed=seed, follow_key=knob).answered()
        ]
        return sum(pitch in scale for pitch in pitches) / len(pitches)

    assert share(1.0) > share(0.0) + 0.1


def test_what_answers_a_human_note_at_once_is_not_late(model: OnnxModel) -> None:
    off_the_grid = [Timed(m.at_ns + 7 * MS, m.data) for m in performed(MELODY, TEMPO)]
    for seed in range(2):
        offline = playing(model, off_the_grid, mode="accompany", rng_seed=seed)
        assert offline.part.schedule.dropped == 0


def test_an_answer_enters_on_the_bar_if_asked_and_ends_with_one(model: OnnxModel) -> None:
    late = [Timed(m.at_ns + TEMPO.ns_at(84), m.data) for m in performed(MELODY[:8], TEMPO)]
    for entry, begin in (("beat", 216), ("bar", 288)):
        offline = playing(model, late, meter="4/4", quantize_entry=entry)
        plan = offline.engine._plan
        assert plan is not None
        assert plan.outline.begin == begin
        assert plan.outline.end is not None
        assert plan.outline.end % 96 == 0


def test_a_human_who_is_a_tick_off_is_told_to_the_model_on_the_grid(model: OnnxModel) -> None:
    uneven = [
        Timed(m.at_ns + (20 * MS if i % 4 == 2 and m.data[0] & 0xF0 == NOTE_ON else 0), m.data)
        for i, m in enumerate(performed(MELODY[:8], TEMPO))
    ]
    onsets = [note.onset for note in playing(model, uneven, until_ns=2 * S).engine.ring.notes()]
    assert all(onset % 12 == 0 for onset in onsets)


def test_a_beat_heard_while_a_solo_plays_is_the_solos_from_then_on(model: OnnxModel) -> None:
    engine = Engine(model, Settings(mode="solo", wait_for_me=True))
    engine.receive(ListenFrom(0))
    now = S
    for _ in range(16):
        engine.receive(Played(now, NOTE_ON, 60, 80))
        engine.receive(Played(now + 100 * MS, NOTE_ON, 60, 0))
        now += 300 * MS  # eighths at 100 bpm
        for _ in range(8):
            engine.advance(now)
    assert abs(float(engine.tempo.bpm) - 100) < 3
    assert engine._plan is not None
    assert engine._plan.outline.beat_origin == engine._time.grid.beat_origin
    assert engine._plan.outline.beat_origin != engine._plan.outline.begin


@pytest.mark.parametrize(("place", "later_ticks"), [(12, 4), (6, 2), (8, 0), (16, 0), (0, 0)])
def test_swing_moves_eighths_and_leaves_triplets(place: int, later_ticks: int) -> None:
    tempo = Tempo.of(100)
    shift_ns = Groove(0).shift_ns(Note(24 + place, 6, 60), 0, tempo, Settings(swing=100 * 16 / 24))
    assert abs(shift_ns - tempo.ns_of(later_ticks)) < MS


def test_a_model_that_swings_by_itself_is_helped_by_what_it_lacks() -> None:
    groove, tempo = Groove(0), Tempo.of(120)
    groove.heard_swing = 60.0
    on_beat, behind = Note(24, 6, 60, deviation_ms=0), Note(12, 6, 60, deviation_ms=30)
    assert groove.shift_ns(behind, 0, tempo, Settings()) == (30 + 50) * MS, "nothing is known of its swing yet"
    for _ in range(40):
        shifts = [groove.shift_ns(note, 0, tempo, Settings()) for note in (on_beat, behind)]
    assert shifts == [0, 50 * MS]
    assert groove.shift_ns(behind, 0, tempo, Settings(swing=70.0)) == 100 * MS
    assert groove.shift_ns(Note(12, 6, 60), 0, tempo, Settings(swing=70.0)) == 100 * MS
