"""Nothing that hands play is left out; of more than that, what was said last holds, and no key stays down."""

from hypothesis import given
from hypothesis import strategies as st

from midi.arrivals import Arrived
from midi.nanoseconds import NS_PER_S
from realtime.session.intake import NOTES, OTHERS, TELL_NS, Intake, Intakes

MS = NS_PER_S // 1000
PEDAL_DOWN, PEDAL_UP = bytes((0xB0, 64, 127)), bytes((0xB0, 64, 0))
PULSE = b"\xf8"


def admitted(intake: Intake, now_ns: int, *messages: bytes) -> list[bytes]:
    for data in messages:
        intake.add("in", Arrived(now_ns, data))
    return [one.data for _, one in intake.admit(now_ns)]


def on(pitch: int) -> bytes:
    return bytes((0x90, pitch, 80))


def off(pitch: int) -> bytes:
    return bytes((0x80, pitch, 0))


def test_what_hands_play_passes_untouched() -> None:
    intake = Intake()
    for beat in range(20):
        chord = [on(40 + beat + step) for step in range(20)] + [bytes((0xE0, beat, 64))] * 10
        assert admitted(intake, beat * NS_PER_S // 4, *chord) == chord
        released = [off(40 + beat + step) for step in range(20)]
        assert admitted(intake, beat * NS_PER_S // 4 + 1, *released) == released
    assert intake.left_out == 0


def test_note_ons_beyond_the_bound_are_left_out_until_the_second_is_over() -> None:
    intake = Intake()
    assert len(admitted(intake, 0, *[on(60)] * (NOTES + 10))) == NOTES
    assert intake.left_out == 10
    assert admitted(intake, NS_PER_S - 1, on(61)) == []
    assert admitted(intake, NS_PER_S, on(61)) == [on(61)]


def test_a_key_that_went_down_comes_up_whatever_else_comes_in() -> None:
    intake = Intake()
    admitted(intake, 0, on(60), *[on(61)] * NOTES, *[PEDAL_DOWN] * OTHERS, *[off(62)] * 1000)
    assert admitted(intake, 1, off(60)) == [off(60)]
    assert admitted(intake, 1, bytes((0x90, 61, 0))) == [bytes((0x90, 61, 0))]


def test_of_a_controller_the_latest_value_comes_as_soon_as_there_is_room() -> None:
    intake = Intake()
    wheel = [bytes((0xB0, 1, value % 128)) for value in range(1000)]
    assert admitted(intake, 0, *wheel, PEDAL_DOWN, PEDAL_UP) == wheel[:OTHERS]
    assert admitted(intake, NS_PER_S // 10 - 1) == []
    assert admitted(intake, NS_PER_S // 10) == [wheel[-1], PEDAL_UP]
    assert intake.left_out == 1000 - OTHERS - 1 + 1


def test_a_value_that_waits_gives_way_to_a_later_one() -> None:
    intake = Intake()
    admitted(intake, 0, *[PEDAL_UP] * OTHERS, PEDAL_DOWN)
    assert admitted(intake, NS_PER_S, PEDAL_UP) == [PEDAL_DOWN, PEDAL_UP]
    admitted(intake, 2 * NS_PER_S, *[PEDAL_UP] * OTHERS, PEDAL_DOWN, PEDAL_UP)
    assert admitted(intake, 3 * NS_PER_S) == [PEDAL_UP]


def test_a_stop_is_not_lost_in_a_flood_of_pulses() -> None:
    intake = Intake()
    admitted(intake, 0, *[PULSE] * 1000, b"\xfa", b"\xfc")
    assert admitted(intake, NS_PER_S) == [b"\xfa", b"\xfc"]
    assert intake.left_out == 1000 - OTHERS


@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.booleans(), st.sampled_from((60, 61)), st.integers(0, 127)), max_size=200
    )
)
def test_no_key_stays_down_and_the_last_value_holds(steps: list[tuple[int, bool, int, int]]) -> None:
    intake = Intake()
    down, passed, now_ns, wheel, last = set(), [], 0, None, None
    flood = [on(70), off(70), *[bytes((0xD0, 1))] * 3]
    for wait_ms, is_on, pitch, value in steps:
        now_ns += wait_ms * MS // 100
        last = bytes((0xB0, 1, value))
        passed += admitted(intake, now_ns, *flood * 30, on(pitch) if is_on else off(pitch), last)
    passed += admitted(intake, now_ns + 1, off(60), off(61), off(70))
    passed += admitted(intake, now_ns + NS_PER_S)
    for data in passed:
        if data[0] == 0x90:
            down.add(data[1])
        elif data[0] == 0x80:
            down.discard(data[1])
        elif data[0] == 0xB0:
            wheel = data
    assert down == set()
    assert wheel == last


def test_a_flood_is_told_when_it_begins_and_when_it_is_over() -> None:
    intakes = Intakes(2)
    assert list(intakes.lines(0)) == []
    admitted(intakes.of(1), 0, *[on(60)] * (NOTES + 1000))
    assert list(intakes.lines(0)) == ["more comes in than anybody plays: what is too much is left out"]
    admitted(intakes.system, 1, *[PULSE] * (OTHERS + 500))
    assert list(intakes.lines(TELL_NS)) == []
    assert list(intakes.lines(2 * TELL_NS + 1)) == ["1,500 messages that came in were left out"]
    assert list(intakes.lines(9 * TELL_NS, is_over=True)) == []


def test_at_the_end_what_was_left_out_is_told_at_once() -> None:
    intakes = Intakes(1)
    admitted(intakes.of(0), 0, *[on(60)] * (NOTES + 1))
    assert list(intakes.lines(0, is_over=True))[1:] == ["1 messages that came in were left out"]
