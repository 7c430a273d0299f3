"""One model from its music, and perhaps from another model, to its folder: split, learn, export, measure, publish.

Importing this module imports TensorFlow.
"""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from exported.card import LOSS_CURVE, PAGE, READOUT_NAMES, Card, write_card
from exported.model_store import models_home
from midi.tokens import TOUCH, VELOCITY, Field
from training.base_model import BaseModel
from training.baselines import Baselines, baselines
from training.batches import Replay
from training.corpus import Corpus
from training.encoding import EncodedPiece
from training.evaluate import evaluate
from training.export import StepGraph, graphs_of, load_base_weights, made_aside, write_folder
from training.facts import compared, corpus_facts, measured, training_facts
from training.fit import Fit, Fitted, Start
from training.graph import with_constants
from training.held_out import Known
from training.history import draw_curve
from training.imitating import tuned
from training.page import page, summary, table, verdict
from training.pieces import Ints, Piece
from training.plan import Plan
from training.split import PARTS, Split, some, split
from training.stepper import Stepper
from training.style_page import NOTICE
from training.touch_verdict import touch_lines
from training.touched_encoding import encode_works, model_inputs, takes_touch, told_touch

ENOUGH = 100_000
"""Notes of the validation works that a look takes in, at the most about."""
ENOUGH_TO_TUNE = 12_000
"""The same, of those by which imitation is tuned and 8 bits are judged."""
PACKING_MAY_COST = 0.002
"""Nats a note: a graph in 8 bits that costs more than this on the pieces to choose by is exported in float32."""


@dataclass(slots=True)
class TrainingRun:
    """The music, split; and the steps by which a model is made of it."""

    corpus: Corpus
    plan: Plan
    work: Path
    """The folder of the checkpoint."""
    command: str
    base: BaseModel | None = None
    """The model to begin from, if any;"""
    known: Known | None = None
    """what it learned from, as far as that can be read;"""
    share: float = 0.0
    """and the share of every batch that rehearses it."""
    style: str = ""
    """The style of the music, for a model of styles; empty: unknown."""
    parts: Split = field(init=False)
    fields: tuple[Field, ...] = field(init=False)
    given: tuple[Field, ...] = field(init=False)
    sounds: tuple[str, ...] = field(init=False, default=())
    """The names of a classic vocabulary; none of events."""
    remarks: list[str] = field(init=False)
    """Remarks for the musician on this training."""

    def __post_init__(self) -> None:
        """Split the music."""
        self.parts = split(self.corpus.works)
        of_music = self._columns()
        self.fields, self.given = (self.base.card.fields, self.base.card.context_fields) if self.base else of_music
        self.remarks = [self.parts.remark] if self.parts.remark else []
        if self.base and takes_touch(self.base.card.inputs):
            self.remarks += self._untold()
        elif self.base and VELOCITY in {*of_music[0]} ^ {*self.fields}:
            self.remarks.append(_velocity_remark(self.base))

    def _untold(self) -> list[str]:
        """The touch that the model knows and the music does not tell, as a remark."""
        told = told_touch(self.parts.train)
        untold = [field.name for field in TOUCH if field in self.fields and field not in told]
        return [f"your files do not tell {' or '.join(untold)}: of that it learns nothing new"] if untold else []

    def fit(self) -> Fitted:
        """Learn, from the beginning or from the checkpoint."""
        for remark in self.remarks:
            print(f"mind: {remark}")
        learned, held = self._pieces(self.parts.train), self._pieces(self._validated_on)
        print(
            f"learning from {len(learned):,} works ({sum(map(len, learned)):,} notes), held out "
            f"{len(held):,} to choose by and {len(self.parts.test):,} to judge by; Ctrl-C saves",
            flush=True,
        )
        fit = Fit(self.plan, self.fields, self.given, learned, held, self.work, self.corpus.digest, self._start())
        if fit.resumed_at:
            minutes = f"{fit.resumed_at / 60:.1f} minutes"
            print(f"trained already, for {minutes}: exporting" if fit.over else f"resuming after {minutes}", flush=True)
        return fit.run(print)

    def export(self, fitted: Fitted, destination: Path) -> Card:
        """Make the model's folder aside, measure what is in it, and put it in its place when all is there."""
        with made_aside(destination) as aside:
            card = self._write(fitted, aside, destination.name)
            stepper = Stepper.of(aside, card)
            card = replace(card, held_out=self._held_out(card, stepper))
            write_card(card, aside)
            draw_curve(aside / LOSS_CURVE, destination.name, fitted.history, self._counted(self._validated_on))
            (aside / PAGE).write_text(page(card), encoding="utf-8")
            self._keep_notice(aside)
        return card

    def _keep_notice(self, folder: Path) -> None:
        """Keep the names of those whose music the base model learned from beside what became of its weights."""
        if self.base and (self.base.folder / NOTICE).is_file():
            shutil.copyfile(self.base.folder / NOTICE, folder / NOTICE)

    def _write(self, fitted: Fitted, aside: Path, name: str) -> Card:
        """The folder without its figures: in 8 bits if the pieces to choose by suffer no more than PACKING_MAY_COST."""
        graphs = graphs_of(fitted.network, self._ids(self.parts.train[:1])[0])
        chosen_by = self._ids(some(self._validated_on, ENOUGH_TO_TUNE))
        steppers = [Stepper(step.graph, self.fields, self.given) for step in (graphs.plain, graphs.packed)]
        costs = [evaluate(stepper, chosen_by).total for stepper in steppers]
        in_8_bits = costs[1] - costs[0] <= PACKING_MAY_COST
        how = tuned(steppers[in_8_bits], chosen_by)
        facts = training_facts(self.plan, fitted.history, self.parts, self.command) | self._from()
        facts |= {"style": self.style} if self.style else {}
        card = Card(
            name=name,
            imitation=how.as_json(self.fields),
            training=facts | {"packing_costs": round(costs[1] - costs[0], 5)},
            corpus=corpus_facts(self.corpus, self.parts) | self._touch_by_style(),
        )
        step = self._with_readout(graphs.packed if in_8_bits else graphs.plain)
        return write_folder(fitted.network, step, graphs.golden, aside, card, self.sounds)

    def _touch_by_style(self) -> dict[str, Any]:
        """The card's `touch`: the fields of touch that are known by style, those of the music's own style too."""
        touch = self.base.card.corpus.get("touch") if self.base else None
        if not touch:
            return {}
        known = {field.name for field in told_touch(self.parts.train)}.union(touch.get(self.style, ()))
        own = {self.style: [field.name for field in TOUCH if field.name in known]} if self.style else {}
        return {"touch": touch | own}

    def _with_readout(self, step: StepGraph) -> StepGraph:
        """The step with the base model's readout of styles, if it has one: its hidden layers have moved little."""
        if not self.base:
            return step
        readout = Stepper(self.base.graph, self.fields, self.given).constants(READOUT_NAMES)
        return step._replace(graph=with_constants(step.graph, readout)) if readout else step

    def _held_out(self, card: Card, stepper: Stepper) -> dict[str, Any]:
        """Evaluate the folder's graph on the pieces it is judged by."""
        judged = self._pieces(self.parts.judged)
        held_out = measured(stepper, card, self._pieces(self.parts.train), judged, self.parts.judged_part)
        if self.base:
            sample = self.known.to_measure(self._inputs) if self.known else []
            held_out |= compared(self.base, stepper, judged, sample)
        return held_out

    def report(self, card: Card, destination: Path) -> None:
        """Tell what came of it: figures beside baselines, skipped files, the folder, and what to do next."""
        what = PARTS[self.parts.judged_part]
        print(f"\nnats per note on {card.held_out['notes']:,} held-out notes ({what} pieces):\n")
        print("\n".join(table(card)))
        if self.base:
            print(f"\n{summary(card.held_out)}")
            print("".join(f"{line}\n" for line in touch_lines(card.held_out)), end="")
        print(f"\n{verdict(card)}{f' (mind: {self.parts.remark})' if self.parts.remark else ''}")
        for title, remarks in (("skipped", self.corpus.skipped), ("read with a remark", self.corpus.remarks)):
            if remarks:
                print(f"\n{title}, {len(remarks):,}:")
            for remark in remarks:
                print(f"  {remark.name}: {remark.line}")
        print(f"\nthe model, its loss curve and its page: {destination}")
        print(f"next: antiphon jam --model {destination.name if destination.parent == models_home() else destination}")

    @property
    def _validated_on(self) -> tuple[Piece, ...]:
        """The validation works, or of very many, enough to choose by: every look at them costs learning time."""
        return some(self.parts.valid, ENOUGH)

    def _start(self) -> Start | None:
        """The weights to begin from, and what to rehearse."""
        if not self.base:
            return None
        weights = load_base_weights(self.base)
        share = self._rehearsed
        known = Replay(self.known.to_learn(self._inputs), share) if self.known and share else None
        return Start(f"{self.base.card.name} ({self.base.card.graph_sha256[:12]})", weights, known)

    def _from(self) -> dict[str, Any]:
        """The base model's part of the card's `training`."""
        return {"from": self.base.facts() | {"rehearsed": self._rehearsed}} if self.base else {}

    @property
    def _inputs(self) -> tuple[Field, ...]:
        return (*self.fields, *self.given)

    @property
    def _rehearsed(self) -> float:
        """The share of every batch that can rehearse: none where nothing was read, or there is but one stream."""
        return self.share if self.known and self.plan.streams > 1 else 0.0

    def _ids(self, works: tuple[Piece, ...]) -> list[Ints]:
        return [piece.ids for piece in self._pieces(works)]

    def _counted(self, judged: tuple[Piece, ...]) -> Baselines:
        """The baselines of these works."""
        return baselines(self._ids(self.parts.train), self._ids(judged), self.fields)

    # What depends on the vocabulary

    def _columns(self) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
        """The fields and contexts of a model of this music."""
        return model_inputs(self.parts.train)

    def _pieces(self, works: tuple[Piece, ...]) -> list[EncodedPiece]:
        return encode_works(works, self._inputs, self.style)


def _velocity_remark(base: BaseModel) -> str:
    name = base.card.name
    if base.card.learned_velocity:
        return f"{name} plays with dynamics, your files hold none: of dynamics it learns nothing new"
    return f"your files hold dynamics, {name} knows none: it learns all but those, and follows the player's"
