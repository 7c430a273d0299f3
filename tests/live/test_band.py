"""A trio around one keyboard, through real ports: each part on its channel, all end, the session has their tracks."""

import signal
from collections.abc import Callable
from pathlib import Path

import mido

from tests.live.conftest import Stage, kill
from tests.peers.program import wait_until
from tests.peers.sender import Timed

MELODY: list[Timed] = [
    event
    for index in range(8)
    for event in ((index * 0.25, bytes((0x90, 60 + index, 80))), (index * 0.25 + 0.2, bytes((0x80, 60 + index, 0))))
]
CHANNELS = {0, 1, 2}


def channels(on_stage: Stage, since: int = 0) -> set[int]:
    """The channels of the note-ons heard, after so many of them."""
    return {one.message[0] & 0x0F for one in on_stage.listener.note_ons[since:]}


def test_a_trio_plays_around_one_keyboard(stage: Callable[..., Stage], tmp_path: Path) -> None:
    saved = tmp_path / "session.mid"
    on_stage = stage("--parts", "lead,bass,comp", "--bpm", "120", "--bars", "2", "--save", str(saved))
    on_stage.keyboard.play(MELODY)
    wait_until(lambda: channels(on_stage) == CHANNELS, "a lead, a bass and a comp")
    kill(on_stage.engine_pid(), signal.SIGKILL)
    wait_until(
        lambda: any("the engine was lost" in line.text for line in on_stage.daemon.lines), "the loss of the engine"
    )
    on_stage.wait_for_silence()
    assert any("bass on channel 2" in line.text for line in on_stage.daemon.lines)
    on_stage.daemon.write("bass mute on")
    count = len(on_stage.listener.note_ons)
    on_stage.keyboard.play(MELODY)
    wait_until(lambda: channels(on_stage, count) == CHANNELS - {1}, "all but the bass, by a new engine")
    on_stage.wait_for_silence()
    on_stage.daemon.signal(signal.SIGTERM)
    assert on_stage.daemon.wait() == 0
    tracks = {track.name: track for track in mido.MidiFile(saved).tracks}
    assert {"Human", "Lead", "Bass", "Comp"} <= set(tracks)
    bass = [one.note for one in tracks["Bass"] if one.type == "note_on" and one.velocity]
    assert bass
    assert all(28 <= pitch <= 55 for pitch in bass)
