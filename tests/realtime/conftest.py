"""Small models for the runtime's tests, built once."""

from pathlib import Path

import pytest

from exported.onnx_model import OnnxModel, load_model
from midi.tokens import DEVIATION, FIELDS, STYLED_CONTEXTS, STYLED_FIELDS
from tests.tiny_model import build


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without dynamics, as one learned from scores, which is told voices and bars."""
    return build(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def model(tiny_folder: Path) -> OnnxModel:
    return load_model(tiny_folder, "cpu")


@pytest.fixture(scope="session")
def plain_model(tmp_path_factory: pytest.TempPathFactory) -> OnnxModel:
    """A model that is told neither voices nor bars."""
    return load_model(build(tmp_path_factory.mktemp("models") / "plain", FIELDS[1:4], ()), "cpu")


@pytest.fixture(scope="session")
def loud_model(tmp_path_factory: pytest.TempPathFactory) -> OnnxModel:
    """A model that has learned dynamics."""
    return load_model(build(tmp_path_factory.mktemp("models") / "loud", FIELDS), "cpu")


@pytest.fixture(scope="session")
def styled_model(tmp_path_factory: pytest.TempPathFactory) -> OnnxModel:
    """A model that draws touch, deviation and pedal, is told a style, and hears jazz in everything."""
    folder = tmp_path_factory.mktemp("models") / "styled"
    return load_model(build(folder, STYLED_FIELDS, STYLED_CONTEXTS, hears="jazz"), "cpu")


@pytest.fixture(scope="session")
def drummer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned drums, with touch and deviation."""
    return build(tmp_path_factory.mktemp("models") / "sticks", (*FIELDS, DEVIATION), styles=("drums",))


@pytest.fixture(scope="session")
def drummer(drummer_folder: Path) -> OnnxModel:
    return load_model(drummer_folder, "cpu")
