"""`python -m benchmarks.size`: the size of the code, at some commits and as it stands, as a Markdown table.

A function's length is that from its `def` to its last line, its docstring included. A repeat is a run of six lines or
more, blank lines and imports left out, that stands somewhere else as well; each place counts.
"""

import argparse
import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.command import notify, parser_of, run_command
from midi.errors import InputError

ROOT = Path(__file__).parents[1]
INSTALLED = ("antiphon.py", "antiphon", "midi", "exported", "realtime", "training")
AREAS: Mapping[str, Sequence[str]] = {
    "installed": INSTALLED,
    "benchmarks": ("benchmarks", "scripts"),
    "tests": ("tests",),
}
NOW = "now"
LONG = 350
"""Lines that no module should exceed."""
RUN = 6
"""Lines of the shortest repeat."""


@dataclass(frozen=True, slots=True)
class Size:
    """Lines of each module and of each function, and how many runs of lines are repeats."""

    modules: tuple[int, ...]
    functions: tuple[int, ...]
    repeats: int

    def cells(self) -> list[str]:
        """The figures in the order of HEADS."""
        p95 = quantiles(self.functions, n=20)[-1]
        long = sum(lines > LONG for lines in self.modules)
        modules = f"{len(self.modules)} ({median(self.modules):.0f}; {max(self.modules)}; {long})"
        functions = f"{len(self.functions):,} ({median(self.functions):.0f}; {p95:.0f})"
        return [f"{sum(self.modules):,}", modules, functions, f"{self.repeats}"]


HEADS = (
    "lines",
    f"modules (median lines; longest; over {LONG})",
    "functions (median lines; 95 %)",
    f"runs of {RUN} or more repeated lines",
)


def size_of(sources: Mapping[str, str]) -> Size:
    """Measure modules' texts, by path."""
    functions = [length for text in sources.values() for length in _functions(text)]
    return Size(tuple(text.count("\n") for text in sources.values()), tuple(functions), repeats(sources.values()))


def _functions(text: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def repeats(texts: Iterable[str]) -> int:
    """Count the places where a run of RUN lines or more begins that stands elsewhere as well."""
    listed = [_code_lines(text) for text in texts]
    windows = [[tuple(lines[at : at + RUN]) for at in range(len(lines) - RUN + 1)] for lines in listed]
    counts = Counter(window for module in windows for window in module)
    return sum(
        counts[window] > 1 and (at == 0 or counts[module[at - 1]] == 1)
        for module in windows
        for at, window in enumerate(module)
    )


def _code_lines(text: str) -> list[str]:
    imports = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(text.splitlines(), 1)
    return [line.strip() for number, line in lines if line.strip() and number not in imports]


def sources_at(commit: str, folders: Sequence[str]) -> dict[str, str]:
    """The modules in some folders at a commit, or `now`, by path; those that are not there yet are left out.

    Raises:
        InputError: there is no such commit.
    """
    if commit == NOW:
        paths = _git("ls-files", "--cached", "--others", "--exclude-standard", "--", *folders).splitlines()
        files = {path: ROOT / path for path in paths if path.endswith(".py")}
        return {path: file.read_text(encoding="utf-8") for path, file in files.items() if file.is_file()}
    names = _git("ls-tree", "-r", "--name-only", commit, "--", *folders).splitlines()
    return {path: _git("show", f"{commit}:{path}") for path in names if path.endswith(".py")}


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(
            f"git {' '.join(words[:3])}: {done.stderr.strip().splitlines()[-1]}; give commits of this checkout"
        )
    return done.stdout


def table(commits: Sequence[str]) -> Iterator[str]:
    """The lines of a Markdown table: a row for each area and commit."""
    yield f"| | commit | {' | '.join(HEADS)} |"
    yield "|---|---|" + "---|" * len(HEADS)
    for area, folders in AREAS.items():
        for commit in commits:
            sources = sources_at(commit, folders)
            if sources:
                yield f"| {area} | {commit} | {' | '.join(size_of(sources).cells())} |"


def run(arguments: argparse.Namespace) -> int:
    """Print the table; 0.

    Raises:
        InputError: there is no such commit.
    """
    for line in table([*arguments.commits, NOW]):
        notify(line)
    return 0


if __name__ == "__main__":
    parser = parser_of("benchmarks.size", "How big the code is, at some commits and as it stands.")
    parser.add_argument("commits", nargs="*", metavar="COMMIT", help="to stand before the files as they are")
    sys.exit(run_command(parser, run))
