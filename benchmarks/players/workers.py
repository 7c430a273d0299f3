"""Work of a bench shared out among processes, each with a model of its own, with progress on stderr."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.progress import Progress
from exported.onnx_model import load_model
from realtime.improviser.step_model import StepModel

T = TypeVar("T")
R = TypeVar("R")

_models: list[StepModel] = []
"""In a worker: the model that its tasks play with."""


class Workers:
    """Processes that call a function of a model and a task."""

    def __init__(self, executor: ProcessPoolExecutor) -> None:
        self._executor = executor

    def results(self, title: str, function: Callable[[StepModel, T], R], tasks: Sequence[T]) -> list[R]:
        """The results of the function for each task, in their order. The function must be importable by its name."""
        futures = [self._executor.submit(_call, function, task) for task in tasks]
        results = []
        with Progress(title) as progress:
            for done, future in enumerate(futures, start=1):
                results.append(future.result())
                progress.at(done / len(futures))
        return results


@contextmanager
def workers(folder: Path, processes: int | None = None) -> Iterator[Workers]:
    """Start the processes: one a core, unless told."""
    count = processes or os.cpu_count() or 1
    executor = ProcessPoolExecutor(count, get_context("spawn"), _load, (folder,))
    try:
        yield Workers(executor)
    finally:
        executor.shutdown(cancel_futures=True)


def _load(folder: Path) -> None:
    _models.append(load_model(folder, "cpu"))


def _call(function: Callable[[StepModel, Any], Any], task: Any) -> Any:
    return function(_models[0], task)
