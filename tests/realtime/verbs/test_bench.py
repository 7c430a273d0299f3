"""`antiphon bench`: its flags, and a line for the benchmarks that are for a checkout."""

import argparse

import pytest

from midi.errors import InputError
from realtime.verbs import bench


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("players",), "There: make bench-players$"),
        (("players", "--phrase", "jig_g"), 'There: make bench-players ARGS="--phrase jig_g"$'),
        (("--model", "mine", "soak", "--seconds", "9"), 'There: make soak ARGS="--seconds 9"$'),
        (("sideways",), "bench takes no 'sideways'"),
    ],
)
def test_a_benchmark_of_a_checkout_is_pointed_to(words: tuple[str, ...], line: str) -> None:
    with pytest.raises(InputError, match=line):
        bench.run(arguments(*words))


def test_flags_alone_name_no_benchmark() -> None:
    assert arguments("--model", "mine", "--notes", "7").moved == []
