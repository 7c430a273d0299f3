"""The music that a base model learned from, read again: to replay it, and to measure what is forgotten."""

from midi.errors import InputError, MachineError
from training.base_model import BaseModel
from training.corpus import DEFAULT
from training.held_out import VALID, HeldOut, held_out_music

SAMPLE = 8_000
"""Notes of the validation works, about, on which forgetting is measured."""


def replay_corpus(base: BaseModel) -> HeldOut | None:
    """Read what this model learned from, if that was the default corpus and it reads the same here; says so if not.

    The works to measure are some of those by which its weights were chosen.
    """
    name, corpus = base.card.name, base.card.corpus.get("name")
    why = f"it was {corpus or 'not told'}"
    if corpus == DEFAULT:
        print(f"reading what {name} learned from too, to rehearse it; --rehearse 0 spares that", flush=True)
        try:
            return held_out_music(base.card, None, VALID).sampled(SAMPLE)
        except (InputError, MachineError) as error:
            why = str(error)
    print(f"mind: what {name} learned from cannot be read here ({why}): nothing is rehearsed, and it may forget")
    return None
