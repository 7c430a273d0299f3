"""`python -m benchmarks.following`: how soon the answer follows a human who changes."""

import argparse
import sys

from benchmarks.command import add_model_flag, model_folder, notify, parser_of, run_command
from realtime.modes import MODES


def run(arguments: argparse.Namespace) -> int:
    """Play, measure and print; 0.

    Raises:
        InputError: there is no such model.
    """
    from benchmarks.following.table import lines
    from exported.onnx_model import load_model

    for line in lines(load_model(model_folder(arguments)), arguments.mode or tuple(MODES)):
        notify(line)
    return 0


if __name__ == "__main__":
    parser = parser_of("benchmarks.following", "How soon the answer follows a human who changes key, pace or touch.")
    add_model_flag(parser)
    parser.add_argument("--mode", choices=tuple(MODES), action="append", help="only this one; may be given again")
    sys.exit(run_command(parser, run))
