"""The flags that every performance has, live or rendered: the model's, and one for each parameter of the table."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from exported.card import Card, read_card
from exported.model_store import find_model
from midi.errors import InputError
from midi.files import read_midi
from midi.parts import Kind
from midi.piece import Piece
from midi.tempo import DEFAULT_BPM
from realtime.parameters import SWITCH, Parameter
from realtime.roles import ROLES, role_of
from realtime.session.band import Band
from realtime.settings import BPM_RANGE, DRUMS, FOLLOW_ALL, FOLLOWED, LEAD, PARAMETERS, Settings

LONGEST_METAVAR = 40


def add_performance_flags(parser: argparse.ArgumentParser) -> None:
    """Declare them; `settings_of` reads them."""
    parser.add_argument(
        "--model",
        metavar="NAME",
        help=f"a model's name, or its folder (default: {ROLES[LEAD].model}; for --part {DRUMS} {ROLES[DRUMS].model})",
    )
    parser.add_argument(
        "--provider",
        default="auto",
        metavar="auto|cpu|cuda",
        choices=("auto", "cpu", "cuda"),
        help="where the model runs; auto times both and takes the faster (default: auto)",
    )
    parser.add_argument(
        "--parts",
        metavar="NAME,...",
        help=f"a band around you: several of {', '.join(ROLES)}, each on its channel",
    )
    groups: dict[str, argparse._ArgumentGroup] = {}
    for row in PARAMETERS.values():
        group = groups.get(row.group) or groups.setdefault(row.group, parser.add_argument_group(row.group))
        if row.name == FOLLOWED[0]:
            group.add_argument(f"--{FOLLOW_ALL}", metavar="0-1", type=row.parse, help="sets all of these at once")
        _declare(group, row)


def _declare(group: argparse._ArgumentGroup, row: Parameter) -> None:
    default = row.unset if row.default is None else row.text(row.default)
    meaning = f"{row.meaning} (default: {default})".replace("%", "%%")
    if row.kind is bool:
        group.add_argument(row.flag, nargs="?", const=True, type=row.parse, metavar="|".join(SWITCH), help=meaning)
        return
    metavar = row.unit.upper() or (row.range if not row.choices else "|".join(row.choices))
    metavar = metavar.replace("%", "PERCENT") if len(metavar) < LONGEST_METAVAR else row.name.upper()
    group.add_argument(row.flag, type=row.parse, metavar=metavar, help=meaning)


def read_seed(arguments: argparse.Namespace) -> Piece:
    """The file that plays the human; with its drums, where the part hears them.

    Raises:
        InputError: see `read_midi`.
    """
    return read_midi(arguments.seed, with_drums=role_of(settings_of(arguments)).is_drums)


def tempo_of(arguments: argparse.Namespace, seed: Piece | None) -> float:
    """The tempo in bpm: the flag's, else the seed's (the nearest we play at), else 120."""
    if arguments.bpm is not None:
        return float(arguments.bpm)
    bpm = seed.bpm if seed is not None and seed.bpm else DEFAULT_BPM
    return min(max(bpm, BPM_RANGE[0]), BPM_RANGE[1])


def model_of(arguments: argparse.Namespace, settings: Settings) -> tuple[Path, Card]:
    """The folder and the card of the model that plays: the one asked for, or else the part's own.

    Raises:
        InputError: there is none of this name, or it has learned another kind of music than the part's.
        ModelError: it is damaged, or of another version.
    """
    role = role_of(settings)
    folder = find_model(arguments.model or role.model)
    card = read_card(folder)
    if card.kind is not role.kind:
        learned, asked = ("drums alone", "no drums")[card.kind is Kind.MELODIC], settings.part
        fitting = next(part for part, other in ROLES.items() if other.kind is card.kind)
        raise InputError(
            f"the model {card.name} has learned {learned}, and cannot play --part {asked}: leave out --model,"
            f" or play it with --part {fitting}"
        )
    return folder, card


def models_of(arguments: argparse.Namespace, parts: Sequence[Settings]) -> list[tuple[Path, Card]]:
    """The folder and the card of each part's model; `--model` is for those parts of several that it can play.

    Raises:
        InputError, ModelError: as `model_of` says.
    """
    if len(parts) == 1 or arguments.model is None:
        return [model_of(arguments, settings) for settings in parts]
    kind = read_card(find_model(arguments.model)).kind
    own = argparse.Namespace(model=None)
    return [model_of(arguments if role_of(settings).kind is kind else own, settings) for settings in parts]


def band_of(arguments: argparse.Namespace) -> Band | None:
    """The parts around one musician that were asked for; None: the lead alone.

    Raises:
        InputError: there are no such parts, or they are named by two flags.
    """
    if arguments.parts is None:
        return None if arguments.part in (None, LEAD) else Band((arguments.part,))
    if arguments.part is not None:
        raise InputError(f"--parts {arguments.parts} and --part {arguments.part}: give one of the two")
    return Band.of(arguments.parts)


def seed_line(settings: Settings) -> str:
    """Tell a musician the random seed in force, and how to have the same performance again."""
    return f"rng-seed {settings.seed} (give --rng-seed {settings.seed} for the same again)"


def settings_of(arguments: argparse.Namespace, bpm: float | None = None) -> Settings:
    """The settings that the flags ask for; a tempo beside them for where they ask for none.

    Raises:
        InputError: a value is out of range.
    """
    flags = vars(arguments)
    asked: dict[str, Any] = {
        name: flags[name.replace("-", "_")] for name in PARAMETERS if flags[name.replace("-", "_")] is not None
    }
    if flags[FOLLOW_ALL] is not None:
        asked = dict.fromkeys(FOLLOWED, flags[FOLLOW_ALL]) | asked
    settings = Settings(**{name.replace("-", "_"): value for name, value in asked.items()})
    return settings if settings.bpm is not None or bpm is None else replace(settings, bpm=bpm)
