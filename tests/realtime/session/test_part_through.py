"""What goes through the part: thru, the split, and changes while playing."""

import pytest

from midi.errors import InputError
from midi.message import NOTE_OFF, NOTE_ON
from realtime.messages import Dropped, ParameterChange, Played, Proposal
from realtime.session.part import Part
from realtime.session.schedule import Outgoing
from realtime.settings import Settings
from tests.realtime.session.parts import change, part_of, taken

MS = 1_000_000


def on(pitch: int) -> bytes:
    return bytes((NOTE_ON, pitch, 80))


def off(pitch: int) -> bytes:
    return bytes((NOTE_OFF, pitch, 0))


def data(messages: list[Outgoing]) -> list[bytes]:
    return [message.data for message in messages]


def heard(part: Part) -> list[int]:
    return [message.data1 for message in part.to_engine if isinstance(message, Played)]


def test_with_thru_every_message_goes_on_and_without_it_none() -> None:
    thru, plain = part_of(Settings(thru=True)), part_of(Settings())
    bend = bytes((0xE0, 0, 64))
    assert [data(taken(thru, message)) for message in (on(60), bend, off(60))] == [[on(60)], [bend], [off(60)]]
    assert [taken(plain, message) for message in (on(60), bend, off(60))] == [[], [], []]


def test_a_key_that_went_through_comes_up_though_thru_was_turned_off() -> None:
    part = part_of(Settings(thru=True))
    taken(part, on(60))
    change(part, "thru", "off", 0)
    assert data(taken(part, off(60))) == [off(60)]
    assert taken(part, on(62)) == []


def test_the_answer_leaves_a_key_alone_that_the_human_holds() -> None:
    part = part_of(Settings(thru=True, mode="accompany", bpm=120))
    taken(part, on(60))
    part.take(Proposal(1, part.epoch, 1, 24, 0, 60, 80, 0), 0)
    assert part.due(30 * MS) == []
    assert Dropped(1) in part.to_engine
    assert part.schedule.dropped == 0, "it was not late"


def test_keys_at_the_split_and_above_are_not_heard_though_it_moves_while_they_are_down() -> None:
    part = part_of(Settings(split=60))
    for message in (on(59), on(60), on(72)):
        part.play(message, 0)
    change(part, "split", "80", 0)
    for message in (off(72), off(60), off(59), on(72)):
        part.play(message, MS)
    assert heard(part) == [59, 59, 72]


def test_a_note_does_not_cut_what_sounds_where_there_are_no_turns() -> None:
    reply, together = (part_of(Settings(mode=mode, bpm=120)) for mode in ("reply", "accompany"))
    for part in (reply, together):
        part.take(Proposal(1, part.epoch, 0, 48, 0, 72, 80, 0), 0)
        part.due(0)
    assert data(reply.play(on(60), MS)) == [off(72)]
    assert together.play(on(60), MS) == []


def test_a_bad_value_changes_nothing_and_a_good_one_is_told() -> None:
    part = part_of()
    with pytest.raises(InputError):
        change(part, "temperature", "warm", 0)
    assert part.settings == Settings()
    assert not part.to_engine
    change(part, "temperature", "1.5", 0)
    assert part.settings.temperature == 1.5
    assert list(part.to_engine) == [ParameterChange("temperature", 1.5)]


def test_an_offset_sends_everything_earlier() -> None:
    part = part_of(Settings(bpm=120, out_offset=20.0))
    part.take(Proposal(1, part.epoch, 24, 48, 0, 72, 80, 0), 0)
    assert part.next_due_ns == 480 * MS


def test_what_waits_moves_with_the_tempo() -> None:
    part = part_of(Settings(bpm=120))
    part.take(Proposal(1, part.epoch, 48, 72, 0, 72, 80, 0), 0)
    assert part.next_due_ns == 1_000 * MS
    change(part, "bpm", "240", 0)
    part.take_time(0)
    assert part.next_due_ns == pytest.approx(500 * MS, abs=MS)


def test_a_note_decided_too_late_is_left_out_beyond_the_limit() -> None:
    part = part_of(Settings(bpm=120, late=30))
    part.take(Proposal(1, part.epoch, 0, 96, 0, 60, 80, 0), 20 * MS)
    part.take(Proposal(2, part.epoch, 0, 96, 0, 72, 80, 0), 40 * MS)
    assert part.schedule.dropped == 1


def test_the_end_of_what_sounds_moves_with_the_tempo() -> None:
    part = part_of(Settings(bpm=120))
    part.take(Proposal(1, part.epoch, 0, 48, 0, 72, 80, 0), 0)
    part.due(0)
    change(part, "bpm", "240", 0)
    part.take_time(0)
    assert part.next_due_ns == pytest.approx(500 * MS, abs=MS)


def test_together_a_human_note_voids_what_is_due_well_after_it_and_nothing_else() -> None:
    part = part_of(Settings(mode="accompany", bpm=120))
    for note_id, onset in ((1, 24), (2, 25), (3, 30)):
        part.take(Proposal(note_id, part.epoch, onset, onset + 12, 0, 70 + note_id, 80, 0), 0)
    part.play(on(60), 500 * MS)
    assert [message.note_id for message in part.due(2_000 * MS) if message.is_note_on] == [1, 2]


PEDAL_DOWN, PEDAL_UP = bytes((0xB0, 64, 127)), bytes((0xB0, 64, 0))


@pytest.mark.parametrize(
    ("mode", "channel", "before_it"),
    [("reply", 0, [PEDAL_UP]), ("reply", 1, []), ("accompany", 0, []), ("solo", 0, [])],
)
def test_in_turns_a_pedal_that_went_through_does_not_hold_the_answer(
    mode: str, channel: int, before_it: list[bytes]
) -> None:
    part = part_of(Settings(thru=True, mode=mode, bpm=120))
    taken(part, PEDAL_DOWN)
    part.take(Proposal(1, part.epoch, 1, 24, 0, 60, 80, channel), 0)
    part.take(Proposal(2, part.epoch, 1, 24, 0, 64, 80, channel), 0)
    answer = [bytes((NOTE_ON | channel, pitch, 80)) for pitch in (60, 64)]
    assert data(part.due(30 * MS)) == [*before_it, *answer]
