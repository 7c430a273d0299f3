"""The model store: models by name, from `./exported` first, then the user's own, then those that came with Antiphon.

The user's home for models and sessions is the current folder in a checkout, and the user's data folder where Antiphon
is installed.
"""

import re
from pathlib import Path

from platformdirs import user_data_path

from exported.card import CARD
from midi.errors import InputError

ROOMS = Path(__file__).parents[1]
SHIPPED = Path(__file__).parent
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def models_home() -> Path:
    """The folder that `antiphon train` adds models to."""
    return _home() / "exported"


def sessions_home() -> Path:
    """The folder that `antiphon jam` saves sessions in."""
    return _home() / "sessions"


def _home() -> Path:
    if (ROOMS / "pyproject.toml").is_file():
        return Path()
    return user_data_path("antiphon", appauthor=False)


def models() -> list[Path]:
    """Every model folder in the store; of two of one name, the first."""
    by_name: dict[str, Path] = {}
    for store in (Path.cwd() / SHIPPED.name, models_home().absolute(), SHIPPED):
        for card in sorted(store.glob(f"*/{CARD}")):
            by_name.setdefault(card.parent.name, card.parent)
    return [by_name[name] for name in sorted(by_name)]


def find_model(name: str) -> Path:
    """The folder of a model given by name, or by path.

    Raises:
        InputError: there is none; the message lists those there are.
    """
    as_path = Path(name)
    if (as_path / CARD).is_file():
        return as_path
    for folder in models():
        if folder.name == name:
            return folder
    there = ", ".join(folder.name for folder in models()) or "none yet: antiphon train makes one"
    raise InputError(f"no model named {name!r}; there are: {there}")


def check_name(name: str) -> str:
    """The name, if it can be a model's folder.

    Raises:
        InputError: it cannot; the message says what is allowed.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a model: use up to 64 letters, digits, '.', '_' and '-', a letter or digit first"
        )
    return name
