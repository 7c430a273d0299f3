import os
import subprocess
import sys

import pytest

from realtime.live.priority import ask_for_real_time

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has to be asked")


def test_a_refusal_is_one_line_that_says_what_it_means_and_who_tells_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    told = ask_for_real_time()
    assert told is not None
    assert "notes may be late" in told
    assert "antiphon doctor" in told
    assert "\n" not in told


def test_where_it_is_granted_the_processes_it_starts_do_not_have_it() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    told, own, child = done.stdout.splitlines()
    if told != "None":
        pytest.skip(f"refused here: {told}")
    assert (int(own), int(child)) == (os.SCHED_FIFO, os.SCHED_OTHER)


ASK = """
import os, subprocess, sys
from realtime.live.priority import ask_for_real_time
print(ask_for_real_time(), flush=True)
print(os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK, flush=True)
subprocess.run([sys.executable, "-c", "import os; print(os.sched_getscheduler(0))"])
"""
