"""`python -m benchmarks.players`: phrases that people play, and the answer's figures beside theirs."""

import argparse
import sys

from benchmarks.command import (
    add_model_flag,
    add_period_flag,
    check_period,
    model_folder,
    notify,
    parser_of,
    run_command,
)
from benchmarks.players.choice import add_player_flags, choice_of

EPILOG = """\
examples:
  python -m benchmarks.players --phrase iivi_c --mode reply --bpm-known
                                     one phrase, one way: seconds, while you mend what is played
  python -m benchmarks.players --trial doubles
                                     one trial
  python -m benchmarks.players --live
                                     through real ports, in real time: six minutes, on Linux with jackd2
"""


def run(arguments: argparse.Namespace) -> int:
    """Play, measure and print; 1 where a bar is missed that must be met.

    Raises:
        InputError: a flag is out of range, or there is no such model or file.
        MachineError: `--live`, and there is no JACK server to be had.
    """
    check_period(arguments)
    folder, choice = model_folder(arguments), choice_of(arguments)
    if choice.is_live:
        from benchmarks.players.live import live_player_lines

        for line in live_player_lines(folder, choice, arguments.period):
            notify(line)
        return 0
    from benchmarks.players.report import players

    return 0 if players(folder, choice, notify, arguments.json) else 1


if __name__ == "__main__":
    parser = parser_of("benchmarks.players", "Phrases that people play, and how the answer compares.", EPILOG)
    add_model_flag(parser)
    add_player_flags(parser)
    add_period_flag(parser)
    sys.exit(run_command(parser, run))
