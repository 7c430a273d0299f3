"""`antiphon ports`."""

from collections.abc import Callable

import pytest

from antiphon import main
from midi.errors import MachineError
from tests.peers.receiver import Receiver
from tests.peers.sender import Sender


def test_ports_are_listed_under_the_flag_that_takes_them(
    sender: Callable[[str], Sender], receiver: Callable[[str], Receiver], capsys: pytest.CaptureFixture[str]
) -> None:
    keyboard, listener = sender("keyboard"), receiver("listener")
    assert main(["ports"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[:5] == [
        "JACK (--midi-api jack)",
        "  to listen to, with --in",
        f"    {keyboard.port}",
        "  to play into, with --out",
        f"    {listener.port}",
    ]


def test_where_no_system_answers_each_is_told_why(no_midi: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ports"]) == MachineError.exit_code
    told = capsys.readouterr()
    assert [line.split()[0] for line in told.out.splitlines()] == ["JACK", "ALSA"]
    assert told.err == "antiphon: no MIDI system answers; antiphon doctor says what to do\n"
