"""The choice of phrases, modes and trials to play, and the flags for it. Light: imported with the command line."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from benchmarks.command import check_range
from benchmarks.players.phrases import Phrase, chosen_phrases
from midi.errors import InputError
from realtime.modes import MODES
from realtime.settings import REPLY

TIMES, FEWEST_TIMES, MOST_TIMES = 6, 3, 8
"""The times a phrase is played; the tempo heard is told as the third begins."""
FEWEST_SEEDS, MOST_SEEDS = 1, 1000
MONOTONY, DOUBLES, TIMING, STARTS = "monotony", "doubles", "timing", "starts"
TRIAL_NAMES = (MONOTONY, DOUBLES, TIMING, STARTS)


@dataclass(frozen=True, slots=True)
class Choice:
    """The performances to play."""

    phrases: tuple[Phrase, ...]
    modes: tuple[str, ...]
    knows_bpm: tuple[bool, ...]
    seeds: int
    times: int
    trials: tuple[str, ...]
    is_live: bool = False


def add_player_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `python -m benchmarks.players`."""
    flags = parser.add_argument_group(
        "players",
        "docs/measurements/players.md defines the figures; exit code 1 where a bar is missed that must be met",
    )
    flags.add_argument(
        "--phrase", action="append", metavar="NAME", help="only this phrase, no trials; may be given again"
    )
    flags.add_argument("--mode", action="append", choices=tuple(MODES), help="only this mode; may be given again")
    tempo = flags.add_mutually_exclusive_group()
    tempo.add_argument("--bpm-known", action="store_true", help="only with the tempo given, as by jam --bpm")
    tempo.add_argument("--bpm-heard", action="store_true", help="only with the tempo left to be heard")
    flags.add_argument(
        "--trial",
        action="append",
        choices=TRIAL_NAMES,
        help="only this trial, no table unless --phrase is given; may be given again: 64 bars after one key, doubled"
        " notes, settings of when notes sound, ten starts of a solo",
    )
    flags.add_argument(
        "--seeds", type=int, default=3, metavar="N", help="performances of each, by random seed (default: %(default)s)"
    )
    flags.add_argument(
        "--times", type=int, default=TIMES, metavar="N", help="how often a phrase is played (default: %(default)s)"
    )
    flags.add_argument(
        "--live",
        action="store_true",
        help="through real ports instead, each phrase three times in reply, tempo heard, beside the same offline:"
        " some minutes in real time",
    )
    flags.add_argument("--json", type=Path, metavar="FILE", help="write every figure of every performance as well")


def choice_of(arguments: argparse.Namespace) -> Choice:
    """The choice that the flags make: everything, or what is named.

    Raises:
        InputError: there is no phrase of a name, a number is out of range, or there is no place for the file.
    """
    file = arguments.json
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise InputError(f"cannot write {file}: give --json a file in a folder that is there")
    check_range("--seeds", arguments.seeds, FEWEST_SEEDS, MOST_SEEDS)
    check_range("--times", arguments.times, FEWEST_TIMES, MOST_TIMES)
    is_told = arguments.bpm_known or arguments.bpm_heard
    narrows = arguments.phrase or arguments.mode or is_told
    has_table = narrows or not arguments.trial
    phrases = chosen_phrases(arguments.phrase) if has_table else []
    if arguments.live:
        phrases = [phrase for phrase in phrases if arguments.phrase or not (phrase.is_short or phrase.is_drums)]
    trials = arguments.trial or (() if narrows else TRIAL_NAMES)
    return Choice(
        phrases=tuple(phrases),
        modes=tuple(arguments.mode or ((REPLY,) if arguments.live else MODES)),
        knows_bpm=(bool(arguments.bpm_known),) if is_told else (True, False),
        seeds=arguments.seeds,
        times=arguments.times,
        trials=tuple(trials),
        is_live=arguments.live,
    )
