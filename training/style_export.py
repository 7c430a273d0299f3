"""A trained model of styles to its folder: graph, weights, golden vectors, card, page, and the notice of its sources.

Importing this module imports TensorFlow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from exported.card import READOUT_NAMES, Card
from exported.heads import Floats
from midi.tokens import STYLE
from training.evaluate import ABREAST, evaluate
from training.export import graphs_of, made_aside, write_folder
from training.graph import with_constants
from training.imitating import tuned
from training.network import Network
from training.page import write_pages
from training.pieces import Ints
from training.split import VALID
from training.stepper import Stepper
from training.style_corpus import StyleCorpus, excerpts
from training.style_facts import corpus_facts
from training.style_fit import Pieces
from training.style_measures import measured_styles
from training.style_music import StyleMusic
from training.style_plan import StylePlan
from training.style_readout import PHRASES, fit_readout, read_phrases
from training.training_run import PACKING_MAY_COST

ENOUGH_TO_TUNE = 600
"""Notes of each style, about, by which imitation is tuned."""


@dataclass(frozen=True, slots=True)
class Export:
    """A network and what its card says of it: plan, command, corpus, and the pieces that it was chosen by."""

    network: Network
    plan: StylePlan
    command: str
    corpus: StyleCorpus
    valid: Pieces

    def write(self, destination: Path) -> Card:
        """Make the folder aside, and put it in its place when all is there.

        Raises:
            InputError: it cannot be written. ModelError: the graph does not compute what Keras computes.
        """
        with made_aside(destination) as aside:
            return self._write(aside, destination.name)

    def _write(self, aside: Path, name: str) -> Card:
        """In 8 bits if the pieces to choose by suffer no more than PACKING_MAY_COST, the mean over the styles."""
        pieces = [piece.ids for of_style in self.valid.values() for piece in of_style[:1]]
        graphs = graphs_of(self.network, pieces[0])
        plain, packed = (self._cost(step.graph, pieces) for step in (graphs.plain, graphs.packed))
        step = graphs.packed if packed - plain <= PACKING_MAY_COST else graphs.plain
        readout, heard = self._readout(graphs.plain.graph)
        step = step._replace(graph=with_constants(step.graph, readout))
        facts = {"command": self.command, **self.plan.settings(), "packing_costs": round(packed - plain, 5)}
        card = Card(
            name=name,
            training=facts | {"style_by_ear": heard},
            corpus=corpus_facts(self.corpus),
        )
        card = self._measured(write_folder(self.network, step, graphs.golden, aside, card), aside)
        write_pages(card, aside)
        return card

    def _measured(self, card: Card, folder: Path) -> Card:
        """Tune imitation and measure, both on the pieces to choose by."""
        stepper = Stepper.of(folder, card)
        chosen_by = [piece.ids for pieces in excerpts(self.valid, ENOUGH_TO_TUNE).values() for piece in pieces]
        card = replace(card, imitation=tuned(stepper, chosen_by).as_json(card.fields))
        music = StyleMusic(self.corpus.encoded("train", card.inputs), self.valid, VALID, is_sample=True)
        return replace(card, held_out=measured_styles(stepper, card, music, abreast=ABREAST))

    def _readout(self, graph: bytes) -> tuple[dict[str, Floats], dict[str, float]]:
        """The constants that judge a style, and the share of phrases judged rightly by the number of their notes.

        None of a model that is told no style.
        """
        shape = self.network.shape
        if STYLE not in shape.given:
            return {}, {}
        stepper = Stepper(graph, shape.fields, shape.given)
        train = self.corpus.encoded("train", shape.inputs)
        readout = fit_readout(shape.fields, read_phrases(stepper, train, PHRASES))
        right = read_phrases(stepper, self.valid, PHRASES).right(readout)
        constants = dict(zip(READOUT_NAMES, (readout.weights, readout.bias), strict=True))
        return constants, {str(length): round(share, 3) for length, share in right.items()}

    def _cost(self, graph: bytes, pieces: Sequence[Ints]) -> float:
        """Nats a note of a graph, the mean over pieces of a style each; a field that no piece knows costs nothing."""
        shape = self.network.shape
        stepper = Stepper(graph, shape.fields, shape.given)
        return float(np.mean([evaluate(stepper, [ids]).total for ids in pieces]))
