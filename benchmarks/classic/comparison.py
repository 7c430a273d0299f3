"""Counting, the classic network and Antiphon's, compared on one vocabulary of names and one split by piece.

    python -m benchmarks.classic.comparison DIR          split as every training splits
    python -m benchmarks.classic.comparison DIR --each   every piece judged in its turn

Antiphon's is the network of its event models (embedding, LSTM that carries its state, head with a hidden layer),
learning in every key and imitating; only the vocabulary is the tutorials'. All that is chosen is chosen on the
validation pieces; the test pieces are scored once, on the exported step. Each network learns for so many passes (ours
goes through twelve keys in one), or for a time that is set, which on a busy machine may be none at all.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.classic.music import Music, parted, turns
from benchmarks.classic.ngram import Score, counting
from benchmarks.command import parser_of, run_command
from exported.card import IMITATE
from training import heavy
from training.classic import reading
from training.corpus import read_folder
from training.pieces import Ints
from training.plan import CLASSIC, Plan, seconds_of

OURS = Plan(layers=1, units=128, width=192, dropout=0.5, streams=16, chunk=64, epochs=12)
"""Chosen on the validation pieces of a small set; a larger one deserves more units and less dropout."""
FEWER = replace(CLASSIC, streams=8, epochs=40)
"""The tutorials' batch of 64, each 100 names long, would go through a small set in a step or two; and 250 passes of it
take hours. For all of them: `antiphon train DIR --preset classic`."""


def run(folder: Path, seconds: int | None = None, seed: int = 1, notify: Callable[[str], None] = print) -> int:
    """Compare on a folder of music; prints a table. `seconds`: how long each network learns at the most.

    Raises:
        InputError, MachineError: as `training.corpus` does.
    """
    corpus = read_folder(folder)
    music = parted(corpus.works)
    notify(
        f"{corpus.name}: {len(corpus.works)} works, {len(music.names)} names; learned from {len(music.train)} works "
        f"({sum(map(len, music.train)):,} names), judged by {len(music.judged)} ({music.judged_names:,} names)"
    )
    plan, classic = (replace(network, seconds=seconds, seed=seed) for network in (OURS, FEWER))
    rows = _counted(music, notify)
    rows |= _learned("the classic network", music, classic, music.train, notify)
    rows |= _learned("Antiphon's network", music, plan, music.every_key, notify)
    for line in table(rows):
        notify(line)
    return 0


def run_each(folder: Path, seconds: int | None = None, seed: int = 1, notify: Callable[[str], None] = print) -> int:
    """Every piece judged in its turn, by counting and by Antiphon's network learned anew; prints their means a name.

    Raises:
        InputError, MachineError: as `training.corpus` does.
    """
    corpus = read_folder(folder)
    plan = replace(OURS, seconds=seconds, seed=seed)
    scores: list[dict[str, Score]] = []
    names: list[int] = []
    for music, work in zip(turns(corpus.works), corpus.works, strict=True):
        rows = _counted(music, notify)
        rows |= _learned("Antiphon's network", music, plan, music.every_key, notify)
        scores.append(rows)
        names.append(music.judged_names)
        nats = ", ".join(f"{title} {score.nats:.3f}" for title, score in rows.items())
        notify(f"{work.name}, {music.judged_names:,} names: {nats}")
    for line in table({title: mean([rows[title] for rows in scores], names) for title in scores[0]}):
        notify(line)
    return 0


def table(rows: Mapping[str, Score]) -> list[str]:
    """The lines of a Markdown table."""
    lines = ["| | nats a name | perplexity | likeliest name right |", "|---|---|---|---|"]
    return lines + [
        f"| {title} | {score.nats:.3f} | {score.perplexity:.2f} | {score.top1:.1%} |" for title, score in rows.items()
    ]


def mean(scores: Sequence[Score], names: Sequence[int]) -> Score:
    """The mean over the names of several pieces, which have so many each."""
    nats, top1 = np.average([(score.nats, score.top1) for score in scores], axis=0, weights=names).tolist()
    return Score(nats, top1)


def _counted(music: Music, notify: Callable[[str], None]) -> dict[str, Score]:
    """Counting the pieces as they are, or in every key, whichever predicts the validation pieces better adapting."""
    drawable = [piece[piece[:, 0] < music.field.size] for piece in music.every_key]
    forms = {"as they are": music.train, "in every key": drawable}
    counts = {what: counting(known, music.valid, music.judged, music.field.size) for what, known in forms.items()}
    what = min(counts, key=lambda form: counts[form].form.nats)
    best = counts[what]
    reach = f"contexts of {best.form.adapts_from} to {best.form.longest} names"
    notify(f"n-gram: pieces counted {what}; within the piece, {reach}")
    return {
        "each name by its frequency": best.unigram,
        "interpolated n-gram": best.ngram,
        "the same, counting within the piece as well": best.adaptive,
    }


def _learned(
    title: str, music: Music, plan: Plan, pieces: Sequence[Ints], notify: Callable[[str], None]
) -> dict[str, Score]:
    """A network's scores, without and with imitation, of its exported step."""
    heavy.load()
    from training.evaluate import Figures, evaluate
    from training.export import graphs_of
    from training.fit import Fit
    from training.imitating import tuned
    from training.stepper import Stepper

    learned, valid = ([reading.as_piece(ids) for ids in some] for some in (pieces, music.valid))
    with tempfile.TemporaryDirectory() as work:
        fitted = Fit(plan, (music.field,), (), learned, valid, Path(work), title).run()
    stepper = Stepper(graphs_of(fitted.network, music.train[0]).plain.graph, (music.field,), ())
    how, history = tuned(stepper, music.valid), fitted.history
    parameters = sum(array.size for array in fitted.network.weights().values())
    notify(
        f"{title}: LSTM of {plan.layers} x {plan.units}, {parameters:,} parameters; "
        f"{history.step:,} steps, {history.validations[-1].epoch:.1f} passes in {history.seconds:.0f} s; imitating "
        f"with sharpness {how.sharpness:g}, share {how.shares[0]:g}, doubt {how.doubt:g}"
    )

    def scored(figures: Figures) -> Score:
        return Score(figures.total, figures.top1[0])

    return {
        title: scored(evaluate(stepper, music.judged)),
        f"{title}, imitating": scored(evaluate(stepper, music.judged, IMITATE, how)),
    }


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder of music")
    parser.add_argument("--time", metavar="TIME", help="how long each network learns at the most: 90s, 3m")
    parser.add_argument("--rng-seed", type=int, default=1, metavar="N", help="random seed (default: %(default)s)")
    parser.add_argument(
        "--each", action="store_true", help="judge every piece in its turn, without the classic network"
    )


def main(arguments: argparse.Namespace) -> int:
    """Compare as asked; 0.

    Raises:
        InputError, MachineError: as `training.corpus` does.
    """
    compare = run_each if arguments.each else run
    seconds = seconds_of(arguments.time) if arguments.time else None
    return compare(arguments.folder, seconds, arguments.rng_seed)


if __name__ == "__main__":
    parser = parser_of("benchmarks.classic.comparison", "Names of notes and chords: counting and two networks.")
    add_flags(parser)
    sys.exit(run_command(parser, main))
