"""Reads a card's JSON and refuses what no card needs: it may come from a stranger, and what it holds is printed."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from midi.errors import ModelError
from midi.text import is_control, printable

MOST_BYTES = 1_000_000
"""A classic vocabulary of thousands of names, and 200 skipped files, take a tenth of it."""
MOST_DEPTH = 12
"""Objects and lists inside one another; a card has five."""
LARGEST = 1e15
"""The largest number; what has a range of its own is narrower."""
SHOWN = 40
"""Characters of a refused value that a message shows."""

MOST_SHARPNESS = 100.0
RANGES: dict[str, tuple[float, float]] = {
    "state_size": (1, 1_000_000),
    "key_size": (1, 1_000_000),
    "parameters": (0, 1e12),
    "parity_tolerance": (0, 1e6),
    "imitation's sharpness": (0, MOST_SHARPNESS),
    "imitation's doubt": (0, 1e6),
    "imitation's share": (0, 1),
}
"""The least and the greatest that a card's numbers may be."""
NATS = "nats_per_note"


def read_content(path: Path) -> Any:
    """The JSON of a file, every number in it finite and every string printable.

    Raises:
        FileNotFoundError: there is no such file.
        ModelError: it is too large, no JSON, nested too deeply, or holds what no card does.
    """
    data = bounded_bytes(path, MOST_BYTES)
    try:
        content = json.loads(data.decode("utf-8"))
    except RecursionError:
        raise ModelError(f"{path} is nested too deeply: a card has at most {MOST_DEPTH} levels") from None
    except ValueError as error:  # no UTF-8, no JSON, or a whole number of thousands of digits
        raise ModelError(f"{path} cannot be read as a card: {shown(error)}") from None
    for fault in _faults(content, 0):
        raise ModelError(f"{path}: {fault}")
    return content


def bounded_bytes(path: Path, most: int) -> bytes:
    """The bytes of a file of a model.

    Raises:
        FileNotFoundError: there is no such file.
        ModelError: it cannot be read, or there are more of them.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(data) > most:
        raise ModelError(f"{path} is larger than {most:,} bytes, as no model's is: copy the folder again whole")
    return data


def shown(value: object) -> str:
    """A refused value for a message: in one line, printable, and short."""
    text = printable(str(value) if isinstance(value, Exception) else repr(value))
    return text if len(text) <= 2 * SHOWN else f"{text[:SHOWN]}..."


def check_numbers(content: dict[str, Any], path: Path) -> None:
    """Check that a card's sizes, its imitation and its figures are numbers in their ranges.

    Raises:
        ModelError: one is not; the message shows it and the range.
    """
    how = content["imitation"]
    shares = how.get("shares", {})
    if not isinstance(shares, dict):
        raise ModelError(f"{path}: imitation's shares are {shown(shares)}; they must be a number for each field")
    numbers = [(name, content[name]) for name in RANGES if name in content]
    numbers += [(f"imitation's {name}", how[name]) for name in ("sharpness", "doubt") if name in how]
    numbers += [("imitation's share", share) for share in shares.values()]
    for name, number in numbers:
        least, most = RANGES[name]
        if not _is_number(number) or not least <= number <= most:
            raise ModelError(f"{path}: {name} is {shown(number)}; it must be a number from {least:g} to {most:g}")
    for nats in _figures(content["held_out"]):
        if not _is_number(nats):
            raise ModelError(f"{path}: {NATS} in held_out is {shown(nats)}; it must be a number")


def _figures(held_out: dict[str, Any]) -> Iterator[object]:
    """The figures shown of a model beside others: its nats per note, imitating, before, and the baselines'."""
    if NATS in held_out:
        yield held_out[NATS]
    parts = [held_out[name] for name in ("imitating", "before") if name in held_out]
    baselines = held_out.get("baselines", {})
    parts += baselines.values() if isinstance(baselines, dict) else [baselines]
    for part in parts:
        yield part.get(NATS) if isinstance(part, dict) else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _faults(value: Any, depth: int) -> Iterator[str]:
    if depth > MOST_DEPTH:
        yield f"it is nested too deeply: a card has at most {MOST_DEPTH} levels"
    elif isinstance(value, str):
        if any(map(is_control, value)):
            yield f"{shown(value)} holds control characters; a card's text must not"
    elif isinstance(value, dict):
        for key, held in value.items():
            yield from _faults(key, depth)
            yield from _faults(held, depth + 1)
    elif isinstance(value, list):
        for held in value:
            yield from _faults(held, depth + 1)
    elif isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= LARGEST):
        yield f"{shown(value)} is no number that a card may hold: finite, and at most {LARGEST:g}"
