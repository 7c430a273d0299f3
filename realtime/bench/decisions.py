"""The time to decide a note, beside its floor on this machine.

A decided note is what the engine does for one: step the model over the one before, and draw it. Its floor
is the time this machine's memory takes to deliver the step's weights once, which no float32 step can undercut
unless the weights stay in a cache.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from exported.card import GRAPH
from exported.onnx_model import load_model
from exported.runtime import VERSION
from exported.sampling import SamplingOptions
from midi.notes import HUMAN, Note
from realtime.improviser.dynamics import Dynamics
from realtime.improviser.outline import Outline
from realtime.improviser.plan import Plan
from realtime.improviser.ring import ContextRing
from realtime.improviser.step_model import StepModel
from realtime.settings import Settings

CONTEXTS = (16, 256, 1024)
SILENCE_S = (0.020, 0.200)
BANDWIDTH_BYTES = 256 * 2**20
BLOCK = 20


def decision_lines(folder: Path, notes: int, paced: int) -> Iterator[str]:
    """Time decisions in a tight loop, at musical pace, and against the context's length; yields lines to print."""
    model = load_model(folder, "cpu")
    size = (folder / GRAPH).stat().st_size
    parameters = f"{model.card.parameters:,} parameters, {size / 1e6:.1f} MB"
    yield f"model {model.card.name}: {parameters}, onnxruntime {VERSION}, one thread"
    bandwidth = _bandwidth()
    floor_us = size / bandwidth * 1e6
    yield f"floor: {size / 1e6:.1f} MB of weights at {bandwidth / 1e9:.1f} GB/s, one thread: {floor_us:.0f} us a note"
    yield ""
    yield f"{'one decided note, us':<34}{'median':>9}{'p99':>9}{'max':>9}{'floors':>9}"
    answer = Answer(model)
    yield _row("tight loop", [answer.decide() for _ in range(notes)], floor_us)
    yield _row("after 20 to 200 ms of silence", list(_paced(answer, paced)), floor_us)
    for context, seconds in _by_context(model, notes // 4).items():
        yield _row(f"context of {context} notes", seconds, floor_us)


def _bandwidth() -> float:
    """Bytes a second that one thread reads from memory: the best of a few passes over an array larger than caches."""
    data = np.ones(BANDWIDTH_BYTES // 8)
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        data.sum()
        seconds.append(time.perf_counter() - began)
    return BANDWIDTH_BYTES / min(seconds)


class Answer:
    """An answer without end, after so many notes of context, decided note by note."""

    def __init__(self, model: StepModel, context: int = 0) -> None:
        self._ring = _ring_after(context, model)
        self._rng = np.random.default_rng(0)
        self._count = 0
        settings, dynamics = Settings(), Dynamics()
        begin = (self._ring.last_onset or 0) + 24
        outline = Outline(
            SamplingOptions(settings.temperature, settings.imitate),
            begin,
            None,
            0,
            lambda onset, pitch, drawn: dynamics.velocity_at(onset - begin, pitch) if drawn is None else drawn,
            may_end=False,
        )
        self._plan = Plan(model, self._ring, outline)
        self.decide()  # steps over what was heard, and is not timed

    def decide(self) -> float:
        """Seconds that the next note takes: the step over the one before, and drawing it."""
        began = time.perf_counter()
        note = self._plan.decide(self._rng, self._count)
        seconds = time.perf_counter() - began
        if note is not None:
            self._plan.sent(self._count)
        self._count += 1
        return seconds


def _paced(answer: Answer, count: int) -> Iterator[float]:
    for pause in np.random.default_rng(0).uniform(*SILENCE_S, size=count):
        time.sleep(pause)
        yield answer.decide()


def _by_context(model: StepModel, count: int) -> dict[int, list[float]]:
    """Seconds of `count` decisions after each length of context, in turn, so that a slow state is nobody's alone."""
    answers = {context: Answer(model, context) for context in CONTEXTS}
    seconds: dict[int, list[float]] = {context: [] for context in CONTEXTS}
    for begin in range(0, count, BLOCK):
        for context, answer in answers.items():
            seconds[context] += [answer.decide() for _ in range(min(BLOCK, count - begin))]
    return seconds


def _ring_after(notes: int, model: StepModel) -> ContextRing:
    """A ring that has heard so many notes."""
    ring = ContextRing(model)
    for index in range(notes):
        ring.feed(Note(6 * index, 6, 48 + index * 7 % 24, 80, voice=HUMAN))
    return ring


def _row(title: str, seconds: list[float], floor_us: float) -> str:
    us = np.array(seconds) * 1e6
    median = float(np.median(us))
    return f"{title:<34}{median:>9.0f}{np.percentile(us, 99):>9.0f}{us.max():>9.0f}{median / floor_us:>9.1f}"
