"""Pieces by style, from a folder of note tables that the user names."""

from collections.abc import Sequence
from pathlib import Path

from midi.errors import InputError
from midi.tokens import STYLES
from training.note_tables.sources import TABLES
from training.note_tables.styled_piece import StyledPiece
from training.note_tables.table_file import open_table


def read_style(folder: Path, style: str) -> list[StyledPiece]:
    """Every piece of a style in the tables under a folder, in the order of their names.

    Raises:
        InputError: no such style or folder; a table is missing, or is not the one that is known.
    """
    if style not in STYLES:
        raise InputError(f"no style named {style!r}; there are {', '.join(STYLES)}")
    if not folder.is_dir():
        raise InputError(f"{folder}: {'not a folder' if folder.exists() else 'no such folder'}")
    pieces: list[StyledPiece] = []
    for table in TABLES:
        if style in table.readers:
            pieces += table.readers[style](open_table(folder / table.file, table.sha256), style)
    return sorted(pieces, key=lambda piece: piece.piece.name)


def read_styles(folder: Path, styles: Sequence[str]) -> dict[str, list[StyledPiece]]:
    """The pieces of several styles; raises as `read_style` does."""
    return {style: read_style(folder, style) for style in styles}
