"""Progress with time left, on stderr: a bar where a person looks at it, a line every half minute where a log does."""

import sys
from typing import Any


class _Log:
    """A stand-in for stderr that is no terminal: what would overwrite the line begins a new one."""

    def write(self, text: str) -> None:
        """Write without carriage returns and without lines that only erase."""
        line = text.strip("\r\n")
        if line.strip():
            sys.stderr.write(line + "\n")

    def flush(self) -> None:
        """Flush what was written."""
        sys.stderr.flush()


def bar(total: int | None, what: str, **options: Any) -> Any:
    """A tqdm progress bar of `total` units; a context manager with `update` and `set_postfix_str`."""
    from tqdm import tqdm

    watched = sys.stderr.isatty()
    rest = 0.2 if watched else 30.0
    return tqdm(
        total=total, desc=what, file=sys.stderr if watched else _Log(), mininterval=rest, maxinterval=max(10.0, rest),
        dynamic_ncols=watched, leave=watched, **options,
    )  # fmt: skip
