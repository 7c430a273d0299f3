"""One model from its music to its folder: split, learn, export, measure, publish. Imports TensorFlow."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from exported.card import GRAPH, IMITATE, LOSS_CURVE, PAGE, Card
from midi.errors import InputError
from midi.tokens import Field
from training import curve
from training.alphabet import model_fields, tokens
from training.baselines import baselines
from training.corpus import Corpus
from training.evaluate import evaluate
from training.export import export, publish, with_held_out
from training.facts import corpus_facts, held_out_facts, training_facts
from training.fit import Fit, Fitted
from training.page import page, table
from training.plan import Plan
from training.split import SEED, Split, split
from training.stepper import Stepper
from training.works import Ints, Work

ENOUGH = 100_000
"""Notes of the validation works that a look takes in, at the most about."""


@dataclass(slots=True)
class Making:
    """The music, split; and the steps by which a model is made of it."""

    corpus: Corpus
    plan: Plan
    work: Path
    """Where the checkpoint is kept."""
    command: str
    parts: Split = field(init=False)
    fields: tuple[Field, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Split the music."""
        self.parts = split(self.corpus.works)
        self.fields = model_fields(self.parts.train)

    def fit(self) -> Fitted:
        """Learn, from the beginning or from the checkpoint."""
        if self.parts.remark:
            print(f"mind: {self.parts.remark}")
        learned, held = self._tokens(self.parts.train), self._tokens(self._looked_at)
        print(
            f"learning from {len(learned):,} works ({sum(map(len, learned)):,} notes), held out "
            f"{len(held):,} to choose by and {len(self.parts.test):,} to judge by; Ctrl-C saves",
            flush=True,
        )
        fit = Fit(self.plan, self.fields, learned, held, self.work, self.corpus.digest)
        if fit.resumed_at:
            minutes = f"{fit.resumed_at / 60:.1f} minutes"
            print(f"trained already, for {minutes}: exporting" if fit.over else f"resuming after {minutes}", flush=True)
        return fit.run(print)

    def export(self, fitted: Fitted, place: Path) -> Card:
        """Make the model's folder aside, measure what is in it, and put it in its place when all is there."""
        aside = place.with_name(f".{place.name}.partial-{os.getpid()}")
        facts = {
            "training": training_facts(self.plan, fitted, self.parts, self.command),
            "corpus": corpus_facts(self.corpus, self.parts),
        }
        learned, judged = self._tokens(self.parts.train), self._tokens(self.parts.judged)
        try:
            card = export(fitted.network, learned[0], aside, place.name, facts)
            stepper = Stepper(aside / GRAPH, self.fields)
            figures = evaluate(stepper, judged, self.fields)
            imitating = evaluate(stepper, judged, self.fields, IMITATE)
            known = baselines(learned, judged, self.fields)
            card = with_held_out(card, held_out_facts(figures, imitating, known, self.fields, self.parts), aside)
            beside = baselines(learned, self._tokens(self._looked_at), self.fields)
            curve.draw(aside / LOSS_CURVE, place.name, fitted.looks, beside)
            (aside / PAGE).write_text(page(card), encoding="utf-8")
            publish(aside, place)
        except OSError as error:
            raise InputError(f"cannot write {place}: {error.strerror or error}") from None
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return card

    def report(self, card: Card, place: Path) -> None:
        """Tell what came of it: figures beside baselines, skipped files, the folder, and what to do next."""
        what = "test" if self.parts.test else "validation"
        print(f"\nnats per note on {card.held_out['notes']:,} held-out notes ({what} pieces):\n")
        print("\n".join(table(card)))
        if self.corpus.skipped:
            print(f"\nskipped, {len(self.corpus.skipped):,}:")
            for skipped in self.corpus.skipped:
                print(f"  {skipped.name}: {skipped.reason}")
        print(f"\nthe model, its loss curve and its page: {place}")
        print(f"next: antiphon jam --model {place.name if place.parent == Path('exported') else place}")

    @property
    def _looked_at(self) -> tuple[Work, ...]:
        """The validation works, or of very many, enough to choose by: every look at them costs learning time."""
        some: list[Work] = []
        for index in np.random.default_rng(SEED).permutation(len(self.parts.valid)).tolist():
            if sum(map(len, some)) < ENOUGH:
                some.append(self.parts.valid[index])
        return tuple(some)

    def _tokens(self, works: tuple[Work, ...]) -> list[Ints]:
        return [tokens(work, self.fields) for work in works]
