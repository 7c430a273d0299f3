"""What keyboards and DAWs send beside notes, through real ports: it ends what it says, and nothing else."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import mido
import pytest

from tests.live.conftest import IN, OUT, Stage
from tests.peers.program import wait_until
from tests.peers.pulses import PULSE as CLOCK
from tests.peers.pulses import START
from tests.peers.sender import Sender, Timed
from tests.peers.sound import Sound
from tests.peers.synth import Synth

MELODY = (60, 64, 67, 72)
STEP_S = 0.2
DOUBLED_LATE_S = 0.003
MS = 1_000_000


def key(pitch: int, at: float, seconds: float = 0.15, channel: int = 0) -> list[Timed]:
    return [(at, bytes((0x90 | channel, pitch, 80))), (at + seconds, bytes((0x80 | channel, pitch, 0)))]


def control(number: int, value: int, at: float = 0.0, channel: int = 0) -> Timed:
    return at, bytes((0xB0 | channel, number, value))


def phrase(channel: int = 0, late_s: float = 0.0) -> list[Timed]:
    return [event for step, pitch in enumerate(MELODY) for event in key(pitch, step * STEP_S + late_s, channel=channel)]


def with_all_notes_off(events: list[Timed], number: int) -> list[Timed]:
    """Whenever the last key comes up, the mode message follows, as older Rolands send it."""
    return sorted(
        (one for at, data in events for one in ((at, data), *([control(number, 0, at)] if data[0] == 0x80 else []))),
        key=lambda event: event[0],
    )


@pytest.mark.parametrize(("mode", "number"), [("reply", 123), ("reply", 120), ("accompany", 123), ("solo", 120)])
def test_a_mode_message_with_the_last_key_up_ends_no_music(stage: Callable[..., Stage], mode: str, number: int) -> None:
    on_stage = stage("--mode", mode, "--bpm", "200", "--bars", "8", "--wait-for-me")
    sent = on_stage.keyboard.play(with_all_notes_off(phrase(), number))
    goes_on_ns = sent[-1].at_ns + 50 * MS
    wait_until(lambda: any(one.at_ns > goes_on_ns for one in on_stage.listener.note_ons), "a note after the last")


def test_a_daw_that_resets_all_channels_at_stop_does_not_end_a_solo(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--mode", "solo", "--bpm", "200")
    on_stage.wait_for_answer(2)
    on_stage.keyboard.play([control(number, 0, 0, channel) for channel in range(16) for number in (123, 120, 121)])
    on_stage.wait_for_answer(len(on_stage.listener.note_ons) + 4)


def test_panic_silences_a_solo_until_the_next_note(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--mode", "solo", "--bpm", "200")
    on_stage.wait_for_answer(2)
    on_stage.daemon.write("panic")
    wait_until(lambda: bytes((0xB0, 120, 0)) in [one.message for one in on_stage.listener.heard], "all sound off")
    count = len(on_stage.wait_for_silence())
    time.sleep(1.0)  # three beats in which a solo would have gone on
    assert len(on_stage.listener.heard) == count
    on_stage.keyboard.play(key(60, 0))
    on_stage.wait_for_answer(len(on_stage.listener.note_ons) + 2)


def test_a_phrase_that_comes_twice_is_heard_once(stage: Callable[..., Stage], tmp_path: Path) -> None:
    doubled = sorted([*phrase(), *phrase(late_s=DOUBLED_LATE_S)], key=lambda event: event[0])
    assert heard_in_a_session(stage, tmp_path / "session.mid", doubled) == list(MELODY)


def test_a_keyboard_layered_on_three_channels_is_heard_once(stage: Callable[..., Stage], tmp_path: Path) -> None:
    layered = sorted((event for channel in range(3) for event in phrase(channel)), key=lambda event: event[0])
    assert heard_in_a_session(stage, tmp_path / "session.mid", layered) == list(MELODY)


def heard_in_a_session(stage: Callable[..., Stage], saved: Path, events: list[Timed]) -> list[int]:
    """The human's pitches in what was saved."""
    on_stage = stage("--bpm", "200", "--bars", "1", "--save", str(saved))
    on_stage.keyboard.play(events)
    on_stage.wait_for_answer(1)
    on_stage.wait_for_silence()
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    return humans(saved)


def humans(saved: Path) -> list[int]:
    """The human's pitches in a session file; read with mido, since our own reader merges doubles too."""
    tracks = [track for track in mido.MidiFile(saved).tracks if track.name == "Human"]
    return [one.note for track in tracks for one in track if one.type == "note_on" and one.velocity]


def test_an_organ_with_the_pedal_down_through_thru_is_silent_after_the_end(
    stage: Callable[..., Stage], synth: Synth, tmp_path: Path
) -> None:
    on_stage = stage("--thru", "--bpm", "60")
    on_stage.jack.connect(OUT, synth.port)
    organ_held = [(0.0, bytes((0xC0, 19))), control(64, 127), *key(60, 0.1), *key(67, 0.1), *key(72, 0.1)]
    with synth.record(tmp_path / "end.wav", 4) as recording:
        on_stage.keyboard.play(organ_held)
        time.sleep(0.5)  # the pedal alone holds it
        on_stage.daemon.signal(signal.SIGINT)
        assert on_stage.daemon.wait() == 0
        recording.wait()
    sound = Sound.read(tmp_path / "end.wav")
    began = sound.onset()
    assert began is not None, "the organ was not heard"
    assert sound.part(began + 0.2, began + 0.5).level() > -50
    assert sound.part(began + 2.2, began + 2.7).level() < -60
    assert bytes((0xB0, 64, 0)) in [one.message for one in on_stage.listener.heard]


def test_what_comes_on_a_channel_that_does_not_count_does_not_hold_up_the_answer(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bpm", "200", "--bars", "1", "--hear", "1-9,11")
    accompaniment = [event for beat in range(60) for event in key(40, beat * 0.1, 0.08, channel=11)]
    drums = [event for beat in range(20) for event in key(36, beat * 0.3, channel=9)]
    events = sorted([*phrase(), *accompaniment, *drums], key=lambda event: event[0])
    on_stage.keyboard.start(events)
    first = on_stage.wait_for_answer(1)[0]
    assert first.at_ns < on_stage.keyboard.finish()[-1].at_ns, "it answers while the others still play"


def test_ignored_drums_are_told_once(stage: Callable[..., Stage]) -> None:
    on_stage = stage()
    on_stage.keyboard.play([*key(36, 0, channel=9), *key(38, 0.2, channel=9)])
    on_stage.daemon.wait_for_line("channel 10")
    time.sleep(0.3)
    assert sum("channel 10" in line.text for line in on_stage.daemon.lines) == 1


@pytest.mark.parametrize("mode", ["reply", "solo"])
def test_it_does_not_hear_itself_where_its_output_is_its_input(
    stage: Callable[..., Stage], tmp_path: Path, mode: str
) -> None:
    saved = tmp_path / "session.mid"
    on_stage = stage("--mode", mode, "--bpm", "200", "--wait-for-me", "--thru", "--save", str(saved))
    on_stage.jack.connect(OUT, IN)
    on_stage.keyboard.play(phrase())
    on_stage.wait_for_answer(len(MELODY) + 3)
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    assert humans(saved) == list(MELODY)
    assert sum("come back" in line.text for line in on_stage.daemon.lines) == 1


def test_a_keyboard_whose_cable_is_pulled_lets_its_keys_go(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--thru")
    sensing = [(step * 0.2, bytes((0xFE,))) for step in range(5)]
    sent = on_stage.keyboard.play([(0.0, bytes((0xFE,))), (0.0, bytes((0x90, 60, 80))), control(64, 127), *sensing])
    wait_until(lambda: bool(on_stage.listener.note_offs), "the key's release")
    released = on_stage.listener.note_offs[0]
    assert released.message == bytes((0x80, 60, 0))
    assert released.at_ns > sent[-1].at_ns + 200 * MS
    wait_until(lambda: bytes((0xB0, 64, 0)) in [one.message for one in on_stage.listener.heard], "the pedal up")


def test_mpe_is_one_player_who_is_answered_on_one_channel(stage: Callable[..., Stage], tmp_path: Path) -> None:
    zone = [control(101, 0), control(100, 6), control(6, 15)]
    notes = [event for step, pitch in enumerate(MELODY) for event in key(pitch, 0.1 + step * STEP_S, channel=8 + step)]
    assert heard_in_a_session(stage, tmp_path / "session.mid", [*zone, *notes]) == list(MELODY)
    channels = {
        one.channel
        for track in mido.MidiFile(tmp_path / "session.mid").tracks
        for one in track
        if one.type == "note_on"
    }
    assert channels == {0}


def test_muted_a_solo_is_silent_and_unmuted_it_goes_on(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--mode", "solo", "--bpm", "200")
    on_stage.wait_for_answer(2)
    on_stage.daemon.write("mute on")
    time.sleep(0.3)
    count = len(on_stage.wait_for_silence())
    time.sleep(1.0)
    assert len(on_stage.listener.heard) == count
    on_stage.daemon.write("mute off")
    on_stage.wait_for_answer(len(on_stage.listener.note_ons) + 2)


def test_the_clock_comes_from_another_device_than_the_notes(
    stage: Callable[..., Stage], sender: Callable[[str], Sender]
) -> None:
    master = sender("master")
    on_stage = stage("--clock-in", "master", "--mode", "reply", "--bars", "1")
    pulses = [(step * 60 / 140 / 24, CLOCK) for step in range(24 * 8)]
    keyboards_own = [(step * 60 / 90 / 24, CLOCK) for step in range(24 * 5)]
    master.start([(0.0, START), *pulses, (pulses[-1][0], bytes((0x90, 30, 80)))])
    on_stage.keyboard.play(sorted([*phrase(), *keyboards_own], key=lambda event: event[0]))
    told = on_stage.daemon.wait_for_line("MIDI clock")
    assert float(told.text.split()[-2]) == pytest.approx(140, rel=0.03)
    on_stage.wait_for_answer(1)


def test_a_clock_that_is_never_started_is_told_with_its_tempo_once(stage: Callable[..., Stage]) -> None:
    on_stage = stage()
    on_stage.keyboard.play([(step * 60 / 120 / 24, CLOCK) for step in range(24 * 4)])
    on_stage.daemon.wait_for_line("without a start")
    assert [line.text for line in on_stage.daemon.lines if "MIDI clock: 1" in line.text]
    assert sum("without a start" in line.text for line in on_stage.daemon.lines) == 1


def test_a_pedal_that_went_down_through_thru_comes_up_through_it_when_thru_is_off(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--thru")
    on_stage.keyboard.play([control(64, 127), control(1, 50)])
    wait_until(lambda: len(on_stage.listener.heard) == 2, "pedal and wheel")
    on_stage.daemon.write("thru off")

    def is_off() -> bool:
        on_stage.daemon.write("thru")
        return any("thru off" in line.text for line in on_stage.daemon.lines)

    wait_until(is_off, "thru off")
    on_stage.keyboard.play([control(64, 0), control(7, 50)])
    wait_until(lambda: len(on_stage.listener.heard) > 2, "the pedal up")
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    assert [one.message for one in on_stage.listener.heard[2:]] == [control(64, 0)[1], control(1, 0)[1]]


def test_suspended_it_puts_back_what_went_through(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--thru")
    on_stage.keyboard.play([control(64, 127), (0.0, bytes((0xE0, 0, 90))), (0.0, bytes((0xD0, 40)))])
    wait_until(lambda: len(on_stage.listener.heard) == 3, "what goes through")
    on_stage.daemon.signal(signal.SIGTSTP)
    put_back = [control(64, 0)[1], bytes((0xE0, 0, 64)), bytes((0xD0, 0))]
    wait_until(lambda: [one.message for one in on_stage.listener.heard[3:]] == put_back, "put back")
    wait_until(lambda: " T " in Path(f"/proc/{on_stage.daemon.pid}/stat").read_text(), "the daemon to stop")
    on_stage.daemon.signal(signal.SIGCONT)
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0


@pytest.mark.parametrize(("other", "late_s"), [(120, 0.003), (100, 0.006)])
def test_of_two_clocks_at_one_input_one_is_kept_and_it_is_told(
    stage: Callable[..., Stage], sender: Callable[[str], Sender], other: float, late_s: float
) -> None:
    on_stage = stage()
    second = sender("second")
    on_stage.jack.connect(second.port, IN)
    second.start([(late_s + step * 60 / other / 24, CLOCK) for step in range(24 * 8)])
    on_stage.keyboard.play([(step * 60 / 100 / 24, CLOCK) for step in range(24 * 6)])
    told = on_stage.daemon.wait_for_line("two MIDI clocks come in")
    kept = float(told.text.split("that of ")[1].split()[0])
    assert min(abs(kept - bpm) for bpm in (100, other)) <= 2
    assert sum("two MIDI clocks" in line.text for line in on_stage.daemon.lines) == 1
