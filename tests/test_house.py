"""The rooms keep apart: who imports whom, checked by import-linter and by fresh interpreters."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PURE = {
    *("abc", "bisect", "collections", "dataclasses", "enum", "fractions", "functools", "heapq", "itertools", "math"),
    *("numpy", "operator", "statistics", "typing"),
}
OURS = {"exported", "midi", "realtime"}
TRAINING_TOOLS = {"tensorflow", "keras", "music21", "tf2onnx", "training"}


def imported_by(*modules: str) -> set[str]:
    """The top-level packages in `sys.modules` after a fresh interpreter has imported some modules."""
    return {name.partition(".")[0] for name in modules_after(*modules)}


def modules_after(*modules: str) -> set[str]:
    """All names in `sys.modules` after a fresh interpreter has imported some modules."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def modules_of(room: str) -> list[str]:
    paths = sorted((ROOT / room).rglob("*.py"))
    assert paths
    return [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]


@pytest.mark.parametrize(
    "modules",
    [
        (
            "realtime.live.loop",
            "realtime.session.session",
            "realtime.messages",
            "realtime.verbs.saving",
        ),
        ("realtime.verbs.jam",),
        tuple(modules_of("midi")),
    ],
    ids=["the I/O process", "antiphon jam", "midi"],
)
def test_where_timing_matters_no_model_and_no_arrays_are_loaded(modules: tuple[str, ...]) -> None:
    assert not imported_by(*modules) & (TRAINING_TOOLS | {"onnxruntime", "numpy", "matplotlib"})


def test_the_improviser_loads_no_runtime_no_port_and_no_edge() -> None:
    loaded = modules_after(*modules_of("realtime/improviser"))
    assert not {name.partition(".")[0] for name in loaded} & (TRAINING_TOOLS | {"onnxruntime", "mido", "rtmidi"})
    assert not {name for name in loaded if name.startswith("realtime.live")}


def test_the_session_loads_nothing_that_waits_and_no_edge() -> None:
    loaded = modules_after(*modules_of("realtime/session"))
    waits = {"multiprocessing", "subprocess", "socket", "threading", "mido", "rtmidi", "numpy", "onnxruntime"}
    assert not {name.partition(".")[0] for name in loaded} & (TRAINING_TOOLS | waits)
    assert not {name for name in loaded if name.startswith("realtime.live")}


@pytest.mark.parametrize("module", ["realtime/live/loop.py"])
def test_the_loop_reads_its_time_from_the_clock_it_is_given(module: str) -> None:
    imported = {name for node in ast.walk(ast.parse((ROOT / module).read_text())) for name in _names_imported(node)}
    assert not imported & {"time", "datetime", "threading", "os", "signal"}


@pytest.mark.parametrize("room", ["realtime/improviser", "realtime/session"])
def test_a_pure_room_uses_only_values_and_arithmetic(room: str) -> None:
    for path in sorted((ROOT / room).rglob("*.py")):
        tree = ast.parse(path.read_text())
        imported = {name.partition(".")[0] for node in ast.walk(tree) for name in _names_imported(node)}
        assert imported <= PURE | OURS, path
        called = {
            node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"open", "print", "input", "exec", "eval", "__import__"}, path


def _names_imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_the_daemon_loads_no_trainer() -> None:
    assert not imported_by(*modules_of("realtime")) & TRAINING_TOOLS


@pytest.mark.needs_trainer
def test_the_trainer_loads_no_daemon_and_no_port() -> None:
    light = [name for name in modules_of("training") if "tensorflow" not in (ROOT / _path(name)).read_text()]
    assert not imported_by(*light) & {"realtime", "rtmidi"}


def _path(module: str) -> Path:
    path = Path(*module.split("."))
    return path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")


def test_the_vocabularys_core_loads_no_device_and_no_file_format() -> None:
    assert not imported_by("midi.notes", "midi.pedal", "midi.tokens", "midi.tempo") & {"mido", "rtmidi", "numpy"}


def test_the_contract_loads_nothing_but_the_core() -> None:
    assert not imported_by("exported.card", "exported.model_store") & {"mido", "rtmidi", "numpy", "onnx", "onnxruntime"}


def test_every_import_contract_is_kept() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


RIDDLE_WORDS = {"What", "Who", "Whose", "How", "Where", "Of", "So"}
RIDDLES_LEFT = 0
"""Docstrings of the product that still open so. Lower it as they are rewritten; never raise it."""


def test_no_docstring_opens_with_a_riddle() -> None:
    """A docstring opens with a verb or the noun that the thing is."""
    found = [
        f"{path.relative_to(ROOT)}: {text}"
        for room in ("antiphon", "midi", "exported", "realtime", "training")
        for path in sorted((ROOT / room).rglob("*.py"))
        for text in _docstrings(ast.parse(path.read_text()))
        if text.split()[0].rstrip(",:") in RIDDLE_WORDS
    ]
    assert len(found) <= RIDDLES_LEFT, "\n".join(found)


def _docstrings(tree: ast.Module) -> list[str]:
    """The strings that stand alone as statements: docstrings, and those below a constant or a field."""
    return [
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]
