"""`python -m benchmarks.demos`: a held-out phrase of each style, answered, as a picture and a sound file."""

import argparse
import sys
from pathlib import Path

from benchmarks.command import notify, parser_of, run_command
from midi.errors import InputError
from training.verbs.eval import add_model_arguments, measurable
from training.verbs.numbers import number_from

EPILOG = """\
examples:
  python -m benchmarks.demos styles --tables ~/tables --out docs                  docs/pictures and docs/sounds
  python -m benchmarks.demos styles --tables ~/tables --out /tmp/demos --style jazz

Sounds need fluidsynth and a General MIDI sound font: apt-get install fluidsynth fluid-soundfont-gm
"""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_model_arguments(parser)
    parser.add_argument("--tables", type=Path, required=True, metavar="FOLDER", help="the note tables it learned from")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="gets the folders pictures and sounds"
    )
    parser.add_argument("--style", action="append", metavar="STYLE", help="only this style; may be given again")
    parser.add_argument(
        "--split", choices=("test", "valid"), default="test", help="the held-out pieces (default: %(default)s)"
    )
    parser.add_argument(
        "--rng-seed", type=lambda text: int(number_from(text, kind=int)), default=0, help="other phrases and answers"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the files; 0.

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    folder, card = measurable(arguments)
    if not arguments.out.is_dir():
        raise InputError(f"--out {arguments.out}: no such folder; make it first")
    from benchmarks.demos.gallery import make_demos
    from exported.onnx_model import load_model
    from training.style_music import has_styles, style_corpus_of

    if not has_styles(card):
        raise InputError(f"{card.name} is no model of styles: antiphon render --png draws one answer")
    unknown = set(arguments.style or ()) - set(card.corpus["styles"])
    if unknown:
        raise InputError(
            f"{card.name} knows no {', '.join(sorted(unknown))}; it knows {', '.join(card.corpus['styles'])}"
        )
    pieces = style_corpus_of(card, arguments.tables).parts[arguments.split]
    wanted = {style: pieces[style] for style in sorted(arguments.style or pieces)}
    for line in make_demos(load_model(folder), wanted, arguments.out, arguments.rng_seed):
        notify(line)
    return 0


if __name__ == "__main__":
    parser = parser_of("benchmarks.demos", "A held-out phrase of each style, answered: a picture and a sound.", EPILOG)
    add_flags(parser)
    sys.exit(run_command(parser, run))
