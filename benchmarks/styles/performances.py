"""ASAP-120: real players' hands, to measure touch with. Nothing may be trained, tuned or chosen on it.

Its licence is CC BY-NC-SA 4.0, so it is no table that a model learns from, and none of its music is kept.
"""

from dataclasses import replace
from pathlib import Path

from exported.card import Card
from exported.imitation import Imitation
from training.note_tables.performed import performances
from training.note_tables.sources import PERFORMANCE
from training.note_tables.table_file import open_table
from training.progress import bar
from training.stepper import Stepper
from training.style_figures import StyleFigures
from training.style_measures import figures_on
from training.styled_encoding import encode_styled

FILE = "asap_120_performances.npz"
SHA256 = "130002695892c4db032ca3706bb0d2837e3aa9b28985fb7d6540a8d5c0cb6aef"
BEGINNING = 500
"""Notes of each performance that a sample takes in."""


def touch_on_performances(stepper: Stepper, card: Card, folder: Path, notes: int | None) -> StyleFigures:
    """Measure a model, by itself, on so many notes of each performance's beginning (None: all).

    Raises:
        InputError: the table is missing, or not the one that is known.
    """
    pieces = [
        encode_styled(piece, card.inputs) for piece in performances(open_table(folder / FILE, SHA256), PERFORMANCE)
    ]
    heads = [replace(piece, ids=piece.ids[:notes], parts=piece.parts[:notes]) for piece in pieces]
    with bar(sum(map(len, heads)), "performances", unit="notes") as progress:
        return figures_on(stepper, heads, 0.0, Imitation.of(card.imitation, card.fields), progress.update)
