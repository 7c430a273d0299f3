"""The flags that every performance has, live or rendered."""

import argparse

from midi.files import DEFAULT_BPM, Piece
from realtime.settings import BPM_RANGE, Settings


def add_performance_flags(parser: argparse.ArgumentParser) -> None:
    """Declare them; `settings_of` reads them."""
    defaults = Settings()
    parser.add_argument(
        "--model", default="default", metavar="NAME", help="a model's name, or its folder (default: default)"
    )
    parser.add_argument(
        "--temperature",
        type=float,
        default=defaults.temperature,
        metavar="T",
        help="0 plays the likeliest note each time, 1 as the model believes, above 1 wilder (default: %(default)s)",
    )
    parser.add_argument(
        "--imitate",
        type=float,
        default=defaults.imitate,
        metavar="0-1",
        help="how much the answer takes from what you have played: 0 nothing, 1 all it can (default: %(default)s)",
    )
    parser.add_argument(
        "--bpm", type=float, metavar="BPM", help="quarter notes a minute (default: the seed file's, or 120)"
    )
    parser.add_argument("--bars", type=int, metavar="N", help="length of an answer (default: as long as the phrase)")
    parser.add_argument(
        "--channel", type=int, metavar="1-16", help="the answer's MIDI channel (default: the one you play on)"
    )
    parser.add_argument(
        "--rng-seed", type=int, default=defaults.rng_seed, metavar="N", help="another number, another performance"
    )
    parser.add_argument(
        "--lookahead",
        type=int,
        default=defaults.lookahead_ms,
        metavar="MS",
        help="how far ahead of the sound notes are decided (default: %(default)s)",
    )
    parser.add_argument(
        "--provider",
        default="auto",
        metavar="auto|cpu|cuda",
        choices=("auto", "cpu", "cuda"),
        help="where the model runs; auto times both and takes the faster (default: auto)",
    )


def tempo_of(arguments: argparse.Namespace, seed: Piece | None) -> float:
    """The tempo in bpm: the flag's, else the seed's (the nearest we play at), else 120."""
    if arguments.bpm is not None:
        return float(arguments.bpm)
    told = seed.bpm if seed is not None and seed.bpm else DEFAULT_BPM
    return min(max(told, BPM_RANGE[0]), BPM_RANGE[1])


def settings_of(arguments: argparse.Namespace, bpm: float) -> Settings:
    """The settings that the flags ask for.

    Raises:
        InputError: a value is out of range.
    """
    return Settings(
        bpm=bpm,
        temperature=arguments.temperature,
        imitate=arguments.imitate,
        rng_seed=arguments.rng_seed,
        channel=None if arguments.channel is None else arguments.channel - 1,
        bars=arguments.bars,
        lookahead_ms=arguments.lookahead,
    )
