"""The fair fight: on one vocabulary of names and one split by piece, counting, the classic network, and Antiphon's.

    python -m training.classic.fight DIR --time 3m

Antiphon's is the network of its event models (embedding, LSTM that carries its state, head with a hidden layer),
learning in every key and imitating; only the vocabulary is the tutorials'. All that is chosen is chosen on the
validation pieces; the test pieces are scored once, on the exported step. Both networks learn for the same time.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exported.card import IMITATE
from midi.names import transposed
from midi.tokens import Field
from training import heavy
from training.batches import TRITONE
from training.classic import reading
from training.classic.ngram import Counting, Score, counting
from training.corpus import read_folder
from training.plan import CLASSIC, Plan, seconds_of
from training.split import split
from training.works import Ints, Work

USUAL_SECONDS = 180
OURS = Plan(layers=1, units=128, width=192, dropout=0.5, streams=16, chunk=64)
"""Chosen on the validation pieces of a small set; a larger one deserves more units and less dropout."""
CLASSIC_STREAMS = 8
"""The tutorials' batch of 64, each 100 names long, would go through a small set in a step or two."""


@dataclass(frozen=True, slots=True)
class Music:
    """Names and their ids, split by piece; `every_key`: the pieces to learn from, in all twelve keys."""

    names: tuple[str, ...]
    train: list[Ints]
    valid: list[Ints]
    judged: list[Ints]
    every_key: list[Ints]

    @classmethod
    def of(cls, works: Sequence[Work]) -> "Music":
        """Split works by piece; the vocabulary is all the names there are."""
        parts = split(works)
        names = reading.vocabulary(reading.sounds(work) for work in works)
        learned, valid, judged = (
            [reading.sounds(w) for w in some] for some in (parts.train, parts.valid, parts.judged)
        )
        moved = [
            [transposed(name, by) for name in piece] for piece in learned for by in range(1 - TRITONE, TRITONE + 1)
        ]
        return cls(names, *([reading.ids(one, names) for one in some] for some in (learned, valid, judged, moved)))

    @property
    def field(self) -> Field:
        """The one field of its models."""
        return reading.sound_field(self.names)


def run(folder: Path, seconds: int = USUAL_SECONDS, seed: int = 1, say: Callable[[str], None] = print) -> int:
    """Fight it out on a folder of music; prints a table. Each network learns for so many seconds.

    Raises:
        InputError, MachineError: as `training.corpus` does.
    """
    corpus = read_folder(folder)
    music = Music.of(corpus.works)
    heard = sum(map(len, music.judged))
    say(
        f"{corpus.name}: {len(corpus.works)} works, {len(music.names)} names; learned from {len(music.train)} works "
        f"({sum(map(len, music.train)):,} names), judged by {len(music.judged)} ({heard:,} names)"
    )
    heavy.load()
    rows = [*_counted(music)]
    classic = replace(CLASSIC, streams=CLASSIC_STREAMS, seconds=seconds, epochs=None, seed=seed)
    rows += _learned("the classic network", music, classic, music.train)
    rows += _learned("Antiphon's network", music, replace(OURS, seconds=seconds, seed=seed), music.every_key)
    for line in table(rows):
        say(line)
    return 0


def table(rows: Sequence[tuple[str, Score]]) -> list[str]:
    """The lines of a Markdown table."""
    lines = ["| | nats a name | perplexity | likeliest name right |", "|---|---|---|---|"]
    return lines + [f"| {title} | {it.nats:.3f} | {it.perplexity:.2f} | {it.top1:.1%} |" for title, it in rows]


def _counted(music: Music) -> list[tuple[str, Score]]:
    """Counting the pieces as they are, or in every key, whichever foretells the validation pieces better adapting."""
    forms = {
        what: counting(known, music.valid, music.judged, music.field.size)
        for what, known in (
            ("as they are", music.train),
            ("in every key", [_drawable(p, music) for p in music.every_key]),
        )
    }
    best: Counting = min(forms.values(), key=lambda form: form.chosen_at)
    what = next(name for name, form in forms.items() if form is best)
    longest, least = best.form
    return [
        ("each name by its frequency", best.unigram),
        (f"interpolated n-gram, pieces counted {what}", best.ngram),
        (f"the same, contexts of {least} to {longest} names counted within the piece", best.adaptive),
    ]


def _drawable(piece: Ints, music: Music) -> Ints:
    """A piece without the names that are not in the vocabulary."""
    return piece[piece[:, 0] < music.field.size]


def _learned(title: str, music: Music, plan: Plan, pieces: Sequence[Ints]) -> list[tuple[str, Score]]:
    """A network's scores, without and with imitation, of its exported step."""
    from training.evaluate import Figures, evaluate
    from training.export import graphs_of
    from training.fit import Fit
    from training.imitating import DOUBTS, tuned
    from training.stepper import Stepper

    learned, valid = ([reading.as_piece(ids) for ids in some] for some in (pieces, music.valid))
    with tempfile.TemporaryDirectory() as work:
        fitted = Fit(plan, (music.field,), (), learned, valid, Path(work), title).run()
    stepper = Stepper(graphs_of(fitted.network, music.train[0]).plain, (music.field,), ())
    how = tuned(stepper, music.valid, DOUBTS)

    def scored(figures: Figures) -> Score:
        return Score(figures.total, figures.top1[0])

    sizes = (
        f"{plan.layers} x {plan.units}, {fitted.network.weights().parameters:,} parameters, "
        f"{fitted.looks[-1].epoch:.1f} passes"
    )
    return [
        (f"{title} ({sizes})", scored(evaluate(stepper, music.judged))),
        (f"{title}, imitating", scored(evaluate(stepper, music.judged, IMITATE, how))),
    ]


def _main() -> int:
    parser = argparse.ArgumentParser(description="Names of notes and chords: counting, the classic network, and ours.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument(
        "--time", default=f"{USUAL_SECONDS}s", help="how long each network learns (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    return run(arguments.folder, seconds_of(arguments.time), arguments.seed)


if __name__ == "__main__":
    sys.exit(_main())
