"""The engine's process answers for itself before it takes in what came: much to do is not the same as hung."""

import math
from collections.abc import Iterator
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace

import pytest

from realtime.live.engine_host import serve
from realtime.live.pipe import Link
from realtime.messages import Message, Ping, Played, Pong, Quit, Ready
from realtime.settings import Settings

NOTES = 20
"""Fewer than a pipe holds."""


class Slow:
    """An ensemble that notes what it is given between two looks at the pipe."""

    looks: list[int] = []
    wake_ns = math.inf

    def __init__(self, *_: object) -> None:
        self.looks = []
        Slow.looks = self.looks
        self._since = 0

    def receive(self, voice: int, message: Message) -> None:  # noqa: ARG002 - as an ensemble is called
        self._since += 1

    def advance(self, now_ns: int) -> Iterator[tuple[int, Message]]:  # noqa: ARG002 - likewise
        self.looks.append(self._since)
        self._since = 0
        yield 0, Ready()


def test_a_ping_is_answered_before_the_notes_that_came_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("realtime.improviser.batched_engines.BatchedEngines", Slow)
    monkeypatch.setattr("exported.onnx_model.load_model", lambda *_: SimpleNamespace(on_cuda=False))
    monkeypatch.setattr(serve, "MESSAGES", 5)
    ours, theirs = map(Link, Pipe())
    for _ in range(NOTES):
        ours.send(Played(0, 0x90, 60, 80))
    ours.send(Ping(7))
    quitting = iter((False,) * 4 + (True,))
    received = theirs.receive

    def receive() -> list[tuple[int, Message]]:
        if next(quitting):
            ours.send(Quit())
        return received()

    monkeypatch.setattr(theirs, "receive", receive)
    monkeypatch.setattr(theirs, "wait", lambda _: True)
    serve._serve(theirs, (Path(),), "cpu", (Settings(),))
    assert ours.receive()[:3] == [(0, Ready()), (0, Pong(7)), (0, Ready())]
    assert Slow.looks == [5, 5, 5, 5]
