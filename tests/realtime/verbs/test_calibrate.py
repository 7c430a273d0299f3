"""`antiphon calibrate`, through real ports."""

import re
from collections.abc import Callable

import pytest

from antiphon import main
from midi.errors import InputError, MachineError
from tests.peers.attempts import best_of
from tests.peers.daemon import installed
from tests.peers.jackd import JackServer
from tests.peers.program import Program
from tests.peers.receiver import Receiver

IN, OUT = "Antiphon in:Antiphon in", "Antiphon out:Antiphon out"
PERIOD_MS = 128 / 48


def table(text: str) -> list[float]:
    """min, median, p99, max, sent, lost, doubled."""
    return [float(word) for word in text.splitlines()[text.splitlines().index(header(text)) + 1].split()]


def header(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("round trip"))


def test_its_own_loop_takes_no_more_than_a_period_and_a_look_or_so(
    jack: JackServer, capsys: pytest.CaptureFixture[str]
) -> None:
    def median_ms() -> float:
        assert main(["calibrate", "--loop", "--count", "60"]) == 0
        text = capsys.readouterr().out
        least, median, _, _, sent, lost, doubled = table(text)
        assert (sent, lost, doubled) == (60, 0, 0)
        assert 0 < least <= median
        offsets = [float(found) for found in re.findall(r"--out-offset ([\d.]+)", text)]
        assert offsets == pytest.approx([median, median / 2], abs=0.06)
        return median

    assert best_of(median_ms, lambda ms: ms < 10 * PERIOD_MS) < 10 * PERIOD_MS


def test_a_cable_laid_while_it_waits_is_found(jack: JackServer) -> None:
    # Not before it waits: jackd may stand still for good where other clients come and go while its ports are opened.
    with Program([installed(), "calibrate", "--count", "20", "--wait", "15"], jack.environment) as calibrating:
        calibrating.wait_for_line("waiting 15 s for what leaves our 'Antiphon out' to come back at our 'Antiphon in'")
        jack.connect(OUT, IN)
        assert calibrating.wait() == 0
        assert table("\n".join(line.text for line in calibrating.lines))[4:] == [20, 0, 0]


def test_where_nothing_comes_back_it_says_what_to_connect(
    receiver: Callable[[str], Receiver], capsys: pytest.CaptureFixture[str]
) -> None:
    listener = receiver("listener")
    assert main(["calibrate", "--out", "listener", "--wait", "0.5"]) == MachineError.exit_code
    assert capsys.readouterr().err == (
        f"antiphon: nothing came back in 0.5 s: connect {listener.port!r} to our 'Antiphon in'"
        " (directly, through a DAW track, or with a MIDI cable), then calibrate again\n"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--count", "3"], "--count 3: 20 to 5000 probes can be sent"),
        (["--wait", "0"], "--wait 0: above 0, up to 3600 seconds"),
        (["--loop", "--in", "x"], "--loop connects our own two ports"),
    ],
)
def test_a_flag_out_of_range_is_told_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", *words]) == InputError.exit_code
    assert capsys.readouterr().err.startswith(f"antiphon: {told}")
