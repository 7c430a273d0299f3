"""The CLI: what it says, what it opens, and what it says when something is wrong."""

import errno
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from antiphon import ROOMS, main
from antiphon.cli import COMPLETION, EPILOG, SHELLS, VERBS
from midi.errors import InputError, MachineError, ModelError
from tests.peers.daemon import installed
from tests.peers.program import PATIENCE_S

ROOT = Path(__file__).parents[1]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command, in a process of its own."""
    return subprocess.run(
        [installed(), *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=os.environ | environment,
    )


def modules_after(code: str) -> set[str]:
    """What a fresh interpreter has imported after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules, file=sys.stderr)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stderr.split())


def test_alone_it_teaches_three_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if line.startswith("  antiphon ")] == [
        line for line in EPILOG.splitlines() if line.startswith("  antiphon ")
    ]
    assert told.count("\n  antiphon ") == 3
    assert all(verb in told for verb in VERBS)


def test_help_and_nothing_import_no_room() -> None:
    rooms = {"realtime", "training", "numpy", "mido", "rtmidi", "onnxruntime"}
    assert not modules_after("import antiphon; antiphon.main([])") & rooms
    assert not modules_after("import antiphon.cli; antiphon.cli.build_parser(())") & rooms


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_explains_itself_with_examples(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    told = capsys.readouterr().out
    assert left.value.code == 0
    assert "examples:\n" in told
    assert f"antiphon {verb}" in told.split("examples:\n")[1]


def test_no_verbs_module_imports_anything_heavy_to_explain_itself() -> None:
    modules = ", ".join(module for module, _ in VERBS.values())
    heavy = {"tensorflow", "keras", "music21", "tf2onnx", "onnxruntime", "numpy", "matplotlib"}
    assert not modules_after(f"import {modules}") & heavy


def test_the_live_verbs_never_open_the_trainer() -> None:
    live = [module for module, _ in VERBS.values() if module.startswith("realtime.")]
    assert not {name for name in modules_after(f"import {', '.join(live)}") if name.split(".")[0] == "training"}


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"antiphon {version('antiphon')}\n"


def test_a_checkout_that_was_not_installed_says_so() -> None:
    """`-I` leaves out what is installed for the user, `-S` the installed packages."""
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from antiphon import main; main()"
    done = subprocess.run(
        [sys.executable, "-IS", "-c", code, str(ROOT), "--version"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("antiphon of unknown version\n", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["sing"],
            "no verb 'sing'; there are: jam, render, train, eval, ports, models, doctor, calibrate, bench, completion",
        ),
        (["--loud"], "unrecognized arguments: --loud (see antiphon --help)"),
        (["ports", "--loud"], "unrecognized arguments: --loud (see antiphon ports --help)"),
        ([COMPLETION, "klingon"], "invalid choice: 'klingon'"),
        (["models", "nobody"], "no model named 'nobody'; there are: "),
    ],
)
def test_bad_words_get_one_line_and_exit_code_2(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code_of(words) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.startswith("antiphon: ")
    assert told in errors
    assert errors.count("\n") == 1


def exit_code_of(words: list[str]) -> int:
    """The code that this process would end with."""
    try:
        return main(words)
    except SystemExit as left:
        return int(left.code or 0)


@pytest.mark.parametrize("error", [InputError("a"), MachineError("b"), ModelError("c")])
def test_each_kind_of_error_has_its_exit_code_and_no_traceback(
    error: InputError | MachineError | ModelError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr("realtime.verbs.ports.run", fail)
    assert main(["ports"]) == error.exit_code
    assert capsys.readouterr().err == f"antiphon: {error}\n"


def test_errors_differ_in_exit_code() -> None:
    assert len({InputError.exit_code, MachineError.exit_code, ModelError.exit_code, 0, 1}) == 5


def test_ctrl_c_leaves_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("realtime.verbs.ports.run", interrupt)
    assert main(["ports"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`antiphon models | head -1`, with a reader that is gone before the first line."""
    code = (
        "import os; r, w = os.pipe(); os.close(r); os.dup2(w, 1); import antiphon; raise SystemExit(antiphon.main([]))"
    )
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_package_that_is_not_installed_is_named_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacks(*_: object) -> int:
        raise ModuleNotFoundError("No module named 'tensorflow.keras'", name="tensorflow.keras")

    monkeypatch.setattr("training.verbs.train.run", lacks)
    assert main(["train", "somewhere", "--name", "mine"]) == MachineError.exit_code
    told = capsys.readouterr().err
    assert (
        told == "antiphon: train needs the package tensorflow, which is not installed: pip install 'antiphon[train]'\n"
    )


def test_a_module_of_ours_that_is_missing_is_our_fault_and_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VERBS, "ports", ("realtime.verbs.nowhere", "list"))
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        main(["ports"])


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_knows_every_verb_and_their_flags(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([COMPLETION, shell]) == 0
    script = capsys.readouterr().out
    assert all(verb in script for verb in VERBS)
    assert "temperature" in script


def test_bash_takes_the_completion_script() -> None:
    script = run(COMPLETION, "bash").stdout
    done = subprocess.run(
        ["bash"], input=f"{script}\ncomplete -p antiphon\n", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" antiphon\n")


def test_importing_antiphon_opens_no_room_and_changes_no_path() -> None:
    code = "import sys; path = list(sys.path); import antiphon; assert sys.path == path"
    assert not modules_after(code) & {"midi", "exported", "realtime", "training", "argparse"}


def test_running_a_verb_puts_the_rooms_first_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["elsewhere", str(ROOMS)])
    assert main([]) == 0
    assert sys.path == [str(ROOMS), "elsewhere", str(ROOMS)]


def test_importing_it_again_as_a_spawned_child_does_nothing() -> None:
    """multiprocessing's spawn runs the main module under the name __mp_main__."""
    code = f"import runpy; runpy.run_path({installed()!r}, run_name='__mp_main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("", "")


def run_in_a_shell(words: str) -> subprocess.CompletedProcess[str]:
    """`antiphon` as a shell starts it, after some words of the shell's."""
    command = f'{words} exec "{installed()}"'
    return subprocess.run(
        ["sh", "-c", f"{command} jam --midi-api none --no-save"], capture_output=True, text=True, check=False, cwd=ROOT
    )


def test_in_a_folder_that_was_removed_one_line_says_so(tmp_path: Path) -> None:
    done = run_in_a_shell(f'mkdir "{tmp_path}/gone"; cd "{tmp_path}/gone"; rmdir "{tmp_path}/gone";')
    assert done.returncode == 3
    assert done.stderr == "antiphon: the folder you are in has been removed: cd to another, then start again\n"


@pytest.mark.parametrize("count", [5, 8, 20])
def test_where_few_files_may_be_open_one_line_says_how_many_are_needed(count: int) -> None:
    done = run_in_a_shell(f"ulimit -n {count};")
    assert done.returncode == 3
    assert done.stderr == (
        f"antiphon: this process may have {count} files open at once, and a jam needs 64: ulimit -n 64\n"
    )


def test_a_limit_of_its_own_that_may_be_raised_is_raised() -> None:
    code = "from realtime.live.priority import *; check_open_files(); import os; os.system('ulimit -S -n')"
    words = f'ulimit -S -n 20; exec "{sys.executable}" -c "{code}"'
    done = subprocess.run(["sh", "-c", words], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "64\n"


def test_too_many_open_files_are_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("realtime.verbs.ports.run", fail)
    assert main(["ports"]) == 3
    told = capsys.readouterr().err
    assert told == "antiphon: too many files are open: Too many open files; allow more, with ulimit -n 256\n"
