"""Files that a jam leaves on disk when it ends: the session's MIDI file, and the times of its messages."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp

from exported.card import Card
from exported.model_store import sessions_home
from midi.errors import InputError
from midi.files import write_midi
from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import Note
from midi.piece import Control
from midi.version import version
from realtime.live.observers.timing import Timing
from realtime.live.printer import Printer
from realtime.roles import ROLES
from realtime.session.recorder import Recorder
from realtime.session.session import Session
from realtime.settings import flags_of

RESOLUTION = 480
"""Ticks to the quarter note."""
HUMAN, ANSWER = "Human", "Antiphon"


def save(playing: Session, card: Card, session: Path, printer: Printer) -> None:
    """Save what was played; where that fails (a full disk, a folder gone), in the system's folder for such things."""
    recorders = [part.recorder for part in playing.parts]
    if not any(map(len, recorders)):
        return
    bpm = float(playing.transport.tempo.bpm)
    text, names = remark(card, playing), playing.routing.names
    try:
        session.parent.mkdir(parents=True, exist_ok=True)
        save_session(session, recorders, bpm, time.monotonic_ns(), text, names)
    except (OSError, InputError) as error:
        refuge = _refuge()
        save_session(refuge, recorders, bpm, time.monotonic_ns(), text, names)
        printer.notify(f"the session could not be saved as {session} ({error}); it is in {refuge}")
        session = refuge
    printer.print(str(session))


def remark(card: Card, playing: Session) -> str:
    """The line of a performance's file that tells how it was made."""
    return f"Antiphon {version()}: {flags_to_repeat(card, playing)}"


def _refuge() -> Path:
    """A file of our own in the system's temporary folder, under a name that nobody could foresee."""
    descriptor, path = mkstemp(prefix="antiphon-session-", suffix=".mid")
    os.close(descriptor)
    return Path(path)


def save_timing(timing: Timing, dropped: int, path: Path, printer: Printer) -> None:
    """Write the table of `--timing`, and say in short how late messages were."""
    try:
        timing.save(path)
    except InputError as error:
        printer.notify(str(error))
        return
    for line in (*timing.lines(dropped), str(path)):
        printer.print(line)


def flags_to_repeat(card: Card, playing: Session) -> str:
    """The flags that give this performance again: the model, the settings as they stand, and the voices or parts."""
    voices, names = len(playing.parts), playing.routing.names
    settings = playing.controls.settings[0]
    several = ""
    if voices > 1:
        settings = replace(settings, channel=None)  # each has its own
        several = f" --parts {','.join(names)}" if names else f" --voices {voices}"
    return f"--model {card.name} {flags_of(settings)}{several}"


def check_apart(files: Mapping[str, Path | None]) -> None:
    """Check that flags do not name one file twice: what one writes, another would spoil.

    Raises:
        InputError: two do.
    """
    flags: dict[str, str] = {}
    for flag, path in files.items():
        if path is None:
            continue
        other = flags.setdefault(os.path.realpath(path), flag)
        if other != flag:
            raise InputError(f"{other} and {flag} both name {path}: give each a file of its own")


def session_path(asked: Path | None) -> Path:
    """Choose the session's file before a note is played; it is made when there is something to save.

    Raises:
        InputError: it cannot be written there.
    """
    path = asked or sessions_home() / f"jam-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.mid"
    nearest = next(folder for folder in path.absolute().parents if folder.exists())
    if path.is_dir() or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError(f"cannot save the session as {path}; use --save FILE.mid for another place, or --no-save")
    return path


def titles(names: Sequence[str]) -> list[str]:
    """The titles of parts' tracks; of the only one, that of the answer."""
    return [name.capitalize() for name in names] if names else [ANSWER]


def programs(names: Sequence[str]) -> dict[str, int]:
    """The sounds of parts' tracks, by title."""
    return {title: ROLES[name].program for title, name in zip(titles(names), names, strict=False)}


def save_session(
    path: Path, recorders: Sequence[Recorder], bpm: float, now_ns: int, text: str = "", names: Sequence[str] = ()
) -> None:
    """Write a session as a MIDI file of two tracks for each musician, theirs and the answers'; it begins with a note.

    `text`: what made it, for people. `names`: those of the parts around one musician, each with a track.

    Raises:
        InputError: the file cannot be written there.
    """
    begins = [recorder.begin_ns for recorder in recorders]
    begin_ns = min((begin for begin in begins if begin is not None), default=0)
    ns_per_tick = NS_PER_MINUTE / (bpm * RESOLUTION)
    tracks: dict[str, list[Note]] = {}
    controls: dict[str, list[Control]] = {}
    for title, recorder, human in _sides(recorders, names):
        notes = recorder.notes(human=human, begin_ns=begin_ns, end_ns=now_ns, ns_per_tick=ns_per_tick)
        moved = recorder.controls(human=human, begin_ns=begin_ns, ns_per_tick=ns_per_tick)
        tracks[title] = list(dict.fromkeys([*tracks.get(title, ()), *notes]))  # several parts may hear one note
        controls[title] = list(dict.fromkeys([*controls.get(title, ()), *moved]))
    write_midi(path, list(tracks.items()), bpm, RESOLUTION, text, controls, programs(names))


def _sides(recorders: Sequence[Recorder], names: Sequence[str]) -> Iterator[tuple[str, Recorder, bool]]:
    """The title of each side of each recorder, and whether it is the human's."""
    if names:
        yield from ((HUMAN, recorder, True) for recorder in recorders)
        yield from ((title, recorder, False) for title, recorder in zip(titles(names), recorders, strict=True))
        return
    for number, recorder in enumerate(recorders, 1):
        for title, human in ((HUMAN, True), (ANSWER, False)):
            yield title if len(recorders) == 1 else f"{title} {number}", recorder, human
