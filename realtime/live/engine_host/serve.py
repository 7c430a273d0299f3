"""The engine's process: reads messages, asks the engine, writes messages. Light to import: the I/O process names it.

It has no port and no say over time; if it dies or hangs, the I/O process starts another.
"""

import gc
import math
import os
import time
from collections import deque
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from midi.errors import AntiphonError
from realtime.live.child import leave_signals_to_parent
from realtime.live.pipe import Link, PeerGoneError
from realtime.messages import Failed, Message, Ping, Pong, Quit, Ready
from realtime.settings import Settings

BACKLOG_S = 0.001
"""The wait before sending again what the pipe had no room for."""

MESSAGES = 256
"""Taken in between two looks at the pipe and at what is due."""


def run_engine(
    connection: "Connection[bytes, bytes]", folders: Sequence[Path], provider: str, voices: Sequence[Settings]
) -> None:
    """The process's main function: load the models, then serve the link until it closes or says Quit.

    `voices`: the settings of each voice; `folders`: that of its model.
    """
    leave_signals_to_parent()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its threads would only wait for each other
    link = Link(connection)
    try:
        _serve(link, folders, provider, voices)
    except PeerGoneError:
        return


def _serve(link: Link, folders: Sequence[Path], provider: str, voices: Sequence[Settings]) -> None:
    from exported.onnx_model import load_model
    from realtime.improviser.batched_engines import BatchedEngines

    try:
        models = {folder: load_model(folder, provider, folders.count(folder)) for folder in dict.fromkeys(folders)}
    except AntiphonError as error:
        link.send(Failed(error.exit_code, str(error)))
        return
    engines = BatchedEngines([models[folder] for folder in folders], voices)
    gc.collect()
    gc.freeze()  # what was loaded stays: later collections skip it
    link.send(Ready())
    waiting: deque[tuple[int, Message]] = deque()
    while not _take(link, waiting, 0 if waiting else _seconds_to(engines.wake_ns, link.backlog)):
        for _ in range(min(len(waiting), MESSAGES)):
            engines.receive(*waiting.popleft())
        for voice, message in engines.advance(time.monotonic_ns()):
            link.send(message, voice)
        link.flush()


def _take(link: Link, waiting: deque[tuple[int, Message]], wait_s: float | None) -> bool:
    """Wait for messages and keep them in order, but for pings, which are answered; True: one says Quit."""
    if link.wait(wait_s):
        for voice, message in link.receive():
            if isinstance(message, Quit):
                return True
            if isinstance(message, Ping):  # at once: whoever has much to take in is not hung
                link.send_first(Pong(message.serial), voice)
            else:
                waiting.append((voice, message))
    return False


def _seconds_to(wake_ns: float, backlog: int) -> float | None:
    if backlog:
        return BACKLOG_S
    return None if math.isinf(wake_ns) else max(0, wake_ns - time.monotonic_ns()) / 1e9
