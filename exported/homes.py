"""The folders of what a user makes: trained models and recorded sessions, under one home.

The home is the current folder in a checkout, and the user's data folder where Antiphon is installed.
"""

from pathlib import Path

from platformdirs import user_data_path

ROOMS = Path(__file__).parents[1]


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
