"""The style of the music: the one asked for, or the one that the human is heard to play."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from exported.onnx_model import OnnxModel
from midi.message import NOTE_OFF, NOTE_ON
from midi.tokens import STYLE, STYLED_CONTEXTS, STYLED_FIELDS, STYLES
from realtime.improviser.engine import Engine
from realtime.improviser.style import CHANGES, FEWEST, SURE
from realtime.messages import ListenFrom, ParameterChange, Played, StyleEstimate
from realtime.session.journal import Notice
from realtime.settings import Settings
from tests.realtime.session.test_voice_routing import beside

MS = 1_000_000
COLUMN = (*STYLED_FIELDS, *STYLED_CONTEXTS).index(STYLE)


def playing(engine: Engine, notes: int, begin: int = 0) -> Iterator[StyleEstimate]:
    """The styles that an engine hears in so many notes, 200 ms apart."""
    for index in range(begin, begin + notes):
        at_ns = 200 * MS * index
        engine.receive(Played(at_ns, NOTE_ON, 60 + index % 7, 80))
        engine.receive(Played(at_ns + 100 * MS, NOTE_OFF, 60 + index % 7, 0))
        while (wake_ns := engine.wake_ns) is not None and wake_ns <= at_ns + 150 * MS:
            yield from (message for message in engine.advance(at_ns + 150 * MS) if isinstance(message, StyleEstimate))


def started(model: OnnxModel, **chosen: str) -> Engine:
    engine = Engine(model, Settings(bpm=75.0, **chosen))  # type: ignore[arg-type]
    engine.receive(ListenFrom(0))
    return engine


def style_now(engine: Engine) -> int:
    """The style that a note taken in now is told."""
    note = engine.ring.last
    assert note is not None
    return engine.ring.vocabulary.encode([note], None)[COLUMN]


def test_before_the_tempo_is_known_only_a_whole_phrase_is_judged(styled_model: OnnxModel) -> None:
    engine = Engine(styled_model, Settings())
    engine.receive(ListenFrom(0))
    assert list(playing(engine, FEWEST + 2)) == []
    told = [engine.advance(10_000 * MS) for _ in range(3 * FEWEST)]
    assert [message for messages in told for message in messages if isinstance(message, StyleEstimate)]


def test_a_style_is_heard_after_some_notes_and_told_once(styled_model: OnnxModel) -> None:
    engine = started(styled_model)
    assert list(playing(engine, FEWEST - 1)) == []
    assert style_now(engine) == STYLE.unknown
    assert list(playing(engine, 3 * FEWEST, FEWEST - 1)) == [StyleEstimate("jazz")]
    assert style_now(engine) == STYLES.index("jazz")


def test_a_style_that_is_asked_for_holds_at_once_and_nothing_is_judged(styled_model: OnnxModel) -> None:
    engine = started(styled_model, style="folk")
    assert list(playing(engine, 3 * FEWEST)) == []
    assert style_now(engine) == STYLES.index("folk")
    engine.receive(ParameterChange("style", "ragtime"))
    assert style_now(engine) == STYLES.index("ragtime")
    engine.receive(ParameterChange("style", None))
    assert list(playing(engine, FEWEST, 3 * FEWEST)) == [StyleEstimate("jazz")]


def test_a_model_without_styles_hears_none(model: OnnxModel) -> None:
    assert list(playing(started(model, style="jazz"), 3 * FEWEST)) == []


@pytest.mark.parametrize(
    ("jazz", "folk", "heard"),
    [(SURE - 0.05, 0.1, "folk"), (0.8, 0.8 / CHANGES + 0.01, "folk"), (0.8, 0.8 / CHANGES - 0.01, "jazz")],
    ids=["unsure", "not so much likelier", "much likelier"],
)
def test_a_style_gives_way_only_to_one_that_is_much_likelier(
    styled_model: OnnxModel, jazz: float, folk: float, heard: str
) -> None:
    assert styled_model.readout is not None
    shares = np.full(STYLE.size, 1e-6, np.float32)
    shares[[STYLES.index("jazz"), STYLES.index("folk")]] = jazz, folk
    shares[STYLES.index("band")] = max(1e-6, 1 - jazz - folk)
    readout = replace(styled_model.readout, bias=np.log(shares))
    model = replace(styled_model, readout=readout)
    engine = started(model)
    engine._style.heard = "folk"
    list(playing(engine, FEWEST))
    assert engine._style.heard == heard


def test_a_style_heard_is_told_in_a_line() -> None:
    session = beside()
    for style in ("jazz", "jazz", "folk"):
        session.receive(0, StyleEstimate(style), 0)
    notices = [entry.text for entry in session.journal.drain() if isinstance(entry, Notice)]
    assert notices == [f"it hears {style}; --style sets it" for style in ("jazz", "folk")]
