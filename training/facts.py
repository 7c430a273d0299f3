"""The card's facts of a training: how it was made, what of, and how good it is. Plain values, ready for JSON."""

import platform
from collections.abc import Mapping, Sequence, Sized
from importlib.metadata import distributions
from itertools import islice
from typing import Any

from exported.card import IMITATE, Card
from exported.imitation import Imitation
from midi.tokens import VOICE, Field
from training.base_model import BaseModel
from training.baselines import Baselines, Nats
from training.corpus import DEFAULT, Corpus
from training.evaluate import ABREAST, evaluate
from training.history import History
from training.pieces import Ints, Piece
from training.plan import Plan
from training.sources import LICENCE, SOURCES, Source
from training.split import SEED, TEST, VALID, Split
from training.stepper import Stepper

PACKAGES = ("tensorflow", "keras", "tf2onnx", "onnxruntime", "onnxruntime-gpu", "music21", "numpy")
OWN_LICENCE = "not known to Antiphon: ask whoever owns this music before giving the model away"
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
    judged: Sequence[Ints],
    part: str,
    known: Baselines,
    weight: float = IMITATE,
    abreast: int = ABREAST,
) -> dict[str, Any]:
    """The figures of a model on pieces of a part of the split, ids [N, I], without and with imitation; and counting."""
    rows = {"unigram": known.unigram, "n_gram": known.ngram, "n_gram_adapting": known.adaptive}
    return {
        "judged_on": part,
        "works": len(judged),
        **_figures(stepper, card, judged, weight, abreast),
        "baselines": {name: _row(nats, card.fields) for name, nats in rows.items()},
    }


def _figures(stepper: Stepper, card: Card, judged: Sequence[Ints], weight: float, abreast: int) -> dict[str, Any]:
    imitating = evaluate(stepper, judged, weight, Imitation.of(card.imitation, card.fields), abreast=abreast)
    return {
        **evaluate(stepper, judged, abreast=abreast).as_json(),
        "imitating": {"weight": weight, **imitating.as_json()},
    }


def compared(base: BaseModel, after: Stepper, judged: Sequence[Ints], known: Sequence[Ints]) -> dict[str, Any]:
    """Compare for a card's `held_out`: `before`, the base model on the judged pieces; `forgetting`, both on the known.

    Pieces are ids [N, I] of the base model's inputs; with none known there is no `forgetting`. Losses in nats per note.
    """
    earlier = Stepper(base.graph, base.card.fields, base.card.context_fields)
    facts: dict[str, Any] = {"before": _figures(earlier, base.card, judged, IMITATE, ABREAST)}
    if known:
        facts["forgetting"] = {
            **_size(known),
            "before": round(evaluate(earlier, known).total, 4),
            "after": round(evaluate(after, known).total, 4),
        }
    return facts


def _row(nats: Nats, fields: tuple[Field, ...]) -> dict[str, Any]:
    by_field = {f.name: round(value, 4) for f, value in zip(fields, nats, strict=True)}
    by_field.pop(VOICE.name, None)
    return {"nats_per_note": round(sum(nats), 4), "nats_by_field": by_field}


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
