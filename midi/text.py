"""Text from files and folders, made safe to print: a terminal obeys control characters, wherever they come from."""

import unicodedata

_KINDS = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of what is no character to show: controls, halves of characters, line and paragraph ends."""
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of writing, and so show a name as another."""


def printable(text: str) -> str:
    """The text in one line, each character that a terminal would obey rather than show as its escape."""
    return "".join(_escape(character) if is_control(character) else character for character in text)


def is_control(character: str) -> bool:
    """Whether a terminal would obey this character rather than show it."""
    return unicodedata.category(character) in _KINDS or character in _TURNS


def _escape(character: str) -> str:
    return (
        character.encode("ascii", "backslashreplace").decode() if ord(character) > 0x7F else f"\\x{ord(character):02x}"
    )
