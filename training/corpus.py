"""The music to learn from: a folder, however nested, or the named corpus; read by a pool of processes, then cached."""

import hashlib
import importlib.util
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from midi import files
from midi.errors import InputError, MachineError
from midi.text import printable
from training import cache, scores
from training.cache import Reading
from training.pieces import NOT_PLAYED, Ints, Piece, Remark, bar_table, table
from training.playing import played_table
from training.progress import bar
from training.readers import TooLongError, read_all, seconds_for, size_of, within
from training.sources import SOURCES

SUFFIXES = (*files.SUFFIXES, *scores.SUFFIXES)

MOST_BYTES = 50_000_000
"""The largest size of a file; a larger one is no piece of music."""

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Works in the order of their names, what was skipped, and a digest of every note and bar in it.

    `remarks`: what is to be known of files that were read, such as that their end is missing.
    """

    name: str
    works: tuple[Piece, ...]
    skipped: tuple[Remark, ...]
    files: int
    digest: str
    remarks: tuple[Remark, ...] = ()

    @property
    def notes(self) -> int:
        """The number of notes."""
        return sum(len(work) for work in self.works)


def read_folder(folder: Path) -> Corpus:
    """Read every music file under a folder; files that cannot be read are skipped and listed.

    Raises:
        InputError: no such folder, no music in it, or nothing in it that could be read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: {'not a folder' if folder.exists() else 'no such folder'}")
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.startswith(".")
    ]
    if not paths:
        raise InputError(f"{folder}: no music in it; looked for {' '.join(f'*{suffix}' for suffix in SUFFIXES)}")
    return _corpus(folder.resolve().name, folder, paths)


def read_named(name: str) -> Corpus:
    """Read a corpus by its name; the only one is `default`, the public-domain part of what music21 brings.

    Raises:
        InputError: there is no corpus of that name.
        MachineError: music21, or that part of it, is not installed.
    """
    if name != DEFAULT:
        raise InputError(f"no corpus named {name!r}; there is {DEFAULT!r}, or give a folder of your own")
    root = music21_corpus()
    paths = [path for folder, source in SOURCES.items() for path in sorted((root / folder).glob(source.pattern))]
    if not paths:
        raise MachineError(f"{root} has no scores in it: reinstall it with pip install --force-reinstall music21")
    return _corpus(DEFAULT, root, paths)


def music21_corpus() -> Path:
    """The folder of the scores that music21 brings, found without importing it (that takes a second or more)."""
    spec = importlib.util.find_spec("music21")
    if spec is None or spec.origin is None:
        raise MachineError("music21 is not installed: pip install 'antiphon[train]'")
    return Path(spec.origin).parent / "corpus"


def _corpus(name: str, root: Path, music: Sequence[Path]) -> Corpus:
    paths = {_printable(path.relative_to(root)): path for path in music}
    works: list[Piece] = []
    skipped: list[Remark] = []
    remarks: list[Remark] = []
    readings = dict(_readings(paths))
    for file in paths:
        reading = readings[file]
        collection = file.partition("/")[0] if "/" in file else ""
        played = reading.played or [NOT_PLAYED] * len(reading.tunes)
        for label, *columns in zip(reading.labels, reading.tunes, reading.bars, played, strict=True):
            works.append(Piece(_title(file, label), collection, *columns))
        skipped += [Remark(_title(file, label), why) for label, why in reading.lost]
        remarks += [Remark(file, line) for line in reading.remarks]
    if not works:
        raise InputError(
            f"none of the {len(paths)} files could be read; the first, {skipped[0].name}: {skipped[0].line}"
        )
    return Corpus(name, tuple(works), tuple(skipped), len(paths), _digest(works), tuple(remarks))


def _title(file: str, label: str) -> str:
    return printable(f"{file}#{label}") if label else file


def _printable(path: Path) -> str:
    """A file's name as text, even where its bytes are none: it goes into digests, cards and lists."""
    return printable(os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace"))


def _digest(works: Iterable[Piece]) -> str:
    """Digest names, notes and bars: equal for equal music, wherever it lies."""
    digest = hashlib.sha256()
    for work in works:
        digest.update(f"{work.name}\n{len(work)} {len(work.bars)}\n".encode())
        digest.update(work.notes.astype("<i4").tobytes())
        digest.update(work.bars.astype("<i4").tobytes())
    return digest.hexdigest()


def _readings(paths: dict[str, Path]) -> Iterator[tuple[str, Reading]]:
    """The reading of every file, kept ones first; the rest from the pool, the largest first: none is left over late."""
    unread: dict[Path, str] = {}
    for name, path in paths.items():
        kept = _kept(path)
        if kept is None:
            unread[path] = name
        else:
            yield name, kept
    if unread:
        yield from _read_in_pool(unread)


def _kept(path: Path) -> Reading | None:
    try:
        if path.stat().st_size > MOST_BYTES:  # not even to be hashed
            return Reading.none(f"it is larger than {MOST_BYTES / 1e6:.0f} MB")
        return cache.load(cache.entry(path))
    except OSError:
        return None


def _read_in_pool(names: dict[Path, str]) -> Iterator[tuple[str, Reading]]:
    """Read files in processes of their own."""
    print(f"reading {len(names):,} files for the first time; kept for later", flush=True)
    try:
        with bar(sum(map(size_of, names)), "reading", unit="B", unit_scale=True) as progress:
            for path, reading in read_all(sorted(names, key=size_of, reverse=True), read_file):
                progress.update(size_of(path))
                yield names[path], reading
    except OSError as error:
        raise MachineError(f"no process can be started to read files ({error}): end other programs") from None


def read_file(path: Path, limit: Callable[[Path], float] = seconds_for) -> Reading:
    """Read one file of any kind and keep what it gave, faults too. Never raises for a bad file.

    `limit`: the seconds that a file may take.
    """
    seconds = limit(path)
    try:
        with within(seconds):
            reading = _read(path)
    except TooLongError:
        reading = Reading.none(f"it takes longer than {seconds:.0f} s to read")
    try:
        cache.keep(cache.entry(path), reading)
    except OSError as error:
        return Reading.none(error.strerror or scores.reason(error))
    return reading


def _read(path: Path) -> Reading:
    try:
        if path.suffix.lower() in files.SUFFIXES:
            piece = files.read_midi(path)
            played: tuple[Ints, ...] = (played_table(piece),)
            tunes = [scores.Tune("", piece.notes, parts=piece.parts, bars=piece.bars)]
            remarks = piece.remarks
        else:
            tunes, remarks, played = scores.read_score(path), (), ()
        good = [tune for tune in tunes if tune.notes]
        return Reading(
            tuple(tune.label for tune in good),
            tuple(table(tune.notes, tune.parts) for tune in good),
            tuple(bar_table(tune.bars) for tune in good),
            tuple((tune.label, tune.fault) for tune in tunes if not tune.notes),
            remarks,
            played,
        )
    except InputError as error:
        return Reading.none(str(error).removeprefix(f"{path}: "))
    except Exception as error:  # noqa: BLE001 - a file that trips its reader must not end the reading of the others
        return Reading.none(scores.reason(error))
