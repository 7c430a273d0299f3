"""Hearing: what counts as the human's playing, of all that comes in."""

import pytest

from midi.arrivals import Arrived
from midi.message import is_channel_message
from realtime.session.controls import Controls
from realtime.session.echo import Echo
from realtime.session.hearing import ALL_LINE, ECHO_LINE, SILENT_LINE, ZONE_LINE, Hearing
from realtime.session.inputs import ACTIVE_SENSING, SILENT_NS, Inputs
from realtime.session.journal import Human, Send, Sounded
from realtime.session.schedule import NO_NOTE
from realtime.session.voice_routing import VoiceRouting
from realtime.settings import DRUMS, Settings

MS = 1_000_000


def on(pitch: int, channel: int = 0) -> bytes:
    return bytes((0x90 | channel, pitch, 80))


def off(pitch: int, channel: int = 0) -> bytes:
    return bytes((0x80 | channel, pitch, 0))


def control(number: int, value: int = 0, channel: int = 0) -> bytes:
    return bytes((0xB0 | channel, number, value))


def hearing_of(routing: VoiceRouting | None = None) -> Hearing:
    """Musicians who answer in turn."""
    routing = routing or VoiceRouting()
    controls = Controls([Settings()] * routing.voices, routing)
    return Hearing(controls, routing, Inputs(), Echo(controls))


def sent(hearing: Hearing, data: bytes, at_ns: int, *, proves: bool) -> None:
    """A message went out, of the answer if it proves that what is like it comes back, else through."""
    hearing.echo.take(Sounded(at_ns, Send(0, data, at_ns, 7 if proves else NO_NOTE)))


def heard(hearing: Hearing, *messages: bytes, at_ns: int = 0) -> list[bytes]:
    """What counts as played, of messages that come at one moment."""
    played: list[bytes] = []
    for message in messages:
        hearing.sense("in", Arrived(at_ns, message))
        if is_channel_message(message):
            played += [data for one in hearing.take("in", Arrived(at_ns, message)) for data in one.played]
    return played


@pytest.mark.parametrize("number", [123, 124, 125, 126, 127])
def test_a_mode_message_lets_its_channels_keys_go(number: int) -> None:
    hearing = hearing_of()
    heard(hearing, on(60), on(61, 1))
    assert heard(hearing, control(number)) == [off(60)]
    assert heard(hearing, off(60), off(61, 1)) == [off(61, 1)]


def test_all_sound_off_ends_what_a_pedal_holds_too() -> None:
    hearing = hearing_of()
    heard(hearing, on(60))
    assert heard(hearing, control(120)) == [off(60), control(120)]


def test_all_notes_off_with_the_last_key_up_is_one_key_up() -> None:
    hearing = hearing_of()
    assert heard(hearing, on(60), off(60), control(123), on(62), control(123), off(62)) == [
        on(60),
        off(60),
        on(62),
        off(62),
    ]


def test_a_double_counts_once_and_goes_through_as_often_as_it_comes() -> None:
    hearing = hearing_of()
    taken = [one for channel in (0, 1) for one in hearing.take("in", Arrived(5, on(60, channel)))]
    assert taken == [Human(0, 5, on(60), (on(60),)), Human(0, 5, on(60, 1), ())]


def test_drums_are_not_heard() -> None:
    assert heard(hearing_of(), on(36, 9)) == []


def test_only_the_channels_that_count_are_heard_and_a_key_that_is_down_comes_up() -> None:
    hearing = hearing_of()
    hearing.controls.set(0, Settings(hear="1-9,11"))
    assert heard(hearing, on(60, 11), on(62, 10)) == [on(62, 10)]
    hearing.controls.set(0, Settings(hear="1"))
    assert heard(hearing, off(62, 10), on(64, 10)) == [off(62, 10)]


def test_drums_are_told_once_and_heard_if_they_are_chosen() -> None:
    hearing = hearing_of()
    heard(hearing, on(36, 9), on(38, 9))
    assert hearing.lines() == [ALL_LINE]
    heard(hearing, on(36, 9))
    assert hearing.lines() == []
    hearing.controls.set(0, Settings(hear="10"))
    assert heard(hearing, on(36, 9)) == [on(36, 9)]


def sensed(hearing: Hearing, at_ns: int) -> list[bytes]:
    """What counts as played because an input has fallen silent."""
    return [data for one in hearing.advance(at_ns) for data in one.played]


def test_an_input_that_sent_active_sensing_and_falls_silent_lets_its_keys_and_pedals_go_once() -> None:
    hearing = hearing_of()
    heard(hearing, ACTIVE_SENSING, on(60), on(60), control(64, 127), at_ns=0)
    assert sensed(hearing, SILENT_NS) == []
    assert sensed(hearing, SILENT_NS + 1) == [off(60), control(121)]
    assert hearing.lines() == [SILENT_LINE]
    assert sensed(hearing, 2 * SILENT_NS) == []


def test_anything_that_comes_keeps_an_input_and_who_never_sent_it_is_not_missed() -> None:
    hearing = hearing_of()
    heard(hearing, ACTIVE_SENSING, on(60), at_ns=0)
    heard(hearing, b"\xf8", at_ns=200 * MS)
    assert sensed(hearing, 400 * MS) == []
    never = hearing_of()
    heard(never, on(60), at_ns=0)
    assert sensed(never, 10_000 * MS) == []


def test_what_it_sends_and_hears_again_is_not_heard_and_told_once() -> None:
    hearing = hearing_of()
    for pitch in (60, 64, 67):
        sent(hearing, on(pitch), 0, proves=True)
        assert heard(hearing, on(pitch), at_ns=20 * MS) == []
        sent(hearing, bytes((0x80, pitch, 0)), 100 * MS, proves=True)
        assert heard(hearing, bytes((0x90, pitch, 0)), at_ns=110 * MS) == []
    assert hearing.lines() == [ECHO_LINE]


def test_a_humans_key_up_is_heard_though_the_answer_just_left_the_same_key() -> None:
    hearing = hearing_of()
    assert heard(hearing, on(60), at_ns=0) == [on(60)]
    sent(hearing, off(60), 95 * MS, proves=True)
    assert heard(hearing, off(60), at_ns=100 * MS) == [off(60)]


def test_a_key_that_goes_through_and_comes_back_is_one_note() -> None:
    hearing = hearing_of()
    assert heard(hearing, on(60), at_ns=0) == [on(60)]
    sent(hearing, on(60), MS, proves=True)
    assert heard(hearing, on(60), at_ns=5 * MS) == []
    assert heard(hearing, off(60), at_ns=100 * MS) == [off(60)]
    sent(hearing, off(60), 101 * MS, proves=True)
    assert heard(hearing, off(60), at_ns=105 * MS) == []


def test_another_key_another_loudness_or_later_is_the_humans() -> None:
    hearing = hearing_of()
    sent(hearing, on(60), 0, proves=True)
    soft = bytes((0x90, 60, 81))
    assert heard(hearing, on(62), soft, at_ns=10 * MS) == [on(62), soft]
    sent(hearing, on(65), 0, proves=True)
    assert heard(hearing, on(65), at_ns=40 * MS) == [on(65)]


def test_one_unison_of_both_is_no_echo_but_every_note_that_comes_back_is() -> None:
    hearing = hearing_of()
    counted = []
    for beat in range(8):
        sent(hearing, on(60), beat * 500 * MS, proves=False)
        counted.append(len(heard(hearing, on(60), off(60), at_ns=(beat * 500 + 10) * MS)))
    assert counted == [2, 2, 2, 0, 0, 0, 0, 0]
    sent(hearing, on(62), 5_000 * MS, proves=False)
    sent(hearing, on(60), 6_000 * MS, proves=False)
    assert heard(hearing, on(60), at_ns=6_010 * MS) == [on(60)]


def configure(members: int, master: int = 0) -> list[bytes]:
    """An MPE Configuration Message."""
    return [control(101, 0, master), control(100, 6, master), control(6, members, master)]


def test_a_configured_zone_is_one_part_on_its_masters_channel_and_channel_10_no_drum_kit() -> None:
    hearing = hearing_of()
    heard(hearing, *configure(15))
    assert heard(hearing, on(60, 1), on(64, 9), off(60, 1), off(64, 9)) == [on(60), on(64), off(60), off(64)]
    assert hearing.lines() == [ZONE_LINE]


def test_all_notes_off_on_a_zones_master_ends_all_its_notes() -> None:
    hearing = hearing_of()
    heard(hearing, *configure(15), on(60, 1), on(64, 9))
    assert heard(hearing, control(123)) == [off(60), off(64)]


def test_a_zone_of_no_members_is_none() -> None:
    hearing = hearing_of()
    heard(hearing, *configure(15), *configure(0))
    assert heard(hearing, on(60, 3)) == [on(60, 3)]


def shaped(pitch: int, channel: int) -> list[bytes]:
    return [bytes((0xE0 | channel, 0, 64)), bytes((0xD0 | channel, 0)), on(pitch, channel)]


def test_keys_that_are_each_shaped_in_advance_on_channels_of_their_own_are_one_player() -> None:
    hearing = hearing_of()
    heard(hearing, *shaped(60, 1), *shaped(64, 2))
    played = heard(hearing, *shaped(67, 9))
    assert played[-1] == on(67)


def test_a_layered_keyboard_whose_wheel_moves_is_no_zone() -> None:
    hearing = hearing_of()
    heard(hearing, *shaped(60, 1), *shaped(60, 2), *shaped(60, 3))
    assert hearing.lines() == []


def test_where_each_channel_is_a_musicians_own_no_zone_is_guessed() -> None:
    hearing = hearing_of(VoiceRouting(4))
    heard(hearing, *shaped(60, 1), *shaped(64, 2))
    assert hearing.lines() == []


def test_a_drummer_hears_pads_and_keys() -> None:
    hearing = hearing_of()
    hearing.controls.set(0, Settings(part=DRUMS))
    assert heard(hearing, on(36, 9), on(60)) == [on(36, 9), on(60)]
    assert hearing.lines() == []
