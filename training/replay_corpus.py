"""The music that a base model learned from, read again: to replay it, and to measure what is forgotten."""

from dataclasses import dataclass

from midi.errors import InputError, MachineError
from training.base_model import BaseModel
from training.corpus import DEFAULT, Corpus, read_named
from training.pieces import Piece
from training.split import some, split

SAMPLE = 8_000
"""Notes of the validation works, about, on which forgetting is measured."""


@dataclass(frozen=True, slots=True)
class ReplayCorpus:
    """The works that a model learned from, and some of those by which its weights were chosen."""

    learned: tuple[Piece, ...]
    sample: tuple[Piece, ...]


def replay_corpus(base: BaseModel) -> ReplayCorpus | None:
    """Read what this model learned from, if that was the default corpus and it reads the same here; says so if not."""
    name, music = base.card.name, base.card.corpus
    why = f"it was {music.get('name') or 'not told'}"
    if music.get("name") == DEFAULT:
        print(f"reading what {name} learned from too, to rehearse it; --rehearse 0 spares that", flush=True)
        try:
            corpus = read_named(DEFAULT)
        except (InputError, MachineError) as error:
            why = str(error)
        else:
            if corpus.digest == music.get("digest"):
                return _known(corpus)
            why = "this music21 brings or reads it otherwise"
    print(f"mind: what {name} learned from cannot be read here ({why}): nothing is rehearsed, and it may forget")
    return None


def _known(corpus: Corpus) -> ReplayCorpus:
    parts = split(corpus.works)
    return ReplayCorpus(parts.train, some(parts.valid, SAMPLE))
