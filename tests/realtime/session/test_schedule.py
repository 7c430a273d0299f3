"""The schedule: everything in its time, and every note-on owes its note-off."""

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from midi.message import NOTE_ON
from midi.tempo import Tempo
from realtime.messages import Proposal
from realtime.session.schedule import LEAST_GAP_NS, REPEAT_GAP_NS, Outgoing, Schedule

MS = 1_000_000
TEMPO = Tempo.of(2500)
"""A tick lasts a millisecond."""


def proposal(note_id: int, on_ms: int, off_ms: int, pitch: int = 60) -> Proposal:
    return Proposal(note_id, 0, on_ms, off_ms, 0, pitch, 80, 0)


def ons(messages: list[Outgoing]) -> list[int]:
    return [message.note_id for message in messages if message.is_note_on]


def offs(messages: list[Outgoing]) -> list[int]:
    return [message.note_id for message in messages if not message.is_note_on]


def test_nothing_goes_out_before_its_time() -> None:
    schedule = Schedule(TEMPO)
    schedule.add(proposal(1, 10, 20), 0)
    assert schedule.next_due_ns == 10 * MS
    assert schedule.due(10 * MS - 1) == []
    assert ons(schedule.due(10 * MS)) == [1]
    assert schedule.next_due_ns == 20 * MS
    assert offs(schedule.due(20 * MS)) == [1]
    assert schedule.next_due_ns is None


def test_what_is_withdrawn_never_sounds_and_what_sounds_still_ends() -> None:
    schedule = Schedule(TEMPO)
    schedule.add(proposal(1, 0, 50, 60), 0)
    schedule.add(proposal(2, 20, 60, 62), 0)
    schedule.due(0)
    assert schedule.cancel() == 1
    assert schedule.standing == []
    assert [(m.note_id, m.is_note_on) for m in schedule.due(100 * MS)] == [(1, False)]


def test_hush_releases_at_once_and_says_that_it_was_early() -> None:
    schedule = Schedule(TEMPO)
    for note_id, pitch in enumerate((60, 64, 67)):
        schedule.add(proposal(note_id, 0, 500, pitch), 0)
    schedule.due(0)
    released = schedule.cancel_and_release(30 * MS)
    assert sorted(offs(released)) == [0, 1, 2]
    assert all((message.sounded_ns, message.due_ns) == (30 * MS, 30 * MS) for message in released)
    assert schedule.next_due_ns is None


def test_a_key_struck_again_is_released_first_with_a_gap() -> None:
    schedule = Schedule(TEMPO)
    schedule.add(proposal(1, 0, 100), 0)
    schedule.add(proposal(2, 100, 200), 0)
    schedule.due(0)
    assert schedule.next_due_ns == 100 * MS - REPEAT_GAP_NS
    assert offs(schedule.due(100 * MS - REPEAT_GAP_NS)) == [1]
    assert ons(schedule.due(100 * MS)) == [2]


def test_a_key_struck_again_with_no_time_left_waits_for_its_release() -> None:
    schedule = Schedule(TEMPO)
    schedule.add(proposal(1, 0, 100), 0)
    schedule.due(0)
    schedule.add(proposal(2, 2, 200), 2 * MS)
    assert offs(schedule.due(2 * MS)) == [1]
    assert schedule.next_due_ns == 2 * MS + LEAST_GAP_NS
    assert ons(schedule.due(2 * MS + LEAST_GAP_NS)) == [2]


def test_all_who_wait_for_one_key_keep_the_gap_after_its_release() -> None:
    schedule = Schedule(TEMPO)
    for note_id in range(3):
        schedule.add(proposal(note_id, 0, 100), 0)
    sent = [(one.note_id, one.is_note_on, now) for now in range(200) for one in schedule.due(now * MS)]
    assert [(note_id, is_on) for note_id, is_on, _ in sent] == [(i, on) for i in range(3) for on in (True, False)]
    for (_, _, released), (_, _, struck) in zip(sent[1::2], sent[2::2], strict=False):
        assert (struck - released) * MS >= LEAST_GAP_NS


def test_a_late_note_goes_out_at_once_and_a_note_already_over_does_not() -> None:
    schedule = Schedule(TEMPO)
    schedule.add(proposal(1, 10, 50), 20 * MS)
    schedule.add(proposal(2, 10, 15, 72), 20 * MS)
    assert schedule.dropped == 1
    assert ons(schedule.due(20 * MS)) == [1]


@given(
    notes=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 200), st.integers(60, 63)), max_size=40),
    steps=st.lists(st.integers(1, 60), min_size=1, max_size=60),
    hush_at=st.integers(0, 60),
)
def test_whatever_is_proposed_every_on_has_its_off_and_no_key_is_down_twice(
    notes: list[tuple[int, int, int]], steps: list[int], hush_at: int
) -> None:
    schedule, sent, now = Schedule(TEMPO), list[Outgoing](), 0
    waiting = [proposal(i, on, on + length, pitch) for i, (on, length, pitch) in enumerate(sorted(notes))]
    for index, step in enumerate(steps):
        now += step * MS
        while waiting and waiting[0].onset * MS <= now + 50 * MS:
            schedule.add(waiting.pop(0), now)
        sent += schedule.cancel_and_release(now) if index == hush_at else schedule.due(now)
    sent += schedule.cancel_and_release(now)
    down: Counter[int] = Counter()
    for message in sent:
        pitch = message.data[1]
        down[pitch] += 1 if message.data[0] & 0xF0 == NOTE_ON else -1
        assert down[pitch] in (0, 1)
    assert not +down
    assert schedule.next_due_ns is None


def test_what_goes_out_tells_what_its_proposal_knew_and_when_it_came() -> None:
    schedule = Schedule(TEMPO)
    schedule.add(Proposal(1, 5, 10, 20, 0, 60, 80, 0), 3 * MS)
    [on] = schedule.due(10 * MS)
    [off] = schedule.due(20 * MS)
    assert [(one.epoch, one.decided_ns) for one in (on, off)] == [(5, 3 * MS), (5, 3 * MS)]


def test_an_end_that_another_note_brings_forward_is_due_when_that_note_came_not_before() -> None:
    schedule = Schedule(TEMPO)
    schedule.add(proposal(1, 0, 500), 0)
    schedule.due(0)
    schedule.add(proposal(2, 55, 600), 50 * MS)
    [off] = schedule.due(50 * MS)
    assert (off.note_id, off.due_ns) == (1, 50 * MS)


def test_what_a_new_tempo_moves_into_the_past_is_due_when_the_tempo_came_and_what_was_late_stays_late() -> None:
    schedule = Schedule(TEMPO)
    for note_id, onset in ((1, 40), (2, 100)):
        schedule.add(proposal(note_id, onset, 900, 60 + note_id), 0)
    schedule.add(proposal(3, 0, 200, 72), 0)
    schedule.due(0)
    schedule.retime(Tempo.of(25_000), 0, 50 * MS)
    schedule.cancel(schedule.tempo.tick_at(80 * MS))
    assert schedule.standing == [1, 2], "a human note at the same moment changes nothing of it"
    schedule.add(proposal(4, 800, 900, 62), 50 * MS)  # nor does another note on its key
    due = {(one.note_id, one.is_note_on): one.due_ns for one in schedule.due(50 * MS)}
    assert due == {(1, True): 40 * MS, (2, True): 50 * MS, (3, False): 50 * MS}


@given(
    notes=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 200), st.integers(60, 63)), max_size=40),
    tempi=st.dictionaries(st.integers(0, 300), st.floats(1_500, 4_000), max_size=6),
    humans=st.sets(st.integers(0, 300), max_size=6),
)
@example(
    notes=[(41, 160, 63)] * 3,
    tempi={173: 2066.14, 12: 3913.04, 130: 1643.30, 118: 1586.41},
    humans={209, 116, 70, 36},
)
def test_who_looks_in_time_sends_in_time_whatever_moves_the_plan(
    notes: list[tuple[int, int, int]], tempi: dict[int, float], humans: set[int]
) -> None:
    schedule = Schedule(TEMPO)
    waiting = [proposal(i, on, on + length, pitch) for i, (on, length, pitch) in enumerate(sorted(notes))]
    looked_ns = 0
    for ms in range(600):
        now = ms * MS
        while (due_ns := schedule.next_due_ns) is not None and due_ns <= now:
            looked_ns = max(looked_ns, due_ns)
            for one in schedule.due(looked_ns):
                assert one.decided_ns is not None
                assert one.due_ns == looked_ns or one.due_ns < one.decided_ns
        looked_ns = now
        if ms in tempi:
            schedule.retime(Tempo.of(tempi[ms], now, schedule.tempo.tick_at(now)), ms % 3 * MS, now)
        if ms in humans:
            schedule.cancel(schedule.tempo.tick_at(now + 30 * MS))
        while waiting and schedule.tempo.ns_at(waiting[0].onset) <= now + 20 * MS:
            schedule.add(waiting.pop(0), now)


def test_what_ends_at_the_tick_of_a_note_has_ended_before_it_however_far_either_is_moved() -> None:
    """A chord sent a little late, as it answers at once, ends where the next begins: no chord on top of another."""
    schedule = Schedule(TEMPO)
    schedule.add(proposal(1, 0, 100, 60)._replace(shift_ns=15 * MS), 0)
    schedule.add(proposal(2, 0, 200, 62), 0)
    schedule.add(proposal(3, 100, 200, 64), 0)
    schedule.due(15 * MS)
    messages = schedule.due(100 * MS)
    assert [(one.note_id, one.is_note_on, one.sounded_ns) for one in messages] == [(1, False, None), (3, True, None)]


def test_a_note_too_early_to_be_taken_back_stands_for_the_next_one() -> None:
    """It goes out 100 ms before its tick; the human plays meanwhile, and more is planned in its place."""
    schedule = Schedule(TEMPO, offset_ns=100 * MS)
    schedule.add(proposal(1, 180, 250, 60), 0)
    assert ons(schedule.due(80 * MS)) == [1]
    assert schedule.cancel(100 + 30) == 1
    for note_id, onset in ((2, 250), (3, 400)):
        schedule.add(proposal(note_id, onset, onset + 50, 60 + note_id), 100 * MS)
    assert ons(schedule.due(150 * MS)) == []
    assert schedule.replaced == [2], "planned, and a fact to the engine, but silent"
    assert ons(schedule.due(300 * MS)) == [3]


def test_what_was_meant_for_the_moment_of_the_human_note_stands_for_nothing_else() -> None:
    schedule = Schedule(TEMPO, offset_ns=100 * MS)
    schedule.add(proposal(1, 120, 250, 60), 0)
    schedule.due(20 * MS)
    schedule.cancel(100 + 30)
    schedule.add(proposal(2, 300, 350, 62), 100 * MS)
    assert ons(schedule.due(200 * MS)) == [2]
