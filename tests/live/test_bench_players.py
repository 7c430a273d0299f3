"""`python -m benchmarks.players --live`, one phrase: a real JACK server, the real daemon, offline figures beside."""

import re
import subprocess
import sys

from tests.peers.program import need


def test_a_phrase_through_ports_stands_beside_the_same_offline(tiny: str) -> None:
    need("jackd")
    cell = ("--phrase", "one_key", "--mode", "reply", "--bpm-known")
    words = [sys.executable, "-m", "benchmarks.players", "--live", *cell, "--model", tiny]
    done = subprocess.run(words, capture_output=True, text=True, timeout=200, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    row = re.search(r"one_key, reply, --bpm +(\d+) / (\d+) ", done.stdout)
    assert row is not None
    offline, live = int(row[1]), int(row[2])
    assert offline > 0
    assert live > 0
