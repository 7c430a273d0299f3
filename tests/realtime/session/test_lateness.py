"""An answer that the machine is too busy to play is told of, now and then."""

from realtime.messages import Proposal
from realtime.session.answer import APART_NS, FEWEST, Lateness
from realtime.session.journal import Notice
from realtime.session.session import FLOOD_LOOK_NS, Session
from realtime.settings import Settings

S = 1_000_000_000


def test_notes_left_out_are_told_with_their_number() -> None:
    lateness = Lateness()
    assert list(lateness.lines(FEWEST - 1, 0)) == []
    (line,) = lateness.lines(FEWEST, 1)
    assert line.startswith(f"{FEWEST} notes")


def test_a_machine_that_stays_busy_is_told_of_now_and_then() -> None:
    lateness = Lateness()
    told = [line for second in range(1, 62) for line in lateness.lines(10 * second, second * S)]
    assert len(told) == 1 + 60 * S // APART_NS
    assert told[1].startswith("300 notes")


def test_a_session_whose_notes_all_come_too_late_says_so() -> None:
    session = Session((Settings(bpm=120),), 0)
    for note_id in range(FEWEST):
        session.receive(0, Proposal(note_id, 0, 0, 24, 0, 60 + note_id, 80, 0), 10 * S)
    session.take((), 10 * S + FLOOD_LOOK_NS)
    notices = [entry.text for entry in session.journal.drain() if isinstance(entry, Notice)]
    assert [line for line in notices if "too late" in line]
