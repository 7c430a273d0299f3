"""A user's mistake: one clear line, an exit code that is not 0, nothing half-written, never a traceback."""

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from exported.card import CARD, GRAPH
from tests.peers.daemon import installed
from tests.peers.jackd import JackServer
from tests.tiny_model import build

SEED = Path(__file__).parents[1] / "midi" / "seeds" / "phrase.mid"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("models") / "tiny")


def antiphon(words: Sequence[object], cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [installed(), *(str(word) for word in words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def assert_one_clear_line(words: Sequence[object], cwd: Path, *parts: str) -> None:
    before = sorted(path for path in cwd.rglob("*"))
    done = antiphon(words, cwd)
    assert done.returncode not in (0, 1), done
    assert done.stderr.startswith("antiphon: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    for part in parts:
        assert part in done.stderr
    assert sorted(path for path in cwd.rglob("*")) == before, "something was written"


MISTAKES: dict[str, tuple[list[str], list[str]]] = {
    "bpm 0": (["jam", "--midi-api", "none", "--bpm", "0"], ["--bpm 0", "20 to 400"]),
    "bpm that is no number": (["jam", "--bpm", "fast"], ["--bpm", "fast"]),
    "channel 17": (["render", str(SEED), "-o", "o.mid", "--channel", "17"], ["--channel 17", "1 to 16"]),
    "no such model": (["jam", "--model", "nobody"], ["'nobody'", "there are:"]),
    "no such seed": (["render", "nothing.mid", "-o", "o.mid"], ["nothing.mid", "no such file"]),
    "no such provider": (["jam", "--provider", "tpu"], ["tpu", "cuda"]),
    "no such folder for the answer": (["render", str(SEED), "-o", "no/where/o.mid"], ["no/where"]),
    "the answer over the seed": (["render", str(SEED), "-o", str(SEED)], ["must be different files"]),
    "the answer as a folder": (["render", str(SEED), "-o", "."], ["it is a folder"]),
    "ports where there are none": (["jam", "--midi-api", "none", "--in", "Keystation"], ["--in"]),
    "a flag of no verb": (["jam", "--tempo", "3"], ["--tempo 3", "antiphon jam --help"]),
    "no such folder to learn from": (["train", "nowhere", "--name", "x"], ["nowhere"]),
    "a name that cannot be a folder": (["train", ".", "--name", "../x"], ["../x"]),
}


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(name, marks=[pytest.mark.needs_trainer] if words[0] == "train" else [])
        for name, (words, _) in MISTAKES.items()
    ],
)
def test_a_mistake_is_told_in_one_line(mistake: str, tmp_path: Path) -> None:
    words, parts = MISTAKES[mistake]
    assert_one_clear_line(words, tmp_path, *parts)


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "text": (b"this is a shopping list\n", "not a MIDI file"),
    "empty": (b"", "not a MIDI file"),
    "truncated": (SEED.read_bytes()[:60], "it ends in the middle of a track"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_is_no_midi_file_is_refused(kind: str, tmp_path: Path) -> None:
    content, part = BAD_FILES[kind]
    (tmp_path / "bad.mid").write_bytes(content)
    assert_one_clear_line(["render", "bad.mid", "-o", "o.mid"], tmp_path, "bad.mid", part)
    assert_one_clear_line(["jam", "--midi-api", "none", "--seed", "bad.mid"], tmp_path, "bad.mid", part)


def change_a_byte(folder: Path) -> None:
    data = bytearray((folder / GRAPH).read_bytes())
    data[100] ^= 0xFF
    (folder / GRAPH).write_bytes(data)


def change_the_vocabulary(folder: Path) -> None:
    content = json.loads((folder / CARD).read_text())
    content["vocabulary"]["pitch"] = 88
    (folder / CARD).write_text(json.dumps(content))


def change_the_fingerprint(folder: Path) -> None:
    content = json.loads((folder / CARD).read_text())
    content["fingerprint"] = "0123456789abcdef"
    (folder / CARD).write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("damage", "part"),
    [(change_a_byte, "sha256"), (change_the_vocabulary, "'pitch': 88"), (change_the_fingerprint, "0123456789abcdef")],
)
@pytest.mark.parametrize("verb", ["jam", "render"])
def test_a_damaged_model_is_refused(
    damage: Callable[[Path], None], part: str, verb: str, tiny: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "damaged"))
    damage(folder)
    words = ["jam", "--midi-api", "none"] if verb == "jam" else ["render", str(SEED), "-o", "o.mid"]
    assert_one_clear_line([*words, "--model", folder], tmp_path, part)


def test_an_unknown_port_is_told_with_those_there_are(jack: object, tiny: Path, tmp_path: Path) -> None:
    assert_one_clear_line(
        ["jam", "--model", tiny, "--in", "no such keyboard"], tmp_path, "no such keyboard", "there are"
    )


@pytest.mark.needs_trainer
def test_a_folder_without_music_is_told(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear all")
    assert_one_clear_line(["train", "letters", "--name", "x"], tmp_path, "letters")


def put_an_escape_in_the_name(folder: Path) -> None:
    content = json.loads((folder / CARD).read_text())
    content["corpus"]["name"] = "\x1b]0;owned\x07"
    (folder / CARD).write_text(json.dumps(content))


def test_a_card_that_would_move_the_cursor_is_refused_by_every_verb(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "damaged"))
    put_an_escape_in_the_name(folder)
    for words in (["jam", "--midi-api", "none", "--model", folder], ["models", folder]):
        done = antiphon(words, tmp_path)
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr.count("\n") == 1
        assert "control characters" in done.stderr
        assert "\x1b" not in done.stderr


def test_a_descriptor_of_its_own_is_never_taken_for_another_programs(jack: JackServer, tmp_path: Path) -> None:
    for number in ("4", "8"):  # with ports open on JACK: a socket to the server, a semaphore
        assert_one_clear_line(["jam", "--no-save", "--control-fd", number], tmp_path, f"no descriptor {number} is open")
