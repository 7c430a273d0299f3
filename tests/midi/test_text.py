"""What a terminal would obey is shown, not sent to it."""

import pytest

from midi.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Für Elise, 月光.mid", "Für Elise, 月光.mid"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("two\nlines", "two\\x0alines"),
        ("\x9bclear", "\\x9bclear"),
        ("\u202egnp.mid", "\\u202egnp.mid"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_only_what_a_terminal_obeys_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
