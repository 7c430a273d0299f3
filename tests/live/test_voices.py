"""Many musicians, one daemon: each is answered on their own channel or port, and all are released together."""

import signal
from collections.abc import Callable
from pathlib import Path

import mido

from tests.live.conftest import Stage, alive, kill
from tests.peers.daemon import Daemon
from tests.peers.jackd import JackServer
from tests.peers.program import wait_until
from tests.peers.receiver import Heard, Receiver, sounding
from tests.peers.sender import Sender, Timed

VOICES = 4
PAUSE_NS = 1_200_000_000
"""Less than the pause that ends a phrase of one note."""


def phrase(channel: int, lowest: int, count: int = 6) -> list[Timed]:
    """Eighths at 120 bpm."""
    return [
        event
        for index in range(count)
        for event in (
            (index * 0.25, bytes((0x90 | channel, lowest + 2 * index, 80))),
            (index * 0.25 + 0.2, bytes((0x80 | channel, lowest + 2 * index, 0))),
        )
    ]


def test_each_musician_is_answered_on_their_own_channel(stage: Callable[..., Stage], tmp_path: Path) -> None:
    saved = tmp_path / "session.mid"
    on_stage = stage("--voices", str(VOICES), "--bpm", "120", "--bars", "1", "--save", str(saved))
    together = sorted(event for channel in range(VOICES - 1) for event in phrase(channel, 48 + 7 * channel))
    on_stage.keyboard.play([*together, (1.5, bytes((0x9C, 60, 80))), (1.6, bytes((0x8C, 60, 0)))])
    wait_until(
        lambda: {one.message[0] & 0x0F for one in on_stage.listener.note_ons} == set(range(VOICES - 1)),
        "answers on three channels, and none to who has not played or has no voice",
    )
    on_stage.wait_for_silence()
    on_stage.daemon.signal(signal.SIGTERM)
    assert on_stage.daemon.wait() == 0
    names = {track.name for track in mido.MidiFile(saved).tracks}
    assert {f"{who} {number}" for who in ("Human", "Antiphon") for number in range(1, VOICES + 1)} <= names
    assert len(on_stage.listener.note_ons) == len(on_stage.listener.note_offs)
    assert on_stage.daemon.errors == ""


def test_one_musician_does_not_silence_the_answer_to_another(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--voices", "2", "--bpm", "120", "--mode", "solo", "--bars", "8")
    wait_until(lambda: len({one.message[0] for one in on_stage.listener.note_ons}) == 2, "two voices")
    on_stage.daemon.write("2 mode reply")
    on_stage.daemon.write("1 mode reply")
    on_stage.wait_for_silence()
    on_stage.keyboard.play(phrase(0, 60))
    count = len(on_stage.listener.note_ons)
    on_stage.wait_for_answer(count + 2)
    struck, _ = on_stage.keyboard.play([(0.0, b"\x91\x30\x50"), (0.1, b"\x81\x30\x00")])

    def after() -> list[Heard]:
        return [one for one in on_stage.listener.note_ons if one.at_ns > struck.at_ns and one.message[0] == 0x90]

    wait_until(lambda: len(after()) > 2, "the answer to the first")
    assert after()[0].at_ns < struck.at_ns + PAUSE_NS, "it went on, and did not begin anew after a pause"


def test_each_musician_has_ports_of_their_own(
    jack: JackServer,
    daemon: Callable[..., Daemon],
    sender: Callable[[str], Sender],
    receiver: Callable[[str], Receiver],
    tiny: str,
) -> None:
    playing = daemon("--model", tiny, "--no-save", "--bpm", "120", "--voices", "3", "--voices-by", "port")
    playing.wait_ready()
    keyboards = [sender(f"keyboard{number}") for number in (1, 2, 3)]
    listeners = [receiver(f"listener{number}") for number in (1, 2, 3)]
    for number, (keyboard, listener) in enumerate(zip(keyboards, listeners, strict=True), 1):
        jack.connect(keyboard.port, f"Antiphon {number} in:Antiphon {number} in")
        jack.connect(f"Antiphon {number} out:Antiphon {number} out", listener.port)
    for keyboard in keyboards[:2]:
        keyboard.start(phrase(4, 60))
    wait_until(lambda: all(len(one.note_ons) > 2 for one in listeners[:2]), "two answers")
    assert {one.message[0] for listener in listeners[:2] for one in listener.note_ons} == {0x94}
    assert not listeners[2].heard
    wait_until(lambda: not any(sounding(one.heard) for one in listeners), "silence")


def test_an_engine_that_dies_leaves_no_voice_sounding_and_comes_back_for_all(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--voices", "3", "--bpm", "120", "--mode", "solo")

    def channels_since(count: int) -> set[int]:
        return {one.message[0] & 0x0F for one in on_stage.listener.note_ons[count:]}

    wait_until(lambda: channels_since(0) == {0, 1, 2}, "three voices")
    engine = on_stage.engine_pid()
    kill(engine, signal.SIGKILL)
    wait_until(lambda: not alive(engine), "the engine's end")
    on_stage.daemon.wait_for_line("the engine was lost")
    count = len(on_stage.listener.note_ons)
    wait_until(lambda: channels_since(count) == {0, 1, 2}, "three voices again")
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()


def test_voices_play_into_ports_that_are_there(
    jack: JackServer,
    daemon: Callable[..., Daemon],
    sender: Callable[[str], Sender],
    receiver: Callable[[str], Receiver],
    tiny: str,
) -> None:
    keyboard, left, right = sender("keyboard"), receiver("left"), receiver("right")
    flags = ("--voices", "2", "--voices-by", "port", "--out", "left", "--out", "right", "--mode", "solo")
    daemon("--model", tiny, "--no-save", "--bpm", "120", *flags).wait_ready()
    jack.connect(keyboard.port, "Antiphon 1 in:Antiphon 1 in")
    wait_until(lambda: len(left.note_ons) > 2 and len(right.note_ons) > 2, "both play")
    assert [one.message for one in left.note_ons[:8]] != [one.message for one in right.note_ons[:8]]


def test_more_musicians_than_channels_are_told_what_to_do(daemon: Callable[..., Daemon], tiny: str) -> None:
    for flags, told in (
        (("--voices", "16"), "--voices-by port"),
        (("--voices", "2", "--channel", "3"), "channel cannot be set"),
        (("--voices", "2", "--voices-by", "port", "--in", "a"), "2 ports"),
        (("--in", "a", "--in", "b"), "one port"),
    ):
        refused = daemon("--model", tiny, *flags)
        assert refused.wait() == 2
        assert told in refused.errors
        assert "Traceback" not in refused.errors
