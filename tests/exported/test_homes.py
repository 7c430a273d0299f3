from pathlib import Path

import pytest

from exported.model_store import find_model, models, models_home, sessions_home
from tests.exported.test_card import make


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a user who has installed Antiphon, and is in another folder."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setattr("exported.model_store.ROOMS", tmp_path)
    monkeypatch.setattr("exported.model_store.user_data_path", lambda name, appauthor: tmp_path / "data" / name)
    return tmp_path / "data" / "antiphon"


def test_in_a_checkout_both_lie_under_the_current_folder() -> None:
    assert (models_home(), sessions_home()) == (Path("exported"), Path("sessions"))


def test_where_it_is_installed_both_lie_in_the_data_folder(data_folder: Path) -> None:
    assert (models_home(), sessions_home()) == (data_folder / "exported", data_folder / "sessions")


def test_a_trained_model_is_found_from_every_folder(data_folder: Path) -> None:
    mine = make(data_folder / "exported" / "mine")
    assert find_model("mine") == mine
    assert [folder.name for folder in models()] == ["default", "drummer", "mine", "styles"]


def test_the_current_folders_model_comes_before_the_users(data_folder: Path) -> None:
    make(data_folder / "exported" / "toy")
    near = make(Path.cwd() / "exported" / "toy")
    assert find_model("toy") == near
