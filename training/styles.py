"""`python -m training.styles`: learn the styles of a folder of note tables beside the default corpus, resumably."""

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path

from midi.errors import INTERRUPTED
from midi.tokens import PEDAL, STYLE, STYLED_CONTEXTS, STYLED_FIELDS
from training.style_plan import DRUM_PLAN, StylePlan

MOST_VALIDATED = 8_000
"""Notes of each style that a validation takes in, about."""


def main() -> int:
    """Train until the plan's end or Ctrl-C; the same command goes on from there."""
    parser = argparse.ArgumentParser(prog="python -m training.styles", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder of the note tables (their names and sha256 are known)")
    parser.add_argument("--work", type=Path, required=True, help="the folder of the checkpoint")
    parser.add_argument("--drums", action="store_true", help="train the drummer instead")
    parser.add_argument("--from", dest="base", metavar="MODEL", help="begin from a model of the default corpus")
    parser.add_argument("--steps", type=int, help="steps of learning")
    parser.add_argument("--threads", type=int, default=1, help="threads to learn with (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="MODEL", help="the model's folder, once all steps are done")
    arguments = parser.parse_args()
    plan = DRUM_PLAN if arguments.drums else StylePlan()
    if arguments.steps is not None:
        plan = replace(plan, steps=arguments.steps)
    return _train(plan, arguments)


def _train(plan: StylePlan, arguments: argparse.Namespace) -> int:
    from training import heavy

    heavy.check()
    heavy.load(arguments.threads)
    from training.base_model import find_base_model
    from training.export import load_base_weights
    from training.style_corpus import excerpts, read_style_corpus
    from training.style_export import Export
    from training.style_fit import StyleFit

    fields, contexts = STYLED_FIELDS, STYLED_CONTEXTS
    if arguments.drums:
        fields = tuple(field for field in fields if field != PEDAL)
        contexts = tuple(context for context in contexts if context != STYLE)
    corpus = read_style_corpus(arguments.folder, list(plan.shares))
    train = corpus.encoded("train", (*fields, *contexts))
    valid = excerpts(corpus.encoded("valid", (*fields, *contexts)), MOST_VALIDATED)
    for style, pieces in train.items():
        print(f"{style:12} {len(pieces):,} pieces, {sum(map(len, pieces)):,} notes, share {plan.shares[style]:.0%}")
    base = None
    if arguments.base:
        sizes = {"layers": plan.layers, "units": plan.units, "width": plan.width}
        model = find_base_model(arguments.base, arguments.work, sizes)
        base = load_base_weights(model)
    fit = StyleFit(plan, fields, contexts, train, valid, arguments.work, base)
    if fit.history.step:
        print(f"resuming at step {fit.history.step:,}", flush=True)
    if not fit.run(lambda text: print(text, flush=True)):
        return INTERRUPTED
    if arguments.out is not None:
        command = shlex.join(["python", "-m", "training.styles", *sys.argv[1:]])
        Export(fit.network, plan, command, corpus, valid).write(arguments.out)
        print(f"the model: {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
