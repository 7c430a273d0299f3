"""Messages and their times as lines of a file: what the musician is to send, what it sent, what the listener heard."""

from collections.abc import Iterable
from pathlib import Path

from midi.atomic_file import replacing
from realtime.timed import Timed


def save(path: Path, messages: Iterable[Timed]) -> None:
    """Write them, whole or not at all: once the file is there, it can be read."""
    with replacing(path) as partial:
        partial.write_text("".join(f"{at_ns} {data.hex()}\n" for at_ns, data in messages), encoding="ascii")


def load(path: Path) -> list[Timed]:
    """Read what `save` wrote."""
    pairs = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return [Timed(int(at_ns), bytes.fromhex(data)) for at_ns, data in pairs]


def sent_of(score: Path) -> Path:
    """The file in which the musician writes when it sent each message of a score."""
    return score.with_suffix(".sent")


def beside_of(path: Path) -> Path:
    """The file in which the listener writes what it heard of the musician's own port, beside the daemon."""
    return path.with_suffix(".beside")
