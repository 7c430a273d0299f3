"""The music of the comparison: names moved to other keys."""

import pytest

from benchmarks.classic.music import transposed


@pytest.mark.parametrize(
    ("name", "semitones", "moved"),
    [("C4", 3, "E-4"), ("G9", 1, None), ("C-1", -1, None), ("0.4.7", 2, "2.6.9"), ("9.0.4", -9, "0.3.7")],
)
def test_transposing_a_name_names_the_transposed_music(name: str, semitones: int, moved: str | None) -> None:
    assert transposed(name, semitones) == moved
