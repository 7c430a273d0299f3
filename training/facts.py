"""The card's facts of a training: how it was made, what of, and how good it is. Plain values, ready for JSON."""

import platform
from collections.abc import Mapping, Sequence, Sized
from importlib.metadata import distributions
from itertools import islice
from typing import Any

from exported.card import IMITATE, Card
from exported.imitation import Imitation
from training.base_model import BaseModel
from training.corpus import DEFAULT, Corpus
from training.encoding import EncodedPiece
from training.evaluate import ABREAST, evaluate
from training.history import History
from training.pieces import Piece
from training.plan import Plan
from training.sources import LICENCE, SOURCES, Source
from training.split import SEED, TEST, VALID, Split
from training.stepper import Stepper
from training.style_measures import counted_facts, figures_facts, figures_on
from training.touched_encoding import takes_touch

PACKAGES = ("tensorflow", "keras", "tf2onnx", "onnxruntime", "onnxruntime-gpu", "music21", "numpy")
OWN_LICENCE = "not known to Antiphon: ask whoever owns this music before giving the model away"
Pieces = Sequence[EncodedPiece]
MOST_LISTED = 200
"""Skipped files named in a card; all are counted."""


def training_facts(plan: Plan, history: History, split: Split, command: str) -> dict[str, Any]:
    """The facts of the training; times in seconds, losses in nats per note."""
    return {
        "command": command,
        **plan.for_notes(sum(map(len, split.train))).settings(),
        "steps": history.step,
        "passes": round(history.validations[-1].epoch, 2),
        "seconds": round(history.seconds),
        "notes_per_second": round(history.step * plan.streams * plan.chunk / max(history.seconds, 1e-9)),
        "kept_step": history.best_validation.step,
        "validation_nats_per_note": round(history.best_validation.held_out, 4),
        "learning_nats_per_note": round(history.validations[-1].learning, 4),
        "versions": {"python": platform.python_version()} | _versions(),
    }


def corpus_facts(corpus: Corpus, split: Split) -> dict[str, Any]:
    """The facts of the music."""
    named = corpus.name == DEFAULT
    return {
        "name": corpus.name,
        "digest": corpus.digest,
        "licence": LICENCE if named else OWN_LICENCE,
        "collections": _collections(corpus, SOURCES if named else {}),
        "files": corpus.files,
        "works": len(corpus.works),
        "notes": corpus.notes,
        "families": split.families,
        "split_seed": SEED,
        "split": {
            part: _size(works) for part, works in (("train", split.train), (VALID, split.valid), (TEST, split.test))
        },
        "remark": split.remark,
        "skipped_count": len(corpus.skipped),
        "skipped": {skipped.name: skipped.line for skipped in corpus.skipped[:MOST_LISTED]},
    }


def measured(
    stepper: Stepper,
    card: Card,
    learned: Pieces,
    judged: Pieces,
    part: str,
    weight: float = IMITATE,
    abreast: int = ABREAST,
) -> dict[str, Any]:
    """The figures of a model on pieces of a part of the split, without and with imitation; and of counting."""
    return {
        "judged_on": part,
        "works": len(judged),
        "notes": sum(map(len, judged)),
        **_figures(stepper, card, judged, weight, abreast),
        "baselines": counted_facts(learned, judged, card.fields),
    }


def _figures(stepper: Stepper, card: Card, judged: Pieces, weight: float, abreast: int) -> dict[str, Any]:
    """The figures without and with imitation; of a model that takes in touch, how well that is foretold too."""
    how = Imitation.of(card.imitation, card.fields)
    if takes_touch(stepper.inputs):
        alone, imitating = (
            figures_facts(figures_on(stepper, judged, imitate, how, abreast=abreast)) for imitate in (0.0, weight)
        )
    else:
        ids = [piece.ids for piece in judged]
        alone, imitating = (
            evaluate(stepper, ids, imitate, how, abreast=abreast).as_json() for imitate in (0.0, weight)
        )
    return {**alone, "imitating": {"weight": weight, **imitating}}


def compared(base: BaseModel, after: Stepper, judged: Pieces, known: Pieces) -> dict[str, Any]:
    """Compare for a card's `held_out`: `before`, the base model on the judged pieces; `forgetting`, both on the known.

    Pieces are encoded for the base model; with none known there is no `forgetting`. Losses in nats per note.
    """
    earlier = Stepper(base.graph, base.card.fields, base.card.context_fields)
    facts: dict[str, Any] = {"before": _figures(earlier, base.card, judged, IMITATE, ABREAST)}
    if known:
        before, after_nats = (_nats_on(stepper, known) for stepper in (earlier, after))
        facts["forgetting"] = {**_size(known), "before": before, "after": after_nats}
    return facts


def _nats_on(stepper: Stepper, pieces: Pieces) -> float:
    if takes_touch(stepper.inputs):
        how = Imitation.of({}, stepper.fields)
        return round(figures_on(stepper, pieces, 0.0, how, abreast=ABREAST).total(), 4)
    return round(evaluate(stepper, [piece.ids for piece in pieces]).total, 4)


def _collections(corpus: Corpus, known: Mapping[str, Source]) -> list[dict[str, Any]]:
    folders: dict[str, list[Piece]] = {}
    for work in corpus.works:
        folders.setdefault(work.collection, []).append(work)
    return [
        {
            "folder": folder,
            "title": known[folder].title if folder in known else "",
            "encoders": known[folder].encoders if folder in known else "",
            **_size(works),
        }
        for folder, works in sorted(folders.items())
    ]


def _size(pieces: Sequence[Sized]) -> dict[str, int]:
    return {"works": len(pieces), "notes": sum(map(len, pieces))}


def _versions() -> dict[str, str]:
    """The versions of those of PACKAGES that are installed."""
    return {name: first.version for name in PACKAGES for first in islice(distributions(name=name), 1)}
