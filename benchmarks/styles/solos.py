"""Solo runs in a style: do they loop, and how much do they share with the pieces that were learned?"""

from collections.abc import Callable, Sequence

from benchmarks.evaluation.notes import notes_of_ids
from benchmarks.evaluation.playing import References, Solos, natural, solos
from benchmarks.evaluation.solo import PlaceOf, Soloist
from exported.card import Card
from exported.imitation import Imitation
from exported.sampling import SamplingOptions
from midi.tokens import NOWHERE, STYLE, STYLES
from training.stepper import Stepper
from training.styled_encoding import EncodedStyle

Pieces = Sequence[EncodedStyle]


def solos_in_style(
    stepper: Stepper,
    card: Card,
    style: str,
    learned: Pieces,
    judged: Pieces,
    runs: int,
    notes: int,
    options: SamplingOptions,
    update: Callable[[int], object],
) -> tuple[Solos, float]:
    """A model's solo runs, and the natural level: the median of the longest runs that held-out music shares."""
    learned_notes, written = (
        [notes_of_ids(piece.ids, card.inputs) for piece in pieces] for pieces in (learned, judged)
    )
    on = References(learned_notes, written, runs, notes, options)
    soloist = Soloist(stepper, Imitation.of(card.imitation, card.fields), options)
    played = solos(style, soloist, on, update, in_style(card, style))
    return played, natural(on)[1].spread[0]


def in_style(card: Card, style: str) -> PlaceOf:
    """The contexts of every note: no bar known, and the style, if the model is told one."""
    contexts = (*NOWHERE, STYLES.index(style)) if STYLE in card.context_fields else NOWHERE
    return lambda _: contexts
