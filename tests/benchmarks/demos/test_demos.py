"""A phrase and its answer as a picture and as sound, from a tiny model."""

from pathlib import Path

import pytest

from benchmarks.demos import sound
from benchmarks.demos.duet import ANTIPHON, HUMAN, PAN, Duet, duet_of, file_tracks, pressed
from benchmarks.demos.gallery import make_demos
from benchmarks.told_apart.exchanges import PHRASE, exchanges
from exported.onnx_model import load_model
from midi.errors import MachineError
from midi.message import CONTROL_CHANGE
from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS
from realtime.improviser.step_model import StepModel
from realtime.timed import Timed
from tests.peers.program import need
from tests.tiny_model import build
from tests.training.styled_music import piece

PIECES = [piece("jazz 1", "jazz", 1, 120)]


@pytest.fixture
def model(tmp_path: Path) -> StepModel:
    return load_model(build(tmp_path / "tiny", STYLED_FIELDS, STYLED_CONTEXTS))


def duet(model: StepModel) -> Duet:
    return duet_of(model, exchanges(PIECES, 1)[0], 120.0, seed=1)


def test_both_are_taken_down_each_on_its_own(model: StepModel) -> None:
    both = duet(model)
    assert len(both.notes[HUMAN]) == PHRASE
    assert both.notes[ANTIPHON]
    assert min(note.on_ns for note in both.notes[ANTIPHON]) > max(note.on_ns for note in both.notes[HUMAN])


def test_a_pedal_is_down_from_press_to_release() -> None:
    moves = [(0, 0), (5, 127), (6, 90), (9, 0), (12, 127)]
    messages = [Timed(at_ns, bytes((CONTROL_CHANGE, 64, value))) for at_ns, value in moves]
    assert pressed(messages, 20) == [(5, 9), (12, 20)]


def test_the_file_says_notes_and_pedals_in_milliseconds(model: StepModel) -> None:
    both = duet(model)
    tracks, controls = file_tracks(both)
    first = both.notes[HUMAN][0]
    assert (tracks[0][1][0].onset, tracks[0][1][0].pitch) == (round(first.on_ns / 1e6), first.pitch)
    assert [name for name, _ in tracks] == list(controls) == ["Human", "Antiphon"]
    assert all(moves[0].number == PAN for moves in controls.values())


def test_a_style_gets_a_picture_and_a_sound(model: StepModel, tmp_path: Path) -> None:
    need("fluidsynth")
    lines = list(make_demos(model, {"jazz": PIECES}, tmp_path, 0))
    assert lines[0].startswith("jazz: jazz 1, answered by")
    assert (tmp_path / "pictures" / "jazz.png").read_bytes().startswith(b"\x89PNG")
    made = (tmp_path / "sounds" / "jazz.ogg").read_bytes()
    assert made.startswith(b"OggS")
    assert len(made) < 200_000


def test_without_a_sound_font_it_says_what_to_install(
    model: StepModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound, "FONTS", (tmp_path / "none.sf2",))
    with pytest.raises(MachineError, match="apt-get install fluidsynth"):
        sound.write_sound(tmp_path / "jazz.ogg", duet(model), "jazz")
