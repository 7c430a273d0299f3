"""`python -m benchmarks.voices`: the cost of a note when many musicians share one engine process, and their wait.

All voices play solo, on a clock that never lets the process rest.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from heapq import heappop, heappush
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.command import add_model_flag, check_range, model_folder, notify, parser_of, run_command
from exported.onnx_model import load_model
from midi.message import NOTE_OFF, NOTE_ON
from midi.tempo import Tempo
from realtime.improviser.batched_engines import BatchedEngines
from realtime.improviser.step_model import StepModel
from realtime.messages import Cancelled, ListenFrom, Message, Played, Proposal, Sent
from realtime.settings import SOLO, Settings

S = 1_000_000_000
VOICES = (1, 2, 4, 8, 16, 32, 64)
TEMPO_BPM = 120.0
PITCH = 60
PAUSE_NS = S // 2
"""Whenever all has been decided, time goes on so far: every voice has notes to decide again."""
PASSES = 10
INTERRUPTIONS = 400


def voice_lines(folder: Path, notes: int) -> Iterator[str]:
    """The table, `notes` decided in each row; yields lines to print."""
    model = load_model(folder, "cpu", max(VOICES))
    yield f"model {model.card.name}: many voices, one process, all busy; a note in time of the processor"
    yield (
        f"{'voices':>6}{'us a note':>11}{'of one voice':>14}{'notes a second':>16}"
        f"{'key to proposal, us: median':>29}{'p99':>8}{'max':>8}"
    )
    ensembles = {count: _Busy(model, count) for count in VOICES}
    costs: dict[int, list[float]] = {count: [] for count in VOICES}
    waits: dict[int, list[float]] = {count: [] for count in VOICES}
    for _ in range(PASSES):  # in turn, so that a slow moment of the machine is nobody's alone
        for count, busy in ensembles.items():
            busy.play(count)
            began = time.thread_time()  # of the processor: what others take meanwhile is not ours
            decided = busy.play(notes // PASSES)
            costs[count].append((time.thread_time() - began) / decided)
            waits[count] += [busy.interrupted(turn % count) for turn in range(INTERRUPTIONS // PASSES)]
    alone = median(costs[1])
    for count in VOICES:
        cost, us = median(costs[count]), np.array(waits[count]) * 1e6
        yield (
            f"{count:>6}{cost * 1e6:>11.0f}{cost / alone:>13.0%} {1 / cost:>16,.0f}"
            f"{np.median(us):>29.0f}{np.percentile(us, 99):>8.0f}{us.max():>8.0f}"
        )


class _Busy:
    """Many engines on a clock that jumps from event to event, so that it never waits."""

    def __init__(self, model: StepModel, count: int) -> None:
        settings = [Settings(mode=SOLO, bpm=TEMPO_BPM, rng_seed=seed) for seed in range(count)]
        self._ensemble = BatchedEngines([model] * count, settings)
        self._tempo = Tempo.of(TEMPO_BPM)
        self._now_ns = S
        self._proposed: list[tuple[int, int, int]] = []
        """The time each sounds at, its voice and its id."""
        self._epochs = [0] * count
        for voice in range(count):
            self._ensemble.receive(voice, ListenFrom(0))

    def play(self, notes: int) -> int:
        """Let at least so many notes be decided; says how many were."""
        decided = 0
        while decided < notes:
            decided += sum(isinstance(message, Proposal) for _, message in self._round())
        return decided

    def _round(self) -> list[tuple[int, Message]]:
        while self._proposed and self._proposed[0][0] <= self._now_ns:
            sounds_ns, voice, note_id = heappop(self._proposed)
            self._ensemble.receive(voice, Sent(note_id, sounds_ns))
        messages = list(self._ensemble.advance(self._now_ns))
        for voice, message in messages:
            if isinstance(message, Proposal):
                heappush(self._proposed, (self._tempo.ns_at(message.onset), voice, message.note_id))
        if self._ensemble.wake_ns > self._now_ns:
            self._now_ns = int(self._ensemble.wake_ns) + PAUSE_NS
        return messages

    def interrupted(self, voice: int) -> float:
        """Seconds from a human note to the first proposal that knows of it, while the other voices are busy."""
        self._now_ns += PAUSE_NS
        self._round()
        self._epochs[voice] += 1
        self._proposed = [proposed for proposed in self._proposed if proposed[1] != voice]
        began = time.perf_counter()
        self._ensemble.receive(voice, Cancelled(self._epochs[voice], 0))
        self._ensemble.receive(voice, Played(self._now_ns, NOTE_ON, PITCH, 80))
        while not any(
            whose == voice and isinstance(message, Proposal) and message.epoch == self._epochs[voice]
            for whose, message in self._round()
        ):
            pass
        seconds = time.perf_counter() - began
        self._ensemble.receive(voice, Played(self._now_ns, NOTE_OFF, PITCH, 0))
        return seconds


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0.

    Raises:
        InputError: a flag is out of range, or there is no such model.
    """
    check_range("--notes", arguments.notes, 1, 10_000_000)
    for line in voice_lines(model_folder(arguments), arguments.notes):
        notify(line)
    return 0


if __name__ == "__main__":
    parser = parser_of(
        "benchmarks.voices", "Many musicians in one engine process: the cost of a note of each, 1 to 64."
    )
    add_model_flag(parser)
    parser.add_argument("--notes", type=int, default=2000, metavar="N", help="notes in each row (default: %(default)s)")
    sys.exit(run_command(parser, run))
