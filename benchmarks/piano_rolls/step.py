"""The exported step over frames, run by onnxruntime, and its decoder of one frame in numpy. No TensorFlow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.piano_rolls.data import Roll
from benchmarks.piano_rolls.frames import Floats, Layout, abreast
from exported.runtime import open_session
from midi.errors import ModelError

OUTPUTS = ("next_state", "hidden")
DECODER = ("named", "last", "out", "out_bias")
RULED_OUT = -1e9
ABREAST = 32
"""Sequences that step side by side."""

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Named:
    """The keys named in the frames of a sequence, key by key and END, in order. Each array has shape [N].

    `frame`: which frame; `last`: 0 for none, else the key before, plus 1; `target`: the key, or for END their number.
    """

    frame: Ids
    last: Ids
    target: Ids

    @classmethod
    def of(cls, roll: Roll) -> "Named":
        """From frames by keys."""
        frame, target = np.nonzero(np.pad(roll, ((0, 0), (0, 1)), constant_values=1))
        begins = np.append(True, frame[1:] != frame[:-1])
        return cls(frame, np.where(begins, 0, np.append(0, target[:-1]) + 1), target)


class Step:
    """A loaded step. `told` is what was written into its file."""

    def __init__(self, graph: Path | bytes) -> None:
        """Load a step from its file or its bytes.

        Raises:
            ModelError: it is no such file.
        """
        self._session = open_session(graph)
        inputs = {value.name: value for value in self._session.get_inputs()}
        outputs = {value.name for value in self._session.get_outputs()}
        if set(inputs) != {"given", "state"} or not outputs >= {*OUTPUTS, *DECODER}:
            raise ModelError(
                f"{graph!s:.200} is not a model over piano-roll frames: train one, or give another --model"
            )
        self.given_size, self.state_size = int(inputs["given"].shape[1]), int(inputs["state"].shape[1])
        self.properties: Mapping[str, str] = self._session.get_modelmeta().custom_metadata_map
        blank = {
            "given": np.zeros((1, self.given_size), np.float32),
            "state": np.zeros((1, self.state_size), np.float32),
        }
        values = self._session.run(list(DECODER), blank)
        self.named, self.last, self.out, self.out_bias = (np.asarray(value) for value in values)

    def step(self, inputs: Floats, state: Floats) -> tuple[Floats, Floats]:
        """Next state and hidden after givens [B, size] and states [B, S]."""
        state, hidden = self._session.run(list(OUTPUTS), {"given": inputs, "state": state})
        return state, hidden

    def listen(self, rolls: Sequence[Roll], layout: Layout) -> list[Floats]:
        """For each sequence, step after step from a clear state: hidden [T, decoder]."""
        hidden_of: list[Floats] = [np.empty(0, np.float32)] * len(rolls)
        for members, batch in abreast(rolls, layout, ABREAST):
            state = np.zeros((len(members), self.state_size), np.float32)
            hiddens = []
            for t in range(batch.inputs.shape[1]):
                state, hidden = self.step(np.ascontiguousarray(batch.inputs[:, t]), state)
                hiddens.append(hidden)
            for row, index in enumerate(members):
                hidden_of[index] = np.stack([hidden[row] for hidden in hiddens[: len(rolls[index])]])
        return hidden_of

    def chances(self, hidden: Floats, roll: Roll, named: Named) -> Floats:
        """The probabilities of the next key or END [N, keys + 1] at each naming in a sequence, hidden [T, decoder]."""
        keys = roll.shape[1]
        before = roll[named.frame] * (np.arange(keys) < named.last[:, None])
        top = hidden[named.frame] + before.astype(np.float32) @ self.named + self.last[named.last]
        logits = np.maximum(top, 0) @ self.out + self.out_bias
        logits[np.arange(keys + 1) < named.last[:, None]] = RULED_OUT
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        out: Floats = chances / chances.sum(axis=1, keepdims=True)
        return out
