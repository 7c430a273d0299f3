"""A tiny model that learned, by its card, from a small folder of music; and works in parts."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from exported.card import read_card, write_card
from midi.tokens import CONTEXTS, Field
from tests.tiny_model import SCORE_FIELDS, build
from tests.training.music import melody
from training.corpus import read_folder
from training.pieces import Piece, table


def trained(
    folder: Path, music: Path, fields: tuple[Field, ...] = SCORE_FIELDS, given: tuple[Field, ...] = CONTEXTS
) -> Path:
    """The folder of a model that learned from a folder of music."""
    corpus = read_folder(music)
    model = build(folder / "mine", fields, given)
    facts = {"name": corpus.name, "digest": corpus.digest, "works": len(corpus.works)}
    write_card(replace(read_card(model), corpus=facts), model)
    return model


def duet(name: str, seed: int) -> Piece:
    """Two melodies at once, far apart."""
    low, high = (table(melody(seed + part), [part] * 60) for part in (0, 1))
    low[:, 2] -= 30
    notes = np.concatenate([low, high])
    return Piece(name, "", notes[np.lexsort((notes[:, 2], notes[:, 0]))])
