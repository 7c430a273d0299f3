"""The table, as asked for by flags."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.players.bars import Verdict, verdicts_of
from benchmarks.players.choice import Choice
from benchmarks.players.performance import Answer, Cell, human_figures, perform
from benchmarks.players.table import Result, table_lines
from benchmarks.players.trials import TRIALS
from benchmarks.players.workers import Workers, workers
from midi.atomic_file import replacing
from realtime.improviser.step_model import StepModel


@dataclass(frozen=True, slots=True)
class Task:
    """A cell played with a seed."""

    cell: Cell
    rng_seed: int
    times: int


def results_of(crew: Workers, choice: Choice) -> list[Result]:
    """Play every cell with every seed."""
    cells = [
        Cell(phrase, mode, knows_bpm)
        for phrase in choice.phrases
        for mode in choice.modes
        for knows_bpm in choice.knows_bpm
    ]
    takes = [Task(cell, seed, choice.times) for cell in cells for seed in range(choice.seeds)]
    answers = crew.results("players", play_take, takes)
    by_cell = [tuple(answers[index : index + choice.seeds]) for index in range(0, len(answers), choice.seeds)]
    return [Result(cell, by_seed) for cell, by_seed in zip(cells, by_cell, strict=True)]


def play_take(model: StepModel, take: Task) -> Answer:
    """Play one."""
    return perform(model, take.cell, take.rng_seed, take.times)


def players(folder: Path, choice: Choice, notify: Callable[[str], None], file: Path | None = None) -> bool:
    """Play, print the table and the bars, and write all figures to a file, if any; whether every bar is met.

    Raises:
        InputError: the file cannot be written.
    """
    with workers(folder) as crew:
        results = results_of(crew, choice)
        for line in table_lines(results):
            notify(line)
        verdicts = verdicts_of(results)
        for trial in choice.trials:
            verdicts += TRIALS[trial](crew)
    notify("")
    for verdict in verdicts:
        for line in verdict.lines():
            notify(line)
    if file is not None:
        with replacing(file) as partial:
            partial.write_text(json.dumps(_facts(results, verdicts), indent=1) + "\n", encoding="utf-8")
    return all(verdict.is_met for verdict in verdicts)


def _facts(results: Sequence[Result], verdicts: Sequence[Verdict]) -> dict[str, object]:
    """All figures as they are written to a file."""
    return {
        "cells": [
            {
                "phrase": result.cell.phrase.name,
                "mode": result.cell.mode,
                "bpm": "known" if result.cell.knows_bpm else "heard",
                "human": asdict(human_figures(result.cell.phrase)),
                "seeds": [asdict(answer) for answer in result.by_seed],
            }
            for result in results
        ],
        "bars": [
            {
                "name": verdict.name,
                "must": str(verdict.must),
                "aim": str(verdict.aim),
                "met": verdict.is_met,
                "reached": [asdict(reached) for reached in verdict.reached],
            }
            for verdict in verdicts
        ],
    }
