"""The contract: what a model folder holds and what its tensors mean. Framework-free; read by both sides.

A folder `exported/<name>/` holds `model.onnx` (one step: one note and the state in, the next note's logits and the
state after it out), `card.json` (this module's Card), `MODEL.md` (for people), `golden.npz` (the trainer's own logits).
A folder is trusted only after its graph's sha256, its format and its vocabulary have been compared with this module's.

The graph, with B = batch, S = state size, H = key size, N(f) = classes of field f:

    input   <field>               int32   [B]       the note to take in, one id per field of the card
    input   state                 float32 [B, S]    zeros before the first note
    output  next_state            float32 [B, S]
    output  key                   float32 [B, H]    the top layer's output: what imitation compares
    output  <field>_logits        float32 [B, N]    the next note's field, before what earlier fields add to it
    output  <field>_given_<other> float32 [N(other), N(field)]   constant: row r is added to <field>_logits once
                                                    the earlier field <other> of the next note was drawn as r
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from midi.errors import ModelError
from midi.tokens import FIELDS, Field, fingerprint

FORMAT = 1
GRAPH = "model.onnx"
CARD = "card.json"
PAGE = "MODEL.md"
GOLDEN = "golden.npz"
LOSS_CURVE = "loss.png"

IMITATE = 0.3
"""The weight of imitation (`exported.imitation`) that a model is played and measured with unless told otherwise."""


TYPES: dict[type, tuple[str, ...]] = {
    str: ("name", "graph_sha256", "fingerprint"),
    int: ("state_size", "key_size", "parameters"),
    float: ("parity_tolerance",),
    dict: ("vocabulary", "training", "corpus", "held_out"),
}
"""What JSON must hold for each of a card's fields."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a model is, where it came from and how good it was on music it had not seen. Losses are nats per note."""

    name: str
    graph_sha256: str
    vocabulary: dict[str, int]
    """Field name -> number of classes, in drawing order."""
    state_size: int
    key_size: int
    parameters: int
    parity_tolerance: float
    """Largest absolute difference allowed between the trainer's logits or states and the graph's."""
    training: dict[str, Any] = field(default_factory=dict)
    """How it was made: layers, units, epochs, seconds, seed, versions."""
    corpus: dict[str, Any] = field(default_factory=dict)
    """What it learned from: name, hash, licence, encoders, pieces and notes in each split, files skipped."""
    held_out: dict[str, Any] = field(default_factory=dict)
    """Nats per note on pieces not trained on, by field, and the baselines beside them."""
    fingerprint: str = ""
    format: int = FORMAT

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields this model reads and draws, in order."""
        return tuple(Field(name, size) for name, size in self.vocabulary.items())

    @property
    def learned_velocity(self) -> bool:
        """Whether dynamics were in the music it learned from; if not, the player supplies them."""
        return "velocity" in self.vocabulary


def conditions(model_fields: Sequence[Field]) -> Iterator[tuple[Field, Field]]:
    """Every (field, earlier field) pair for which the graph holds a table, in drawing order."""
    for index, later in enumerate(model_fields):
        for earlier in model_fields[:index]:
            yield later, earlier


def input_names(model_fields: Sequence[Field]) -> list[str]:
    """The graph's inputs, in order."""
    return [*(f.name for f in model_fields), "state"]


def output_names(model_fields: Sequence[Field]) -> list[str]:
    """The graph's outputs that change from step to step, in order; the constant tables follow them."""
    return ["next_state", "key", *(f"{f.name}_logits" for f in model_fields)]


def table_names(model_fields: Sequence[Field]) -> list[str]:
    """The graph's constant outputs, in the order of `conditions`."""
    return [f"{later.name}_given_{earlier.name}" for later, earlier in conditions(model_fields)]


def widths(card: Card) -> dict[str, int | None]:
    """The last dimension that each tensor of the card's graph must have; None for ids, which have only the batch."""
    sizes: dict[str, int | None] = {field.name: None for field in card.fields}
    sizes |= {"state": card.state_size, "next_state": card.state_size, "key": card.key_size}
    sizes |= {f"{field.name}_logits": field.size for field in card.fields}
    return sizes | {f"{later.name}_given_{earlier.name}": later.size for later, earlier in conditions(card.fields)}


def sha256(path: Path) -> str:
    """The hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_card(card: Card, folder: Path) -> None:
    """Write `card.json`, with the fingerprint of the card's own fields."""
    content = asdict(card) | {"fingerprint": fingerprint(card.fields)}
    (folder / CARD).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_card(folder: Path) -> Card:
    """Read `card.json` and check it against this version of Antiphon (not the graph: see `check_graph`).

    Raises:
        ModelError: no card, not a card, another format or another vocabulary; the message shows both values.
    """
    path = folder / CARD
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{folder} is not a model: it has no {CARD}") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"{path} cannot be read as a card: {error}") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path} is not a card: it holds a {type(content).__name__}, not an object")
    if content.get("format") != FORMAT:
        raise ModelError(f"{path} has format {content.get('format')!r}; this Antiphon reads format {FORMAT}")
    known = {f.name for f in fields(Card)}
    missing = {f.name for f in fields(Card) if f.name != "format"} - content.keys()
    if missing or content.keys() - known:
        raise ModelError(
            f"{path} does not fit format {FORMAT}: missing {sorted(missing)}, unknown {sorted(content.keys() - known)}"
        )
    _check_types(content, path)
    card = Card(**content)
    _check_vocabulary(card, path)
    return card


def _check_types(content: dict[str, Any], path: Path) -> None:
    for kind, names in TYPES.items():
        for name in names:
            if not isinstance(content[name], kind) or isinstance(content[name], bool):
                raise ModelError(f"{path}: {name} is {content[name]!r}; it must be a {kind.__name__}")
    for name, size in content["vocabulary"].items():
        if not isinstance(size, int):
            raise ModelError(f"{path}: the vocabulary's {name} is {size!r}; it must be a whole number of classes")


def _check_vocabulary(card: Card, path: Path) -> None:
    ours = {f.name: f.size for f in FIELDS}
    expected = {name: ours[name] for name in card.vocabulary if name in ours}
    if card.vocabulary != expected or list(ours)[: len(expected)] != list(expected):
        raise ModelError(f"{path} was made for vocabulary {card.vocabulary}; this Antiphon speaks {ours}")
    if card.fingerprint != fingerprint(card.fields):
        raise ModelError(
            f"{path} has vocabulary fingerprint {card.fingerprint}; this Antiphon's is {fingerprint(card.fields)}"
        )


def check_graph(folder: Path, card: Card) -> Path:
    """The path of the folder's graph, once its bytes are known to be those the card was written for.

    Raises:
        ModelError: the graph is missing or its sha256 differs; the message shows both.
    """
    path = folder / GRAPH
    if not path.is_file():
        raise ModelError(f"{folder} is not a model: it has no {GRAPH}")
    actual = sha256(path)
    if actual != card.graph_sha256:
        raise ModelError(f"{path} has sha256 {actual}, its card says {card.graph_sha256}: copy the folder again whole")
    return path
