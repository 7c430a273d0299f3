"""`antiphon bench`: what this machine does with this model, in figures one can compare."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.players.choice import add_player_flags, choice_of
from exported.shelf import find_model
from midi.errors import InputError
from realtime.verbs.jam import SEED

LIVE, PLAYERS, SOAK, VOICES = "live", "players", "soak", "voices"
EPILOG = """\
examples:
  antiphon bench                     the default model; about a minute
  antiphon bench --model mine        another one
  antiphon bench voices              many musicians at once: what a note of each costs, 1 to 64
  antiphon bench players             nine phrases that people play, and how the answer compares; minutes
  antiphon bench players --phrase iivi_c --mode reply --bpm-known
                                     one phrase, one way: seconds, while you mend what is played
  antiphon bench live                a jam through real ports: latency, lateness, losses, eight simulated hours
  antiphon bench soak --seconds 600  a scripted human, some of it hostile, and what must hold after it

Times on a shared machine wander: compare the ratio to the floor, and the worst as well as the median.
live and soak start a JACK server of their own on its dummy driver (apt install jackd2), so they need Linux.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `bench`."""
    parser.add_argument(
        "part",
        nargs="?",
        choices=(LIVE, PLAYERS, SOAK, VOICES),
        help="live, soak: through real ports; players: what is answered to phrases that people play; voices: many at"
        " once; if left out: time per note, start-up, memory",
    )
    parser.add_argument(
        "--model", default="default", metavar="NAME", help="a model's name, or its folder (default: default)"
    )
    alone = parser.add_argument_group("bench and bench voices")
    alone.add_argument(
        "--notes", type=int, default=2000, metavar="N", help="notes decided in a row (default: %(default)s)"
    )
    alone.add_argument(
        "--paced", type=int, default=200, metavar="N", help="notes decided at musical pace (default: %(default)s)"
    )
    alone.add_argument(
        "--idle", type=float, default=5.0, metavar="S", help="seconds of idling watched (default: %(default)s)"
    )
    add_player_flags(parser)
    ports = parser.add_argument_group("bench live and bench soak")
    ports.add_argument(
        "--period", type=int, default=128, metavar="N", help="frames a JACK period, at 48 kHz (default: %(default)s)"
    )
    ports.add_argument(
        "--seconds", type=float, default=60.0, metavar="S", help="seconds of each part, or of the soak (default: 60)"
    )
    ports.add_argument(
        "--hours", type=float, default=8.0, metavar="H", help="live: simulated hours; 0: none (default: %(default)g)"
    )
    ports.add_argument(
        "--midi", type=Path, metavar="DIR", help="soak: performances to cut into phrases (default: the bundled seed)"
    )
    ports.add_argument(
        "--rng-seed", type=int, default=0, metavar="N", help="soak: another number, another human (default: 0)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print. After a soak the exit code tells whether all held that must.

    Raises:
        InputError: a flag is out of range, or there is no such model or file.
        MachineError: there is no JACK server to be had, or a process does not start.
    """
    folder = find_model(arguments.model)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy, as in the engine's process
    _check_range("--period", arguments.period, 16, 4096)
    _check_range("--seconds", arguments.seconds, 1, 86_400)
    _check_range("--hours", arguments.hours, 0, 1000)
    if arguments.part == SOAK:
        from benchmarks.live.soak import soak

        midi = arguments.midi or SEED.parent
        held = soak(folder, midi, arguments.seconds, arguments.rng_seed, arguments.period, _say)
        return 0 if held else 1
    if arguments.part == PLAYERS:
        return 0 if _players(folder, arguments) else 1
    for line in _lines(folder, arguments):
        _say(line)
    return 0


def _players(folder: Path, arguments: argparse.Namespace) -> bool:
    """Whether every bar is met."""
    choice = choice_of(arguments)
    if choice.is_live:
        from benchmarks.players.live import live_player_lines

        for line in live_player_lines(folder, choice, arguments.period):
            _say(line)
        return True
    from benchmarks.players.report import players

    return players(folder, choice, _say, arguments.json)


def _lines(folder: Path, arguments: argparse.Namespace) -> Iterator[str]:
    """What a part prints."""
    notes = max(1, arguments.notes)
    if arguments.part == LIVE:
        from benchmarks.live.report import live_lines

        yield from live_lines(folder, arguments.period, arguments.seconds, arguments.hours)
    elif arguments.part == VOICES:
        from benchmarks.voices import voice_lines

        yield from voice_lines(folder, notes)
    else:
        from realtime.bench.decisions import decision_lines
        from realtime.bench.footprint import idle_lines

        yield from decision_lines(folder, notes, max(1, arguments.paced))
        yield ""
        yield from idle_lines(folder, max(0.1, arguments.idle))


def _check_range(flag: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise InputError(f"{flag} {value:g} is out of range: {low:g} to {high:g}")


def _say(line: str) -> None:
    print(line, flush=True)
