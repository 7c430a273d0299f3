"""A system for the run's tests: takes a known time for a note, and can be told to fail.

python -m tests.benchmarks.peers.stand_in NAME MILLISECONDS [dies at once | dies in round two]
"""

import sys
from collections.abc import Callable, Sequence

from benchmarks.peers import adapter

NAME, MILLISECONDS, *WHEN = sys.argv[1:]


def prepare() -> tuple[str, str, Callable[[Sequence[float]], list[float]]]:
    print("this system likes to talk")
    if WHEN == ["dies at once"]:
        sys.exit("the stand-in lacks an orchestra")
    rounds = 0

    def play(pauses: Sequence[float]) -> list[float]:
        nonlocal rounds
        rounds += 1
        if WHEN == ["dies in round two"] and rounds == 3:  # a round is asked for twice: in a row, and after silences
            sys.exit("a string broke")
        print("and talks while it plays")
        return [float(MILLISECONDS) / 1e3 for _ in pauses]

    return NAME, f"always {MILLISECONDS} ms", play


if __name__ == "__main__":
    adapter.serve(prepare)
