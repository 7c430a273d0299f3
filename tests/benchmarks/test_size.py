"""The size table: lengths from `def` to the last line, and repeats counted where they begin."""

import pytest

from benchmarks.size import Size, repeats, size_of, sources_at
from midi.errors import InputError

FUNCTION = "import os\n\n\ndef f():\n    '''Doc.'''\n\n    return os\n"
SEVEN = "".join(f"a{number} = {number}\n" for number in range(7))


def test_a_function_is_as_long_as_from_its_def_to_its_end() -> None:
    assert size_of({"a.py": FUNCTION}) == Size((7,), (4,), 0)


def test_a_run_counts_once_in_each_place_however_long_it_is() -> None:
    assert repeats([SEVEN, f"b = 1\n{SEVEN}c = 2\n"]) == 2
    assert repeats([SEVEN]) == 0


def test_blank_lines_hide_no_repeat_and_imports_are_none() -> None:
    assert repeats([SEVEN, SEVEN.replace("\n", "\n\n")]) == 2
    imports = "".join(f"import a{number}\n" for number in range(7))
    assert repeats([imports, imports]) == 0


def test_an_unknown_commit_is_a_mistake_told_in_a_line() -> None:
    with pytest.raises(InputError, match="give commits of this checkout") as raised:
        sources_at("no-such-commit", ["midi"])
    assert "\n" not in str(raised.value)
