"""One model from its music, and perhaps from another model, to its folder: split, learn, export, measure, publish.

Importing this module imports TensorFlow.
"""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exported.card import GRAPH, IMITATE, LOSS_CURVE, PAGE, Card
from midi.errors import InputError
from midi.tokens import Field
from training import comparison, curve
from training.alphabet import model_fields, tokens
from training.baselines import baselines
from training.corpus import Corpus
from training.evaluate import evaluate
from training.export import export, publish, with_held_out
from training.facts import corpus_facts, held_out_facts, training_facts
from training.fit import Fit, Fitted, Start
from training.known import Known
from training.origin import Origin
from training.page import page, table
from training.plan import Plan
from training.rehearsal import Rehearsal
from training.split import Split, some, split
from training.stepper import Stepper
from training.unfolding import begun
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
    origin: Origin | None = None
    """The model to begin from, if any;"""
    known: Known | None = None
    """what it learned from, as far as that can be read;"""
    share: float = 0.0
    """and the share of every batch that rehearses it."""
    parts: Split = field(init=False)
    fields: tuple[Field, ...] = field(init=False)
    remarks: list[str] = field(init=False)
    """What a musician must know of this training."""

    def __post_init__(self) -> None:
        """Split the music."""
        self.parts = split(self.corpus.works)
        found = model_fields(self.parts.train)
        self.fields = self.origin.card.fields if self.origin else found
        self.remarks = [self.parts.remark] if self.parts.remark else []
        if self.origin and found != self.fields:
            self.remarks.append(_velocity_remark(self.origin))

    def fit(self) -> Fitted:
        """Learn, from the beginning or from the checkpoint."""
        for remark in self.remarks:
            print(f"mind: {remark}")
        learned, held = self._tokens(self.parts.train), self._tokens(self._looked_at)
        print(
            f"learning from {len(learned):,} works ({sum(map(len, learned)):,} notes), held out "
            f"{len(held):,} to choose by and {len(self.parts.test):,} to judge by; Ctrl-C saves",
            flush=True,
        )
        fit = Fit(self.plan, self.fields, learned, held, self.work, self.corpus.digest, self._start())
        if fit.resumed_at:
            minutes = f"{fit.resumed_at / 60:.1f} minutes"
            print(f"trained already, for {minutes}: exporting" if fit.over else f"resuming after {minutes}", flush=True)
        return fit.run(print)

    def export(self, fitted: Fitted, place: Path) -> Card:
        """Make the model's folder aside, measure what is in it, and put it in its place when all is there."""
        aside = place.with_name(f".{place.name}.partial-{os.getpid()}")
        facts = {
            "training": training_facts(self.plan, fitted, self.parts, self.command) | self._from(),
            "corpus": corpus_facts(self.corpus, self.parts),
        }
        learned, judged = self._tokens(self.parts.train), self._tokens(self.parts.judged)
        try:
            card = export(fitted.network, learned[0], aside, place.name, facts)
            stepper = Stepper(aside / GRAPH, self.fields)
            figures = evaluate(stepper, judged, self.fields)
            imitating = evaluate(stepper, judged, self.fields, IMITATE)
            known = baselines(learned, judged, self.fields)
            held_out = held_out_facts(figures, imitating, known, self.fields, self.parts)
            if self.origin:
                sample = self._tokens(self.known.sample) if self.known else []
                held_out |= comparison.compared(self.origin, stepper, judged, sample)
            card = with_held_out(card, held_out, aside)
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
        if self.origin:
            print(f"\n{comparison.told(card.held_out)}")
        if self.corpus.skipped:
            print(f"\nskipped, {len(self.corpus.skipped):,}:")
            for skipped in self.corpus.skipped:
                print(f"  {skipped.name}: {skipped.reason}")
        print(f"\nthe model, its loss curve and its page: {place}")
        print(f"next: antiphon jam --model {place.name if place.parent == Path('exported') else place}")

    @property
    def _looked_at(self) -> tuple[Work, ...]:
        """The validation works, or of very many, enough to choose by: every look at them costs learning time."""
        return some(self.parts.valid, ENOUGH)

    def _start(self) -> Start | None:
        """The weights to begin from, and what to rehearse."""
        if not self.origin:
            return None
        weights = begun(self.origin)
        share = self._rehearsed
        known = Rehearsal(self._tokens(self.known.learned), share) if self.known and share else None
        return Start(f"{self.origin.card.name} ({self.origin.card.graph_sha256[:12]})", weights, known)

    def _from(self) -> dict[str, Any]:
        """For the card's `training`."""
        return {"from": self.origin.facts() | {"rehearsed": self._rehearsed}} if self.origin else {}

    @property
    def _rehearsed(self) -> float:
        """The share of every batch that can rehearse: none where nothing was read, or there is but one stream."""
        return self.share if self.known and self.plan.streams > 1 else 0.0

    def _tokens(self, works: tuple[Work, ...]) -> list[Ints]:
        return [tokens(work, self.fields) for work in works]


def _velocity_remark(origin: Origin) -> str:
    name = origin.card.name
    if origin.card.learned_velocity:
        return f"{name} plays with dynamics, your files hold none: of dynamics it learns nothing new"
    return f"your files hold dynamics, {name} knows none: it learns all but those, and follows the player's"
