"""A user's mistake: one clear line, an exit code that is not 0, nothing half-written, never a traceback."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from antiphon import main
from exported.card import CARD, GRAPH
from midi.errors import ModelError
from tests.peers.daemon import installed
from tests.peers.jackd import JackServer
from tests.peers.program import PATIENCE_S
from tests.tiny_model import build

SEED = Path(__file__).parents[1] / "midi" / "seeds" / "phrase.mid"


@pytest.fixture(scope="module")
def sticks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("models") / "sticks", styles=("drums",))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("models") / "tiny")


class CommandLine:
    """`antiphon` in this process, in a folder of its own; an exception that it lets through is a traceback."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capfd = folder, capfd

    def run(self, *words: object) -> tuple[int, str, str]:
        """The exit code, what was printed, and the errors."""
        self._capfd.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as left:
            code = int(left.code or 0)
        printed = self._capfd.readouterr()
        return code, printed.out, printed.err

    def refuse(self, *words: object, because: Iterable[str]) -> None:
        """Check that one line says why, and that nothing is written."""
        before = sorted(self.folder.rglob("*"))
        code, _, errors = self.run(*words)
        assert_one_clear_line(code, errors, because)
        assert sorted(self.folder.rglob("*")) == before, "something was written"


def assert_one_clear_line(code: int, errors: str, because: Iterable[str]) -> None:
    assert code not in (0, 1), errors
    assert errors.startswith("antiphon: "), errors
    assert errors.count("\n") == 1, errors
    assert not [part for part in because if part not in errors], errors


def refuse_in_a_process(*words: object, because: Iterable[str]) -> None:
    """The same of the installed command: one that would open ports is not run in the process of other tests."""
    command = [installed(), *(str(word) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert_one_clear_line(done.returncode, done.stderr, because)


@pytest.fixture
def antiphon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return CommandLine(tmp_path, capfd)


MISTAKES: dict[str, tuple[list[str], list[str]]] = {
    "bpm 0": (["jam", "--midi-api", "none", "--bpm", "0"], ["--bpm 0", "20 to 400"]),
    "bpm that is no number": (["jam", "--bpm", "fast"], ["--bpm", "fast"]),
    "channel 17": (["render", str(SEED), "-o", "o.mid", "--channel", "17"], ["--channel 17", "1 to 16"]),
    "no such model": (["jam", "--model", "nobody"], ["'nobody'", "there are:"]),
    "a drummer without drums": (["jam", "--part", "drums", "--model", "default"], ["no drums", "--part lead"]),
    "several musicians at one drummer": (["jam", "--part", "drums", "--voices", "2"], ["--part drums", "--voices"]),
    "no such seed": (["render", "nothing.mid", "-o", "o.mid"], ["nothing.mid", "no such file"]),
    "no such provider": (["jam", "--provider", "tpu"], ["tpu", "cuda"]),
    "no such folder for the answer": (["render", str(SEED), "-o", "no/where/o.mid"], ["no/where"]),
    "the answer over the seed": (["render", str(SEED), "-o", str(SEED)], ["must be different files"]),
    "the answer as a folder": (["render", str(SEED), "-o", "."], ["it is a folder"]),
    "ports where there are none": (["jam", "--midi-api", "none", "--in", "Keystation"], ["--in"]),
    "one file for two": (
        ["jam", "--midi-api", "none", "--save", "a.mid", "--journal", "./a.mid"],
        ["--save and --journal both name a.mid"],
    ),
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
def test_a_mistake_is_told_in_one_line(mistake: str, antiphon: CommandLine) -> None:
    words, parts = MISTAKES[mistake]
    antiphon.refuse(*words, because=parts)


def test_a_drummer_is_no_lead(antiphon: CommandLine, sticks: Path) -> None:
    words = ("render", SEED, "-o", "o.mid", "--model", sticks)
    antiphon.refuse(*words, because=["sticks has learned drums alone", "--part lead", "--part drums"])


BAD_FILES: dict[str, tuple[bytes, str]] = {
    "text": (b"this is a shopping list\n", "not a MIDI file"),
    "empty": (b"", "not a MIDI file"),
    "truncated": (SEED.read_bytes()[:60], "it ends in the middle of a track"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_is_no_midi_file_is_refused(kind: str, antiphon: CommandLine) -> None:
    content, part = BAD_FILES[kind]
    (antiphon.folder / "bad.mid").write_bytes(content)
    antiphon.refuse("render", "bad.mid", "-o", "o.mid", because=("bad.mid", part))
    antiphon.refuse("jam", "--midi-api", "none", "--seed", "bad.mid", because=("bad.mid", part))


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
    damage: Callable[[Path], None], part: str, verb: str, tiny: Path, antiphon: CommandLine
) -> None:
    folder = Path(shutil.copytree(tiny, antiphon.folder / "damaged"))
    damage(folder)
    words = ["jam", "--midi-api", "none"] if verb == "jam" else ["render", str(SEED), "-o", "o.mid"]
    antiphon.refuse(*words, "--model", folder, because=[part])


def test_an_unknown_port_is_told_with_those_there_are(jack: JackServer, tiny: Path) -> None:
    refuse_in_a_process("jam", "--model", tiny, "--in", "no such keyboard", because=["no such keyboard", "there are"])


@pytest.mark.needs_trainer
def test_a_folder_without_music_is_told(antiphon: CommandLine) -> None:
    letters = antiphon.folder / "letters"
    letters.mkdir()
    (letters / "a.txt").write_text("dear all")
    antiphon.refuse("train", "letters", "--name", "x", because=["letters"])


def put_an_escape_in_the_name(folder: Path) -> None:
    content = json.loads((folder / CARD).read_text())
    content["corpus"]["name"] = "\x1b]0;owned\x07"
    (folder / CARD).write_text(json.dumps(content))


def test_a_card_that_would_move_the_cursor_is_refused_by_every_verb(tiny: Path, antiphon: CommandLine) -> None:
    folder = Path(shutil.copytree(tiny, antiphon.folder / "damaged"))
    put_an_escape_in_the_name(folder)
    for words in (["jam", "--midi-api", "none", "--model", folder], ["models", folder]):
        code, printed, errors = antiphon.run(*words)
        assert (code, printed) == (ModelError.exit_code, "")
        assert errors.count("\n") == 1
        assert "control characters" in errors
        assert "\x1b" not in errors


def test_a_descriptor_of_its_own_is_never_taken_for_another_programs(jack: JackServer) -> None:
    for number in ("4", "8"):  # with ports open on JACK: a socket to the server, a semaphore
        refuse_in_a_process("jam", "--no-save", "--control-fd", number, because=[f"no descriptor {number} is open"])
