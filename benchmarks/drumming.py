"""`python -m benchmarks.drumming FILE ...`: what a drummer plays beside phrases, by place in the bar, and how."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, pstdev

from benchmarks.command import notify, parser_of, positive, run_command
from exported.model_store import find_model
from exported.onnx_model import OnnxModel, load_model
from midi.drum_keys import TOMS
from midi.files import read_midi
from midi.notes import ANSWER, TICKS_PER_BEAT, Note
from midi.piece import Piece
from realtime.improviser.engine import Engine
from realtime.improviser.fills import BARS
from realtime.improviser.grid import TICKS_PER_BAR
from realtime.offline import Offline
from realtime.roles import ROLES
from realtime.settings import ACCOMPANY, DRUMS, SOLO, Settings

KICK, SNARE = 36, 38
STRONG, BACK = (0, 48), (24, 72)
"""Beats 1 and 3, and beats 2 and 4, in ticks of a bar of four."""
REPEATS = 4
HEADING = (
    "| phrase | mode | kick on 1, 3 | snare on 2, 4 | onsets a beat: fourth bars, others | toms: fourth bars, others"
    " | velocity | deviation, ms |\n|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True, slots=True)
class Drumming:
    """The strokes of one performance in bars of four, and their deviations in ms. Bars begin at tick 0."""

    strokes: Sequence[Note]
    deviations: Sequence[float]

    @property
    def bars(self) -> int:
        """The number of bars until the last stroke."""
        return 1 + max(stroke.onset for stroke in self.strokes) // TICKS_PER_BAR

    def share(self, key: int, places: Sequence[int]) -> float:
        """The share of these places of bars at which a key is struck."""
        struck = {stroke.onset for stroke in self.strokes if stroke.pitch == key}
        return sum(tick % TICKS_PER_BAR in places for tick in struck) / (self.bars * len(places))

    def in_bars(self, *, fourth: bool) -> tuple[float, float]:
        """Onsets a beat, and the share of toms, in every fourth bar or in the others."""
        bars = sum((bar % BARS == BARS - 1) is fourth for bar in range(self.bars))
        chosen = [one for one in self.strokes if (one.onset // TICKS_PER_BAR % BARS == BARS - 1) is fourth]
        if not chosen:
            return 0.0, 0.0
        onsets = len({stroke.onset for stroke in chosen}) * TICKS_PER_BEAT / (bars * TICKS_PER_BAR)
        return onsets, fmean(stroke.pitch in TOMS for stroke in chosen)

    def line(self) -> str:
        """Its figures, as cells of a table."""
        (fill_onsets, fill_toms), (onsets, toms) = self.in_bars(fourth=True), self.in_bars(fourth=False)
        velocities = [stroke.velocity or 1 for stroke in self.strokes]
        return (
            f"{self.share(KICK, STRONG):.2f} | {self.share(SNARE, BACK):.2f} | {fill_onsets:.2f}, {onsets:.2f}"
            f" | {fill_toms:.3f}, {toms:.3f} | {fmean(velocities):.0f} +- {pstdev(velocities):.0f}"
            f" | {fmean(self.deviations):.1f} +- {pstdev(self.deviations):.1f} |"
        )


def performances(model: OnnxModel, piece: Piece, mode: str, seeds: int) -> Drumming:
    """A phrase played REPEATS times over, once for each random seed, one performance after the other."""
    length = -(-max(note.end for note in piece.notes) // TICKS_PER_BAR) * TICKS_PER_BAR
    notes = [replace(note, onset=note.onset + again * length) for again in range(REPEATS) for note in piece.notes]
    human = replace(piece, notes=tuple(notes), parts=())
    bars, bpm = REPEATS * length // TICKS_PER_BAR, piece.bpm or 120.0
    strokes: list[Note] = []
    deviations: list[float] = []
    for seed in range(seeds):
        asked = Settings(mode=mode, part=DRUMS, bars=bars if mode == SOLO else None, bpm=bpm, rng_seed=seed)
        offline = Offline(Engine(model, asked))
        offline.perform_piece(human, bpm)
        strokes += _after(strokes, offline.answered())
        own = [note for note in offline.engine.ring.notes() if note.voice == ANSWER]
        deviations += [note.deviation_ms or 0 for note in own]
    return Drumming(strokes, deviations)


def _after(before: Sequence[Note], strokes: Sequence[Note]) -> list[Note]:
    """Strokes moved to the next phrase after those before, by whole bars."""
    phrase = BARS * TICKS_PER_BAR
    begin = min(stroke.onset for stroke in strokes) // TICKS_PER_BAR * TICKS_PER_BAR
    last = max((stroke.onset for stroke in before), default=-1)
    free = (last // phrase + 1) * phrase
    return [replace(stroke, onset=stroke.onset - begin + free) for stroke in strokes]


def rows(model: OnnxModel, files: Sequence[Path], seeds: int) -> Iterator[str]:
    """Yield the table, line by line."""
    yield HEADING
    for path in files:
        piece = read_midi(path)
        for mode in (ACCOMPANY, SOLO):
            yield f"| {path.stem} | {mode} | {performances(model, piece, mode, seeds).line()}"


def run(arguments: argparse.Namespace) -> int:
    """Play, measure and print; 0.

    Raises:
        InputError: there is no such model or file.
    """
    model = load_model(find_model(arguments.model))
    for line in rows(model, arguments.files, arguments.seeds):
        notify(line)
    return 0


if __name__ == "__main__":
    parser = parser_of("benchmarks.drumming", "A drummer beside phrases in bars of four quarters.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.mid")
    parser.add_argument("--model", default=ROLES[DRUMS].model, metavar="NAME")
    parser.add_argument("--seeds", type=positive, default=4, metavar="N", help="performances of each (default: 4)")
    sys.exit(run_command(parser, run))
