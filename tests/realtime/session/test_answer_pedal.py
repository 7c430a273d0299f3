"""The answer's pedal: it moves with the notes that go out, and never stays down."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from midi.message import CONTROL_CHANGE, NOTE_ON
from midi.pedal import SUSTAIN
from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP
from realtime.messages import AnswerEnd, Proposal
from realtime.session.answer_pedal import ANEW_NS, LONGEST_NS
from realtime.session.part import Part
from realtime.session.schedule import Outgoing
from realtime.settings import Settings
from tests.realtime.session.parts import change, part_of, taken

MS = 1_000_000
TICK_MS = 20
BPM = 125
"""A tick lasts 20 ms."""
UP, DOWN = (bytes((CONTROL_CHANGE, SUSTAIN, value)) for value in (0, 127))
KEY_ON, KEY_OFF = bytes((NOTE_ON, 50, 90)), bytes((NOTE_ON, 50, 0))


def part(**settings: object) -> Part:
    return part_of(Settings(**{"bpm": BPM, **settings}))  # type: ignore[arg-type]


def propose(of: Part, note_id: int, pedal: int | None, tick: int, end: int | None = None) -> None:
    onset, last = tick, tick + 1 if end is None else end
    of.take(Proposal(note_id, of.epoch, onset, last, 0, 59 + note_id, 80, 0, pedal), 0)


def played(of: Part, until_ms: int, from_ms: int = 0) -> list[Outgoing]:
    return [message for ms in range(from_ms, until_ms + 1) for message in of.due(ms * MS)]


def pedals(messages: list[Outgoing]) -> list[tuple[int, int]]:
    """(ms at which it is due, value)"""
    return [(m.due_ns // MS, m.data[2]) for m in messages if m.data[:2] == UP[:2]]


def test_it_goes_down_with_a_held_note_and_up_before_one_without() -> None:
    plays = part()
    for note_id, pedal in enumerate((PEDAL_UP, PEDAL_HELD, PEDAL_HELD, PEDAL_UP), 1):
        propose(plays, note_id, pedal, 5 * note_id)
    sent = played(plays, 500)
    assert pedals(sent) == [(200, 127), (400, 0)]
    lifted = next(at for at, message in enumerate(sent) if message.data == UP)
    assert sent[lifted + 1].data[:2] == bytes((NOTE_ON, 63)), "before the note"


def test_pressed_anew_it_comes_up_with_the_note_and_goes_down_after_it() -> None:
    plays = part()
    for note_id, pedal in enumerate((PEDAL_ANEW, PEDAL_HELD, PEDAL_ANEW), 1):
        propose(plays, note_id, pedal, 10 * note_id)
    anew = ANEW_NS // MS
    assert pedals(played(plays, 800)) == [(200 + anew, 127), (600, 0), (600 + anew, 127)]


def test_a_chord_pressed_anew_is_pressed_once() -> None:
    plays = part()
    for note_id, pedal in enumerate((PEDAL_ANEW, PEDAL_HELD, PEDAL_HELD), 1):
        propose(plays, note_id, pedal, 10)
    assert pedals(played(plays, 500)) == [(200 + ANEW_NS // MS, 127)]


def test_a_model_that_says_nothing_of_it_never_moves_it() -> None:
    plays = part()
    propose(plays, 1, None, 5)
    assert pedals(played(plays, 500)) == []


def test_it_comes_up_at_the_end_of_the_answer() -> None:
    plays = part()
    propose(plays, 1, PEDAL_HELD, 5, end=20)
    plays.take(AnswerEnd(plays.epoch, 30), 0)
    assert pedals(played(plays, 1000)) == [(100, 127), (600, 0)]
    assert plays.next_due_ns is None


def test_it_comes_up_when_nothing_more_is_said() -> None:
    plays = part(mode="accompany")
    propose(plays, 1, PEDAL_HELD, 5)
    played(plays, 200)
    assert plays.next_due_ns == 100 * MS + LONGEST_NS
    assert pedals(plays.due(100 * MS + LONGEST_NS)) == [(100 + LONGEST_NS // MS, 0)]


def down(**settings: object) -> Part:
    plays = part(**settings)
    propose(plays, 1, PEDAL_HELD, 5, end=500)
    assert pedals(played(plays, 150)) == [(100, 127)]
    return plays


def test_the_human_a_panic_a_lost_engine_and_the_end_lift_it() -> None:
    assert pedals(down().play(KEY_ON, 200 * MS)) == [(200, 0)]
    assert pedals(down().panic(200 * MS)) == [(200, 0)]
    assert pedals(down().cancel_and_release(200 * MS)) == [(200, 0)]


def test_turning_it_off_muting_and_another_mode_lift_it() -> None:
    for name, text in (("pedal", "0"), ("mute", "on"), ("mode", "solo")):
        plays = down()
        assert pedals(change(plays, name, text, 200 * MS)) == [(200, 0)], name
        propose(plays, 2, PEDAL_HELD, 15)
        if name != "mode":
            assert pedals(played(plays, 500, from_ms=201)) == [], name


def test_where_both_play_at_once_the_pedal_that_goes_through_is_the_humans() -> None:
    plays = part(mode="accompany", thru=True)
    propose(plays, 1, PEDAL_HELD, 5)
    assert pedals(played(plays, 200)) == []


def test_a_pedal_that_the_human_presses_during_the_answer_stays_down() -> None:
    plays = down(thru=True)
    assert [out.data for out in taken(plays, DOWN, 200 * MS)] == [DOWN]
    assert UP not in [out.data for out in taken(plays, KEY_ON, 210 * MS)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from((PEDAL_UP, PEDAL_HELD, PEDAL_ANEW, None)),
            st.integers(0, 40),
            st.integers(1, 60),
            st.sampled_from(("", "", "", "key", "pedal", "mute", "solo", "reply", "tempo", "panic", "late")),
        ),
        max_size=30,
    )
)
def test_whatever_happens_it_comes_up(steps: list[tuple[int | None, int, int, str]]) -> None:
    plays, sent, now_ms = part(), [], 0
    for note_id, (pedal, wait, length, event) in enumerate(steps, 1):
        tick = plays.transport.tempo.tick_at(now_ms * MS) + wait
        plays.take(Proposal(note_id, plays.epoch, tick, tick + length, 0, 40 + note_id, 80, 0, pedal), now_ms * MS)
        match event:
            case "key":
                sent += [*plays.play(KEY_ON, now_ms * MS), *plays.play(KEY_OFF, now_ms * MS)]
            case "panic":
                sent += plays.panic(now_ms * MS)
            case "pedal" | "mute":
                value = {"pedal": "0", "mute": "on"}[event] if note_id % 2 else {"pedal": "1", "mute": "off"}[event]
                sent += change(plays, event, value, now_ms * MS)
            case "solo" | "reply":
                sent += change(plays, "mode", event, now_ms * MS)
            case "tempo":
                sent += change(plays, "bpm", str(60 + 7 * note_id), now_ms * MS)
            case "late":
                now_ms += 400
        for _ in range(5):
            now_ms += 37
            sent += plays.due(now_ms * MS)
    sent += plays.cancel_and_release(now_ms * MS)
    values = [message.data[2] for message in sent if message.data[:2] == UP[:2]]
    assert all(one != other for one, other in pairwise(values)), "each move changes something"
    assert not values or (values[0], values[-1]) == (127, 0)
    assert plays.next_due_ns is None
