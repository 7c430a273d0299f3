"""Files as they are played by the live benches: what is sent, and when."""

from pathlib import Path

import mido
import pytest

from benchmarks.live.played_file import read_performance
from midi.files import read_midi
from tests.midi.test_files import off, on, pedal, save
from tests.midi.test_wild import WILD


def test_a_performance_is_what_is_sent_and_when(tmp_path: Path) -> None:
    slow = mido.MetaMessage("set_tempo", tempo=1_000_000)
    path = save(tmp_path / "played.mid", on(60), pedal(90, time=240), slow, off(60, time=240), on(36, channel=9))
    assert read_performance(path) == [
        (0, b"\x90\x3c\x40"),
        (250_000_000, b"\xb0\x40\x5a"),
        (750_000_000, b"\x80\x3c\x00"),
    ]


def test_a_tempo_is_played_from_its_own_tick() -> None:
    played = [at_ns / 1e9 for at_ns, data in read_performance(WILD / "tempo_map_60_then_240.mid") if data[0] == 0x90]
    assert played == [0.0, 0.5, 1.0, 1.5, 2.0, 2.125, 2.25, 2.375]


@pytest.mark.parametrize("name", ["gs_drums_on_channel_11.mid", "mpe_recorded_15ch.mid", "pedal_piano.mid"])
def test_every_note_of_a_file_is_played(name: str) -> None:
    assert len(read_performance(WILD / name)) >= len(read_midi(WILD / name).notes)
