"""`python -m benchmarks.piano_rolls`: its flags reach the report as they were asked for."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from benchmarks.piano_rolls import __main__ as verb
from benchmarks.piano_rolls import report
from midi.errors import InputError


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    verb.add_flags(parser)
    return parser.parse_args(words)


def test_flags_are_handed_on_as_they_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {}

    def stand_in(path: Path, **rest: Any) -> int:
        options.update(rest, path=path)
        return 7

    monkeypatch.setattr(report, "run", stand_in)
    assert verb.run(arguments("JSB.mat", "--time", "2m", "--split", "valid", "--rng-seed", "3")) == 7
    asked = {name: value for name, value in options.items() if value is not None}
    assert asked == {"path": Path("JSB.mat"), "seconds": 120, "splits": ("valid",), "seed": 3, "fresh": False}


def test_a_set_that_is_not_there_is_told_with_where_it_can_be_had(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="locuslab") as raised:
        verb.run(arguments(str(tmp_path / "JSB_Chorales.mat")))
    assert "\n" not in str(raised.value)
