"""Atomic replacement of files: whoever reads finds the old file or the new one, never half of one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from midi.errors import InputError


@contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """Give a path to write to, which becomes `path` if all goes well and is removed if not.

    An older file's permissions are kept. `durable`: flushed to the disk first, so that a power cut leaves one of the
    two files whole.

    Raises:
        InputError: it cannot be written there.
    """
    # Nobody can guess its name, and lay a link there beforehand.
    partial = path.with_name(f".antiphon-{os.urandom(8).hex()}.partial")
    try:
        mode = path.stat().st_mode & 0o777 | 0o600 if path.exists() else 0o666
        partial.touch(mode, exist_ok=False)
        yield partial
        if durable:
            with partial.open("r+b") as file:
                os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
