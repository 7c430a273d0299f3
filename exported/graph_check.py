"""Checks of a graph against its card: the shapes of its tensors, and that its numbers are finite."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from exported.batch_buffers import inputs_of
from exported.card import READOUT_NAMES, Card, conditions, constant_names, output_names
from exported.heads import Floats
from exported.runtime import Session
from exported.style_readout import READ_FIELDS
from midi.errors import ModelError
from midi.tokens import STYLE

LARGEST = 1e9
"""The largest number that a graph may give: products of two such are still finite in float32."""
Shape = tuple[int | str | None, ...]


def checked_constants(session: Session, card: Card, folder: Path) -> Mapping[str, Floats]:
    """The constant outputs of a graph by name, once its shapes and its numbers are known to be as the card says.

    A readout of styles is among them, if the graph has one.

    Raises:
        ModelError: a tensor has another shape, or a number is not finite or is too large.
    """
    present = {output.name for output in session.get_outputs()}
    names = [*constant_names(card.fields, card.context_fields), *(name for name in READOUT_NAMES if name in present)]
    _check_shapes(session, card, names, folder)
    constants = session.run(names, inputs_of(card, [np.zeros(1, np.int32) for _ in card.inputs]))
    _check_finite(names, constants, folder)
    changing = output_names(card.fields)
    _check_finite(changing, session.run(changing, _every_id(card)), folder)
    return dict(zip(names, constants, strict=True))


def _check_shapes(session: Session, card: Card, constant: Sequence[str], folder: Path) -> None:
    tensors = [*session.get_inputs(), *session.get_outputs()]
    actual = {tensor.name: tuple(tensor.shape if tensor.name in constant else tensor.shape[1:]) for tensor in tensors}
    expected = _shapes(card, actual)
    wrong = [name for name in actual | expected if actual.get(name) != expected.get(name)]
    if wrong:
        promised, present = ({name: side.get(name) for name in wrong} for side in (expected, actual))
        raise ModelError(f"{folder}: the card promises tensors of shape {promised}; the graph has {present}")


def _every_id(card: Card) -> dict[str, npt.NDArray[np.int32] | Floats]:
    """Inputs that take in every id of every field once, side by side."""
    count = max(field.input_size for field in card.inputs)
    return inputs_of(card, [np.arange(count, dtype=np.int32) % field.input_size for field in card.inputs])


def _check_finite(names: Sequence[str], values: Sequence[Floats], folder: Path) -> None:
    wrong = sorted({name for name, value in zip(names, values, strict=True) if not (np.abs(value) <= LARGEST).all()})
    if wrong:
        raise ModelError(
            f"{folder}: its graph gives numbers that are not finite, or beyond {LARGEST:g} ({', '.join(wrong[:3])}): "
            "copy the folder again whole, or train it again"
        )


def _shapes(card: Card, actual: Mapping[str, Shape]) -> dict[str, Shape]:
    """Every tensor's shape but for the batch, as the card promises it; how wide a head is, the graph itself says."""
    shapes: dict[str, Shape] = {field.name: () for field in card.inputs}
    shapes |= {"state": (card.state_size,), "next_state": (card.state_size,), "key": (card.key_size,)}
    width = {field.name: (actual.get(f"{field.name}_hidden") or (None,))[-1] for field in card.fields}
    for later, earlier in conditions(card.fields, card.context_fields):
        rows = earlier.input_size if earlier in card.context_fields else earlier.size
        shapes[f"{later.name}_given_{earlier.name}"] = (rows, width[later.name])
    for field in card.fields:
        shapes[f"{field.name}_hidden"] = (width[field.name],)
        shapes[f"{field.name}_weights"] = (width[field.name], field.size)
        shapes[f"{field.name}_bias"] = (field.size,)
    if STYLE in card.context_fields and actual.keys() & set(READOUT_NAMES):
        read = [width.get(field.name) for field in READ_FIELDS]
        rows = sum(size for size in read if isinstance(size, int))
        shapes |= dict(zip(READOUT_NAMES, [(rows, STYLE.size), (STYLE.size,)], strict=True))
    return shapes
