"""docs/parameters.md, made from the table: `python -m tests.realtime.parameter_page > docs/parameters.md`."""

from itertools import groupby

from realtime.parameters import Parameter
from realtime.settings import PARAMETERS

BEGINNING = """\
# Parameters

Made from the table in [settings.py](../realtime/settings.py), by `python -m tests.realtime.parameter_page`.

Each is a flag at the start (`antiphon jam --temperature 1.1`), and can be typed while playing, without the dashes,
into the terminal that Antiphon was started from: `temperature 1.1` and Enter. `?` lists all with their values, a name
alone shows that one; `tap`, typed at your beat, sets the tempo. A change counts for the next notes to be decided:
what is planned already, `--lookahead` ahead, still sounds. Those marked *start* cannot change while playing.
`follow 0.8`, or `--follow 0.8`, sets all of *how it follows you* at once.
"""


def page() -> str:
    """The page, in Markdown."""
    parts = [BEGINNING]
    for group, rows in groupby(PARAMETERS.values(), key=lambda row: row.group):
        parts.append(
            f"\n## {group[0].upper()}{group[1:]}\n\n| name | takes | unit | default | |\n|---|---|---|---|---|\n"
        )
        parts += [_line(row) for row in rows]
    return "".join(parts)


def _line(row: Parameter) -> str:
    default = row.unset if row.default is None else row.text(row.default)
    takes = row.range.replace("|", "\\|")
    start = "" if row.live else " *(start)*"
    return f"| `{row.name}` | {takes} | {row.unit} | {default} | {row.meaning}{start} |\n"


if __name__ == "__main__":
    print(page(), end="")
