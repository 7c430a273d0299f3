"""The fair fight: on one vocabulary of names and one split by piece, counting, the classic network, and Antiphon's.

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
from exported.card import IMITATE
from training import heavy
from training.classic import reading
from training.classic.ngram import Score, counting
from training.corpus import read_folder
from training.plan import CLASSIC, Plan, seconds_of
from training.works import Ints

OURS = Plan(layers=1, units=128, width=192, dropout=0.5, streams=16, chunk=64, epochs=12)
"""Chosen on the validation pieces of a small set; a larger one deserves more units and less dropout."""
FEWER = replace(CLASSIC, streams=8, epochs=40)
"""The tutorials' batch of 64, each 100 names long, would go through a small set in a step or two; and 250 passes of it
take hours. For all of them: `antiphon train DIR --preset classic`."""


def run(folder: Path, seconds: int | None = None, seed: int = 1, say: Callable[[str], None] = print) -> int:
    """Fight it out on a folder of music; prints a table. `seconds`: how long each network learns at the most.

    Raises:
        InputError, MachineError: as `training.corpus` does.
    """
    corpus = read_folder(folder)
    music = parted(corpus.works)
    say(
        f"{corpus.name}: {len(corpus.works)} works, {len(music.names)} names; learned from {len(music.train)} works "
        f"({sum(map(len, music.train)):,} names), judged by {len(music.judged)} ({music.heard:,} names)"
    )
    rows = _counted(music, say)
    rows |= _learned("the classic network", music, replace(FEWER, seconds=seconds, seed=seed), music.train, say)
    rows |= _learned("Antiphon's network", music, replace(OURS, seconds=seconds, seed=seed), music.every_key, say)
    for line in table(rows):
        say(line)
    return 0


def run_each(folder: Path, seconds: int | None = None, seed: int = 1, say: Callable[[str], None] = print) -> int:
    """Every piece judged in its turn, by counting and by Antiphon's network learned anew; prints their means a name.

    Raises:
        InputError, MachineError: as `training.corpus` does.
    """
    corpus = read_folder(folder)
    found: list[dict[str, Score]] = []
    heard: list[int] = []
    for music, work in zip(turns(corpus.works), corpus.works, strict=True):
        rows = _counted(music, say)
        rows |= _learned("Antiphon's network", music, replace(OURS, seconds=seconds, seed=seed), music.every_key, say)
        found.append(rows)
        heard.append(music.heard)
        say(f"{work.name}, {music.heard:,} names: " + ", ".join(f"{one} {it.nats:.3f}" for one, it in rows.items()))
    for line in table({title: mean([rows[title] for rows in found], heard) for title in found[0]}):
        say(line)
    return 0


def table(rows: Mapping[str, Score]) -> list[str]:
    """The lines of a Markdown table."""
    lines = ["| | nats a name | perplexity | likeliest name right |", "|---|---|---|---|"]
    return lines + [f"| {one} | {it.nats:.3f} | {it.perplexity:.2f} | {it.top1:.1%} |" for one, it in rows.items()]


def mean(scores: Sequence[Score], heard: Sequence[int]) -> Score:
    """Of the names of several pieces, which have so many each."""
    nats, top1 = np.average([(score.nats, score.top1) for score in scores], axis=0, weights=heard).tolist()
    return Score(nats, top1)


def _counted(music: Music, say: Callable[[str], None]) -> dict[str, Score]:
    """Counting the pieces as they are, or in every key, whichever foretells the validation pieces better adapting."""
    drawable = [piece[piece[:, 0] < music.field.size] for piece in music.every_key]
    forms = {"as they are": music.train, "in every key": drawable}
    counts = {what: counting(known, music.valid, music.judged, music.field.size) for what, known in forms.items()}
    what = min(counts, key=lambda form: counts[form].chosen_at)
    best = counts[what]
    say(f"n-gram: pieces counted {what}; within the piece, contexts of {best.form[1]} to {best.form[0]} names")
    return {
        "each name by its frequency": best.unigram,
        "interpolated n-gram": best.ngram,
        "the same, counting within the piece as well": best.adaptive,
    }


def _learned(
    title: str, music: Music, plan: Plan, pieces: Sequence[Ints], say: Callable[[str], None]
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
    stepper = Stepper(graphs_of(fitted.network, music.train[0]).plain, (music.field,), ())
    how = tuned(stepper, music.valid)
    say(
        f"{title}: LSTM of {plan.layers} x {plan.units}, {fitted.network.weights().parameters:,} parameters; "
        f"{fitted.steps:,} steps, {fitted.looks[-1].epoch:.1f} passes in {fitted.seconds:.0f} s; imitating with "
        f"sharpness {how.sharpness:g}, share {how.shares[0]:g}, doubt {how.doubt:g}"
    )

    def scored(figures: Figures) -> Score:
        return Score(figures.total, figures.top1[0])

    return {
        title: scored(evaluate(stepper, music.judged)),
        f"{title}, imitating": scored(evaluate(stepper, music.judged, IMITATE, how)),
    }


def _main() -> int:
    parser = argparse.ArgumentParser(description="Names of notes and chords: counting, the classic network, and ours.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--time", help="how long each network learns at the most: 90s, 3m")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--each", action="store_true", help="judge every piece in its turn, without the classic network"
    )
    arguments = parser.parse_args()
    fight = run_each if arguments.each else run
    return fight(arguments.folder, seconds_of(arguments.time) if arguments.time else None, arguments.seed)


if __name__ == "__main__":
    sys.exit(_main())
