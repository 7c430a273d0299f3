"""The contract: what a model folder holds and what its tensors mean. Framework-free; read by both sides.

A folder `exported/<name>/` holds `model.onnx` (one step: one note and the state in, what is believed of the next note
and the state after it out), `card.json` (this module's Card), `MODEL.md` (for people), `golden.npz` (the trainer's own
outputs), and perhaps `weights.npz` (the trained float32 numbers, for a training that goes on from here).
A folder is trusted only after its graph's sha256, its format and its vocabulary have been compared with this module's.

Names, types and shapes of the graph's tensors: docs/model.md, "The tensors"; `input_names`, `output_names` and
`constant_names` give them for a card, `exported.heads` is their arithmetic. A model of events draws a note's fields
(`midi.tokens`); one of sounds has one field, the names of what sounds together (`midi.names`), no wait and no contexts.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from exported.content import SHOWN, bounded_bytes, check_numbers, read_content, shown
from midi.errors import ModelError
from midi.parts import Kind
from midi.text import printable
from midi.tokens import (
    CONTEXTS,
    DURATION,
    PITCH,
    STYLED_CONTEXTS,
    STYLED_FIELDS,
    TOUCH,
    WAIT,
    Field,
    fingerprint,
)

FORMAT = 2
GRAPH = "model.onnx"
CARD = "card.json"
PAGE = "MODEL.md"
GOLDEN = "golden.npz"
WEIGHTS = "weights.npz"
LOSS_CURVE = "loss.png"
MOST_GRAPH_BYTES = 500_000_000
"""A hundred times the default model's."""

SOUND = "sound"
"""The one field of a model whose vocabulary is a list of names of notes and chords (`midi.names`)."""

READOUT_NAMES = ("style_weights", "style_bias")
"""The constant outputs by which a graph judges the style of a phrase (`exported.style_readout`), if it does."""

NEEDED = frozenset({WAIT.name, PITCH.name, DURATION.name})
"""The fields that no model of events lacks."""

IMITATE = 0.3
"""The weight of imitation (`exported.imitation`) that a model is played and measured with unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a model: its contract, origin and figures on held-out music. Losses are nats per note."""

    name: str
    graph_sha256: str = ""
    vocabulary: dict[str, int] = field(default_factory=dict)
    """Field name -> number of classes, in drawing order."""
    state_size: int = 0
    key_size: int = 0
    parameters: int = 0
    parity_tolerance: float = 0.0
    """Largest absolute difference allowed between the trainer's outputs or states and the graph's."""
    contexts: dict[str, int] = field(default_factory=dict)
    """Context name -> number of classes; empty if it does not learn where in the bar a note stands, or its style."""
    sounds: list[str] = field(default_factory=list)
    """The names of the field `sound`, by id; empty for a model of events."""
    imitation: dict[str, Any] = field(default_factory=dict)
    """Parameters of `exported.imitation`: "sharpness", and the "shares" of the fields, tuned on validation music."""
    training: dict[str, Any] = field(default_factory=dict)
    """Facts of the training: layers, units, epochs, seconds, seed, versions."""
    corpus: dict[str, Any] = field(default_factory=dict)
    """Facts of the music: name, hash, licence, encoders, pieces and notes in each split, files skipped."""
    held_out: dict[str, Any] = field(default_factory=dict)
    """Nats per note on pieces not trained on, by field, and the baselines beside them."""
    fingerprint: str = ""
    format: int = FORMAT

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields this model reads and draws, in order."""
        return tuple(Field(name, size) for name, size in self.vocabulary.items())

    @property
    def context_fields(self) -> tuple[Field, ...]:
        """The contexts that this model takes in, in order."""
        return tuple(Field(name, size) for name, size in self.contexts.items())

    @property
    def inputs(self) -> tuple[Field, ...]:
        """The columns of a token of this model: its fields, then its contexts."""
        return (*self.fields, *self.context_fields)

    @property
    def kind(self) -> Kind:
        """Its material: percussion, where it has learned nothing else."""
        styles = self.corpus.get("styles")
        return Kind.DRUMS if isinstance(styles, dict) and set(styles) == {"drums"} else Kind.MELODIC

    @property
    def learned_velocity(self) -> bool:
        """True if dynamics were in the music it learned from; if not, the player supplies them."""
        return "velocity" in self.vocabulary

    def unlearned(self, style: str | None) -> frozenset[str]:
        """The fields of touch that were known of no music of a style: all the model knows of them there is: unknown.

        None where nobody knows the style, or the card does not say.
        """
        touch = self.corpus.get("touch")
        known = touch.get(style) if isinstance(touch, dict) else None
        return frozenset(f.name for f in TOUCH if f.name not in known) if isinstance(known, list) else frozenset()


def conditions(model_fields: Sequence[Field], contexts: Sequence[Field]) -> Iterator[tuple[Field, Field]]:
    """Every (field, what its head is told) pair for which the graph holds a table, field by field in drawing order.

    A head is told the earlier fields of its note, then, if the wait is one of them, the contexts.
    """
    for index, later in enumerate(model_fields):
        earlier = model_fields[:index]
        for condition in (*earlier, *(contexts if WAIT in earlier else ())):
            yield later, condition


def input_names(inputs: Sequence[Field]) -> list[str]:
    """The graph's inputs, in order."""
    return [*(f.name for f in inputs), "state"]


def output_names(model_fields: Sequence[Field]) -> list[str]:
    """The graph's outputs that change from step to step, in order; the constants follow them."""
    return ["next_state", "key", *(f"{f.name}_hidden" for f in model_fields)]


def constant_names(model_fields: Sequence[Field], contexts: Sequence[Field]) -> list[str]:
    """The graph's constant outputs, in order: the tables of `conditions`, then each field's weights and bias."""
    tables = [f"{later.name}_given_{condition.name}" for later, condition in conditions(model_fields, contexts)]
    return [*tables, *(f"{f.name}_{what}" for f in model_fields for what in ("weights", "bias"))]


def sha256(path: Path) -> str:
    """The hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_card(card: Card, folder: Path) -> None:
    """Write `card.json`, with the fingerprint of the card's own fields; names of files become printable."""
    content = _printable(asdict(card)) | {"fingerprint": fingerprint(card.inputs)}
    (folder / CARD).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _printable(value: Any) -> Any:
    if isinstance(value, dict):
        return {_printable(key): _printable(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_printable(held) for held in value]
    return printable(value) if isinstance(value, str) else value


def read_card(folder: Path) -> Card:
    """Read `card.json` and check it against this version of Antiphon (not the graph: see `check_graph`).

    Raises:
        ModelError: no card, not a card, another format or another vocabulary; the message shows both values.
    """
    path = folder / CARD
    try:
        content = read_content(path)
    except FileNotFoundError:
        raise ModelError(f"{folder} is not a model: it has no {CARD}") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path} is not a card: it holds a {type(content).__name__}, not an object")
    if content.get("format") != FORMAT:
        raise ModelError(f"{path} has format {shown(content.get('format'))}; this Antiphon reads format {FORMAT}")
    known = {f.name for f in fields(Card)}
    missing = {f.name for f in fields(Card) if f.name != "format"} - content.keys()
    if missing or content.keys() - known:
        raise ModelError(
            f"{path} does not fit format {FORMAT}: missing {shown(sorted(missing))}, "
            f"unknown {shown(sorted(content.keys() - known))}"
        )
    _check_types(content, path)
    check_numbers(content, path)
    card = Card(**content)
    _check_vocabulary(card, path)
    return card


def _check_types(content: dict[str, Any], path: Path) -> None:
    for name, usual in asdict(Card("")).items():
        if not isinstance(content[name], type(usual)) or isinstance(content[name], bool):
            raise ModelError(f"{path}: {name} is {shown(content[name])}; it must be a {type(usual).__name__}")
    for name, size in [*content["vocabulary"].items(), *content["contexts"].items()]:
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ModelError(
                f"{path}: the vocabulary's {shown(name)} is {shown(size)}; it must be a whole number of classes"
            )
    if not all(isinstance(name, str) for name in content["sounds"]):
        raise ModelError(f"{path}: sounds are {shown(content['sounds'])}; they must be names")


def _check_vocabulary(card: Card, path: Path) -> None:
    ours, contexts = _sizes(STYLED_FIELDS), _sizes(STYLED_CONTEXTS)
    if SOUND in card.vocabulary:
        fits = card.vocabulary == {SOUND: len(card.sounds)} and not card.contexts
    else:
        expected = {name: size for name, size in ours.items() if name in card.vocabulary}
        fits = list(card.vocabulary.items()) == list(expected.items()) and card.vocabulary.keys() >= NEEDED
        fits = fits and card.context_fields in ((), CONTEXTS, STYLED_CONTEXTS)
    if not fits:
        raise ModelError(
            f"{path} was made for vocabulary {_listed(card.vocabulary)} and contexts {_listed(card.contexts)}; "
            f"this Antiphon speaks {ours}, {', '.join(sorted(NEEDED))} at least, and {contexts}, the style or all "
            f"of them left out; or {SOUND} with a name for each class"
        )
    if card.fingerprint != fingerprint(card.inputs):
        raise ModelError(
            f"{path} has vocabulary fingerprint {card.fingerprint[:SHOWN]}; "
            f"this Antiphon's is {fingerprint(card.inputs)}"
        )


def _sizes(alphabets: Sequence[Field]) -> dict[str, int]:
    return {field.name: field.size for field in alphabets}


def _listed(classes: dict[str, int]) -> str:
    return "{" + ", ".join(f"{name[:SHOWN]!r}: {size}" for name, size in list(classes.items())[:8]) + "}"


def check_graph(folder: Path, card: Card) -> Path:
    """The path of the folder's graph, once its bytes are known to be those the card was written for.

    Raises:
        ModelError: the graph is missing, its sha256 differs (the message shows both), or it is too large.
    """
    path = folder / GRAPH
    if not path.is_file():
        raise ModelError(f"{folder} is not a model: it has no {GRAPH}")
    actual = hashlib.sha256(bounded_bytes(path, MOST_GRAPH_BYTES)).hexdigest()
    if actual != card.graph_sha256:
        raise ModelError(
            f"{path} has sha256 {actual}, its card says {card.graph_sha256[:64]}: copy the folder again whole"
        )
    return path
