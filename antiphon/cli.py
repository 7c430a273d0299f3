"""The command line: reads the verb, imports that verb's module and no other, turns errors into one clear line.

A verb's module has `add_arguments(parser)`, `run(arguments) -> exit code` and `EPILOG` (its examples).
"""

import argparse
import errno
import importlib
import io
import os
import sys
from collections.abc import Collection, Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any, NoReturn, cast

from midi.errors import AntiphonError, InputError, MachineError
from midi.text import printable

VERBS: dict[str, tuple[str, str]] = {
    "jam": ("realtime.verbs.jam", "play with you, live, over MIDI ports"),
    "render": ("realtime.verbs.render", "answer a MIDI file with a MIDI file, faster than real time"),
    "train": ("training.verbs.train", "learn a model from a folder of MIDI files and scores"),
    "eval": ("training.verbs.eval", "measure a model on music it has not seen, and what it plays"),
    "ports": ("realtime.verbs.ports", "list the MIDI ports there are"),
    "models": ("realtime.verbs.models", "list the models, or show one model's card"),
    "doctor": ("realtime.verbs.doctor", "say what this machine has, what it lacks, and what to do about it"),
    "calibrate": ("realtime.verbs.calibrate", "measure how late you hear it, and propose --out-offset"),
    "bench": ("realtime.verbs.bench", "measure this machine: time per note, start-up, memory"),
}

COMPLETION = "completion"
SHELLS = ("bash", "zsh", "fish")

BROKEN_PIPE = 141
"""A shell's exit code for SIGPIPE: 128 and the signal's number."""
UNWRITABLE = (errno.ENOSPC, errno.EIO, errno.EBADF)
"""The errors of a stdout on a full disk, a closed terminal or a closed descriptor."""

EPILOG = """\
examples:
  antiphon jam                          open the ports "Antiphon in" and "Antiphon out", and answer what you play
  antiphon train ~/midi --name mine     learn from your own MIDI files; then: antiphon jam --model mine
  antiphon render seed.mid -o out.mid   write the answer to a phrase, without any ports

antiphon VERB --help tells the rest. If nothing sounds: antiphon doctor.
"""


class Parser(argparse.ArgumentParser):
    """argparse, with one line for an error, and no guessing of half-typed flags."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2 and one line on stderr."""
        self.exit(InputError.exit_code, f"antiphon: {message} (see {self.prog} --help)\n")


class _Version(argparse.Action):
    """`--version`, looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from midi.version import version

        print(f"antiphon {version()}")
        parser.exit()


def build_parser(opened: Collection[str]) -> Parser:
    """The command line. Only verbs in `opened` are imported and know their flags; the others have a name and a line.

    Raises:
        MachineError: a verb needs a package that is not installed.
    """
    parser = Parser(prog="antiphon", description="A jam partner: you play, it answers, over MIDI.", epilog=EPILOG)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    for name, (module, line) in VERBS.items():
        if name not in opened:
            verbs.add_parser(name, help=line)
            continue
        verb = _open(name, module)
        flags = verbs.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}.", epilog=verb.EPILOG)
        verb.add_arguments(flags)
        flags.set_defaults(run=verb.run, flags=flags)
    completion = verbs.add_parser(COMPLETION, help="print a completion script for your shell")
    completion.add_argument("shell", choices=SHELLS)
    completion.set_defaults(run=_print_completion)
    return parser


def _open(name: str, module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise _missing(name, error) from error


def _missing(verb: str, error: ModuleNotFoundError) -> Exception:
    """The error to raise for a failed import: the package to install; or, for a module of ours, the error itself."""
    package = (error.name or "").partition(".")[0]
    if package in {module.partition(".")[0] for module, _ in VERBS.values()} | {"midi", "exported"}:
        return error
    extra = "antiphon[train]" if verb in ("train", "eval") else "antiphon"
    return MachineError(f"{verb} needs the package {package}, which is not installed: pip install '{extra}'")


def _print_completion(arguments: argparse.Namespace) -> int:
    import shtab

    print(shtab.complete(build_parser(VERBS), arguments.shell))
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code. Only errors nobody foresaw leave as a traceback."""
    words = list(sys.argv[1:] if argv is None else argv)
    asked = next((word for word in words if not word.startswith("-")), "")
    if isinstance(sys.stdout, io.TextIOWrapper):
        with suppress(OSError):
            sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may not be text in this alphabet
    try:
        code = _dispatch(words, asked)
        if sys.stdout is not None:
            sys.stdout.flush()  # print(flush=True) would write nothing first, which a closed terminal refuses
    except AntiphonError as error:
        _complain(str(error))
        return error.exit_code
    except BrokenPipeError:
        _give_up_stdout()
        return BROKEN_PIPE
    except OSError as error:
        obstacle = _obstacle(error)
        if obstacle is None:
            raise
        if error.errno in UNWRITABLE:
            _give_up_stdout()
        _complain(obstacle)
        return MachineError.exit_code
    return code


def _obstacle(error: OSError) -> str | None:
    """Name what the machine lacks that a verb met in passing, and what to do; None: nobody foresaw this."""
    if error.errno in UNWRITABLE:
        return f"the output cannot be written: {error.strerror}"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return f"too many files are open: {error.strerror}; allow more, with ulimit -n 256"
    if isinstance(error, FileNotFoundError) and not _is_somewhere():
        return "the folder you are in has been removed: cd to another, then start again"
    return None


def _is_somewhere() -> bool:
    try:
        return bool(os.getcwd())  # noqa: PTH109 - the same call, without an import
    except FileNotFoundError:
        return False


def _complain(line: str) -> None:
    """Write a line to stderr, if it takes one within a second: a terminal may have been stopped by Ctrl-S."""
    from realtime.live.printer import Printer

    with Printer(sys.stderr) as printer:
        printer.notify(printable(line))  # it may name a file of anybody's


def _give_up_stdout() -> None:
    """Lead stdout nowhere: the interpreter flushes it once more as it leaves."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(words: list[str], asked: str) -> int:
    if asked and asked not in VERBS and asked != COMPLETION:
        raise InputError(f"no verb {asked!r}; there are: {', '.join([*VERBS, COMPLETION])}")
    parser = build_parser({asked})
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        getattr(arguments, "flags", parser).error(f"unrecognized arguments: {' '.join(unknown)}")
    if not arguments.verb:
        print(parser.format_help(), end="")  # argparse's own print_help hides a broken pipe
        return 0
    try:
        return cast(int, arguments.run(arguments))
    except ModuleNotFoundError as error:
        raise _missing(asked, error) from error
