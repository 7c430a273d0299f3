"""Signals as questions: the first is noted, a second Ctrl-C interrupts, and afterwards all is as before."""

import os
import signal

import pytest

from training.interruption import interruption, terminable


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_is_noted_and_a_second_interrupts(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with interruption() as asked:
        os.kill(os.getpid(), number)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(number) is before


def test_where_it_is_terminable_sigterm_interrupts() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), terminable():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
