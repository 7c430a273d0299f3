"""The table confirmed through real ports: a phrase played to the daemon by a musician, beside the same offline."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.live.jack_server import RATE
from benchmarks.live.stage import Stage, priority_words, stage
from benchmarks.live.timings import is_note_on
from benchmarks.players.choice import Choice
from benchmarks.players.measures import Figures, figures_of
from benchmarks.players.performance import (
    Cell,
    Player,
    grid_from_ns,
    human_figures,
    human_of,
    notes_beside,
    perform,
)
from exported.onnx_model import load_model
from realtime.timed import Timed

TIMES = 3
"""A phrase is played so often: the second and the third know more than the first."""
RNG_SEED = 0
CHANNEL = 16
"""The answer's, counted from 1."""
HEADING = f"{'offline / live':<40}{'notes':>13}{'/onset':>15}{'most':>11}{'scale':>15}{'grid':>15}{'velocity +-':>17}"


def live_player_lines(folder: Path, choice: Choice, period: int) -> Iterator[str]:
    """Play each phrase through ports in each mode, the tempo left to be heard unless chosen otherwise; lines to print.

    Raises:
        MachineError: there is no JACK server to be had, or a process does not start.
    """
    knows_bpm = choice.knows_bpm == (True,)
    cells = [Cell(phrase, mode, knows_bpm) for phrase in choice.phrases for mode in choice.modes]
    model = load_model(folder, "cpu")
    with stage(period) as on_stage:
        yield f"jackd's dummy driver, {period} frames a period at {RATE / 1000:g} kHz; each phrase {TIMES} times"
        yield HEADING
        for cell in cells:
            offline = perform(model, cell, RNG_SEED, TIMES).figures
            live, priority = _through_ports(on_stage, folder, cell)
            yield _row(cell, offline, live)
        yield priority


def _through_ports(on_stage: Stage, folder: Path, cell: Cell) -> tuple[Figures, str]:
    """The figures of a cell through ports, and a word on the daemon's priority."""
    human = human_of(cell, RNG_SEED, TIMES)
    score = [message for turn in range(TIMES) for message in human.messages(turn)]
    flags = ["--mode", cell.mode, "--channel", str(CHANNEL), "--rng-seed", str(RNG_SEED)]
    if cell.knows_bpm:
        flags += ["--bpm", str(cell.phrase.bpm)]
    with on_stage.jam(folder, *flags) as jam:
        on_stage.play(score, cell.title)
        time.sleep((human.end_ns - score[-1].at_ns) / 1e9)
        jam.end()
        take = on_stage.take()
        priority = priority_words(jam.is_real_time)
    return live_figures(human, cell, take.beside, take.from_daemon), priority


def live_figures(human: Player, cell: Cell, beside: Sequence[Timed], messages: Sequence[Timed]) -> Figures:
    """Measure what was heard, by the clock of the listener, who heard the player's first note as well."""
    first_ns = next(at_ns for at_ns, data in beside if is_note_on(data))
    shift_ns = first_ns - human.begins[0]
    here = replace(human, begins=tuple(at_ns + shift_ns for at_ns in human.begins), end_ns=human.end_ns + shift_ns)
    return figures_of(notes_beside(here, messages), here.beat, cell.phrase.scale, grid_from_ns(here, cell))


def _row(cell: Cell, offline: Figures, live: Figures) -> str:
    human = human_figures(cell.phrase)
    cells = [
        f"{offline.notes} / {live.notes}".rjust(13),
        _pair(offline.notes_per_onset, live.notes_per_onset).rjust(15),
        f"{offline.most_at_once} / {live.most_at_once}".rjust(11),
        _pair(offline.in_scale, live.in_scale).rjust(15),
        _pair(offline.on_grid, live.on_grid).rjust(15),
        _pair(offline.velocity_spread, live.velocity_spread).rjust(17),
    ]
    return f"{cell.title:<40}{''.join(cells)}   the human {human.notes_per_onset or 0:.2f} an onset"


def _pair(offline: float | None, live: float | None) -> str:
    return " / ".join("-" if value is None else f"{value:.2f}" for value in (offline, live))
