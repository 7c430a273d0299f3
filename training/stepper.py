"""The exported step as the daemon runs it, for measuring: onnxruntime on one thread, many pieces side by side."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from exported.card import input_names, output_names, table_names
from midi.tokens import Field
from training.works import Ints

Array = npt.NDArray[np.float32]


class Stepper:
    """A loaded step graph. `tables` are its constant outputs."""

    def __init__(self, graph: Path | bytes, fields: Sequence[Field]) -> None:
        """Load a graph from its file or its bytes."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        source = graph if isinstance(graph, bytes) else str(graph)
        self._session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        self._inputs, self._outputs = input_names(fields), output_names(fields)
        self.state_size = int(self._session.get_inputs()[-1].shape[1])
        names = table_names(fields)
        blank: dict[str, npt.NDArray[np.generic]] = {f.name: np.array([f.start], np.int32) for f in fields}
        blank["state"] = self.zeros(1)
        self.tables: dict[str, Array] = dict(zip(names, self._session.run(names, blank) if names else [], strict=True))

    def zeros(self, voices: int) -> Array:
        """The state before the first note. Shape [voices, S]."""
        return np.zeros((voices, self.state_size), np.float32)

    def step(self, ids: Ints, state: Array) -> dict[str, Array]:
        """Take in one note a voice, ids [B, F], state [B, S]; the changing outputs by name."""
        feeds: dict[str, npt.NDArray[np.generic]] = dict(zip(self._inputs, [*ids.T, state], strict=True))
        return dict(zip(self._outputs, self._session.run(self._outputs, feeds), strict=True))
