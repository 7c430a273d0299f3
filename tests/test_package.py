"""What is installed: one import package, built from an sdist, beside other packages named as our rooms are."""

import re
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from email import message_from_string
from pathlib import Path

import numpy as np
import pytest

from tests.peers.daemon import READY
from tests.peers.jackd import JackServer
from tests.peers.program import PATIENCE_S, Program

ROOT = Path(__file__).parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
OTHERS = ("midi", "realtime")
"""Import packages of other projects on PyPI: supabase's `realtime`, for one."""

Antiphon = Callable[..., subprocess.CompletedProcess[str]]


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def run_here(*words: str | Path, cwd: Path) -> None:
    """Run a module of this environment, and show what it says if it fails."""
    done = run(sys.executable, "-m", *words, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the unpacked sdist as an index's builders do."""
    folder = tmp_path_factory.mktemp("dist")
    run_here("hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (sdist,) = folder.glob("antiphon-*.tar.gz")
    run_here("tarfile", "-e", sdist, folder, cwd=folder)
    run_here("hatchling", "build", "-t", "wheel", "-d", folder, cwd=folder / sdist.name.removesuffix(".tar.gz"))
    (built,) = folder.glob("antiphon-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, the other packages, and this one's dependencies, but not this checkout."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    packages = site_packages(folder)
    for name in OTHERS:
        (packages / name).mkdir()
        (packages / name / "__init__.py").write_text('OWNER = "another project"\n')
    # A folder that a .pth file names is searched, but its own .pth files, such as an editable install's, are not read.
    (packages / "dependencies.pth").write_text(f"{Path(np.__file__).parents[1]}\n")
    run_here("pip", "--python", folder, "install", "--no-deps", "--no-index", "--quiet", wheel, cwd=folder)
    return folder


def site_packages(environment: Path) -> Path:
    (folder,) = environment.glob("lib/python*/site-packages")
    return folder


@pytest.fixture
def antiphon(environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Antiphon:
    """Run the installed command in a folder that is no checkout, at the home of a user who has nothing."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("PYTHONPATH", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    return lambda *words: run(environment / "bin" / "antiphon", *words, cwd=tmp_path)


def test_the_wheel_installs_one_name_only(environment: Path) -> None:
    installed = {path.name for path in site_packages(environment).iterdir()} - {*OTHERS, "dependencies.pth"}
    assert installed == {"antiphon", f"antiphon-{VERSION}.dist-info"}


def test_the_wheel_holds_what_playing_needs_and_no_more(environment: Path) -> None:
    package = site_packages(environment) / "antiphon"
    assert (package / "py.typed").is_file()
    assert {path.name for path in (package / "rooms").iterdir()} == {"exported", "midi", "realtime", "training"}
    exported = package / "rooms" / "exported"
    shipped = {path.name for path in exported.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert shipped == {"default", "styles", "drummer"}
    assert all((exported / name / "model.onnx").is_file() for name in shipped)
    assert all((exported / name / "NOTICE.txt").is_file() for name in ("styles", "drummer")), "their licences ask it"
    assert not list(package.rglob("weights.npz"))


def test_every_link_of_the_index_page_is_absolute(environment: Path) -> None:
    (metadata,) = site_packages(environment).glob("antiphon-*.dist-info/METADATA")
    message = message_from_string(metadata.read_text())
    links = re.findall(r"\]\(([^)\s]+)|(?:src|href)=\"([^\"]+)", str(message.get_payload()))
    assert links
    assert [link for link in map("".join, links) if not link.startswith(("https://", "#"))] == []


def test_it_says_its_version(antiphon: Antiphon) -> None:
    assert antiphon("--version").stdout == f"antiphon {VERSION}\n"


def test_it_lists_the_model_that_came_with_it(antiphon: Antiphon, environment: Path) -> None:
    done = antiphon("models")
    assert done.stdout.startswith("default\n")
    assert str(site_packages(environment)) in done.stdout


def test_it_renders_an_answer(antiphon: Antiphon, environment: Path, tmp_path: Path) -> None:
    phrase = site_packages(environment) / "antiphon" / "rooms" / "midi" / "seeds" / "phrase.mid"
    done = antiphon("render", str(phrase), "-o", "answered.mid", "--png", "answered.png")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "answered.mid").read_bytes().startswith(b"MThd")
    assert (tmp_path / "answered.png").read_bytes().startswith(b"\x89PNG")


def test_it_jams_without_a_midi_system_and_saves_at_home(antiphon: Antiphon, tmp_path: Path) -> None:
    done = antiphon("jam", "--midi-api", "none", "--bpm", "300")
    assert done.returncode == 0, done.stderr
    assert "ready\n" in done.stdout
    assert re.search(r"^ *[0-9.]+ s  antiphon  [A-G]", done.stdout, re.MULTILINE)
    (saved,) = (tmp_path / "home").rglob("*.mid")
    assert done.stdout.endswith(f"{saved}\n")


def test_where_the_weights_are_is_told_in_one_line(antiphon: Antiphon, tmp_path: Path) -> None:
    done = antiphon("train", tmp_path, "--from", "default", "--name", "mine")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "pip download --no-deps --no-binary antiphon antiphon" in done.stderr


def test_its_exact_output_starts_away_from_a_checkout(environment: Path, tmp_path: Path, jack: JackServer) -> None:
    command = str(environment / "bin" / "antiphon")
    with Program(["env", "-C", str(tmp_path), command, "jam", "--jack-exact", "--no-save"]) as jam:
        jam.wait_for_line(READY)


@pytest.mark.parametrize("name", OTHERS)
def test_the_other_packages_import_as_before(name: str, environment: Path, tmp_path: Path) -> None:
    python = environment / "bin" / "python"
    assert (
        run(python, "-c", f"import antiphon, {name}; print({name}.OWNER)", cwd=tmp_path).stdout == "another project\n"
    )
