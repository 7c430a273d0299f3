"""The plan of a training: its sizes, how long it may take, and the learning rate on the way. Imports nothing heavy."""

import math
import re
from dataclasses import dataclass, replace

from midi.errors import InputError

WARM_UP = 100
"""Steps over which the learning rate rises from nothing."""
FLOOR = 0.01
"""The last learning rate, as a share of the highest."""
LEAST_STEPS = 400
"""A small folder is gone through more often than EPOCHS, until there were this many steps."""
EPOCHS = 40
MOST_STEPS_UNVALIDATED = 500
"""Steps after which the held-out pieces are looked at even within an epoch."""
FEWEST_STEPS_UNVALIDATED = 20
SOON_KNOWN_NOTES = 300_000
"""Fewer notes to learn from are soon known by heart: they ask for more dropout."""
VALIDATIONS_IN_TIME = 12
"""The least number of validations within a time that was set."""

TUNING_RATE = 1e-3
"""The highest learning rate of a network that begins from a model."""
TUNING_SECONDS = 300
"""The seconds that it learns unless told otherwise."""
TUNING_PATIENCE = 8
STYLED_STREAMS = 8
"""Pieces side by side of a network that begins from a model of styles: of a handful of files a batch of 32 is all, and
in a minute, 66 of those, it had learned no touch; in as long, 210 of these explained 96 % of the velocities."""
REPLAY_SHARE = 0.25
"""The share of its batches that repeats what the model learned from."""

_TIME = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes and limits of a training. `epochs` or `seconds` end it; with neither, EPOCHS, or LEAST_STEPS if more."""

    layers: int = 2
    units: int = 256
    width: int = 192
    """Units of each head's hidden layer."""
    touch_width: int | None = None
    """Units of the hidden layers of the heads of touch; None: `width`."""
    dropout: float | None = None
    """None: as much as the music's size asks for (`for_notes`)."""
    weight_drop: float = 0.0
    streams: int = 32
    chunk: int = 64
    seed: int = 1
    rate: float = 3e-3
    epochs: int | None = None
    seconds: int | None = None
    patience: int = 12
    """Looks at the held-out pieces without a better one, after which it ends,"""
    patient_for: float = 0.25
    """if they also span this share of the plan."""

    def for_notes(self, notes: int) -> "Plan":
        """This plan with what follows from so many notes to learn from."""
        usual = 0.3 if notes < SOON_KNOWN_NOTES else 0.1
        return self if self.dropout is not None else replace(self, dropout=usual)

    def settings(self) -> dict[str, float | None]:
        """The settings that a resumed training must share with the interrupted one: all but when it ends."""
        shared = ("layers", "units", "width", "dropout", "weight_drop", "streams", "chunk", "rate", "seed")
        settings = {"batch" if name == "streams" else name: getattr(self, name) for name in shared}
        return settings if self.touch_width is None else settings | {"touch_width": self.touch_width}

    def steps_in_epoch(self, notes: int) -> int:
        """Batches that take in about as many notes as there are."""
        return max(1, round(notes / (self.streams * self.chunk)))

    def steps(self, notes: int) -> int | None:
        """Batches until the end; None where only time ends it."""
        if self.epochs is not None:
            return self.epochs * self.steps_in_epoch(notes)
        return None if self.seconds is not None else max(LEAST_STEPS, EPOCHS * self.steps_in_epoch(notes))

    def progress(self, step: int, elapsed: float, notes: int) -> float:
        """The share of the training that is done after so many steps and seconds, 0 to 1."""
        total = self.steps(notes)
        parts = [0.0]
        if total is not None:
            parts.append(step / total)
        if self.seconds is not None:
            parts.append(elapsed / self.seconds)
        return min(1.0, max(parts))

    def rate_at(self, step: int, progress: float) -> float:
        """The learning rate: a short warm-up, then half a cosine to FLOOR (Loshchilov and Hutter 2017, one cycle)."""
        cosine = FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * progress)) / 2
        return self.rate * cosine * min(1.0, (step + 1) / WARM_UP)

    def steps_between_validations(self, notes: int) -> int:
        """Steps between two validations: an epoch, within reason."""
        return min(MOST_STEPS_UNVALIDATED, max(FEWEST_STEPS_UNVALIDATED, self.steps_in_epoch(notes)))


CLASSIC = Plan(3, 512, 256, dropout=0.3, streams=64, chunk=100, rate=1e-3, epochs=250, patient_for=1.0)
"""The sizes of the tutorials' network (Skúli 2017, "How to Generate Music using a LSTM Neural Network in Keras"), which
learns to the end of its 250 epochs."""


def tuning(plan: Plan) -> Plan:
    """This plan for a network that begins from a model: gentler, and shorter where no end was set."""
    endless = plan.epochs is None and plan.seconds is None
    seconds = TUNING_SECONDS if endless else plan.seconds
    return replace(plan, rate=TUNING_RATE, patience=TUNING_PATIENCE, seconds=seconds)


def seconds_of(text: str) -> int:
    """The seconds in `90s`, `20m`, `2h`, `1h30m`; a bare number is seconds.

    Raises:
        InputError: it is none of these, or no time at all.
    """
    match = _TIME.fullmatch(text.strip().lower())
    seconds = (
        sum(int(part or 0) * unit for part, unit in zip(match.groups(), (3600, 60, 1), strict=True)) if match else 0
    )
    if seconds <= 0:
        raise InputError(f"--time {text}: give a time such as 90s, 20m, 2h or 1h30m")
    return seconds
