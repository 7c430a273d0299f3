"""What a human note cancels: decided once, told by ids, whatever moves the sound and however slow the pipe is."""

from collections import deque
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exported.onnx_model import OnnxModel
from midi.message import NOTE_ON
from midi.notes import ANSWER, Note
from midi.tempo import Tempo
from realtime.improviser.engine import Engine
from realtime.messages import Message, Proposal
from realtime.offline import Offline
from realtime.settings import ACCOMPANY, REPLY, SOLO, Settings
from realtime.timed import Timed, performed
from tests.examples import examples
from tests.realtime.session.parts import part_of

MS = 1_000_000
TEMPO = Tempo.of(120)
LINE = [Note(12 * index, 10, 60 + 2 * (index % 5), 70) for index in range(16)]
CHORDS = [Note(24 * index + index % 3, 20, pitch, 70) for index in range(6) for pitch in (48, 55, 64, 71)]
MOVES = tuple(product((50.0, 66.0, 75.0), (0.0, 40.0), (-100.0, 0.0, 100.0)))
"""Swing, humanize and offset."""


class Slow:
    """A part and an engine with a pipe between them that takes its time, on a clock of whole milliseconds."""

    def __init__(self, model: OnnxModel, chosen: Settings, there_ms: int, back_ms: int) -> None:
        self.part, self.engine = part_of(chosen), Engine(model, chosen)
        self._there_ms, self._back_ms = there_ms, back_ms
        self._to_engine: deque[tuple[int, Message]] = deque()
        self._to_desk: deque[tuple[int, Message]] = deque()
        for message in self.part.snapshot():
            self.engine.receive(message)

    def pass_by(self, ms: int, human: list[bytes]) -> None:
        """A millisecond in which the human plays this."""
        now_ns = ms * MS
        sent = self.part.take_time(now_ns)
        for data in human:
            sent += self.part.play(data, now_ns)
        while self._to_desk and self._to_desk[0][0] <= ms:
            self.part.take(self._to_desk.popleft()[1], now_ns)
        for message in (*sent, *self.part.due(now_ns)):
            self.part.sent(message, now_ns)
        self._to_engine += [(ms + self._there_ms, message) for message in self.part.to_engine]
        self.part.to_engine.clear()
        while self._to_engine and self._to_engine[0][0] <= ms:
            self.engine.receive(self._to_engine.popleft()[1])
        if self.engine.wake_ns is not None and self.engine.wake_ns <= now_ns:
            self._to_desk += [(ms + self._back_ms, message) for message in self.engine.advance(now_ns)]

    @property
    def is_told(self) -> bool:
        """Whether the engine has heard all that the part has said."""
        return not self._to_engine

    @property
    def standing(self) -> tuple[list[int], list[int]]:
        """The ids that stand for the part, with those on their way to it, and for the engine."""
        coming = [one for _, one in self._to_desk if isinstance(one, Proposal) and one.epoch == self.part.epoch]
        plan = self.engine._plan
        planned = [] if plan is None else [one for one in plan.branch.planned if not one.is_sent]
        ours = [*self.engine._proposals._standing, *(one.note_id for one in planned if one.note.voice == ANSWER)]
        return sorted([*self.part.schedule.standing, *(one.note_id for one in coming)]), sorted(ours)


PLAYED = st.lists(
    st.tuples(st.integers(0, 400), st.lists(st.integers(40, 80), min_size=1, max_size=4, unique=True)), max_size=12
)
"""The human's chords and single notes: ms after the one before, and pitches."""


@settings(max_examples=examples(30))
@given(
    mode=st.sampled_from((REPLY, ACCOMPANY, SOLO)),
    move=st.sampled_from(MOVES),
    played=PLAYED,
    there_ms=st.integers(0, 40),
    back_ms=st.integers(0, 40),
    late_ms=st.sampled_from((0, 50)),
)
def test_both_sides_agree_on_what_stands(
    model: OnnxModel,
    mode: str,
    move: tuple[float, float, float],
    played: list[tuple[int, list[int]]],
    there_ms: int,
    back_ms: int,
    late_ms: int,
) -> None:
    swing, humanize, offset = move
    chosen = Settings(mode=mode, bpm=120, swing=swing, humanize=humanize, out_offset=offset, late=late_ms)
    slow = Slow(model, chosen, there_ms, back_ms)
    human: dict[int, list[bytes]] = {}
    ms = 0
    for wait_ms, pitches in played:
        ms += wait_ms
        human.setdefault(ms, []).extend(bytes((NOTE_ON, pitch, 80)) for pitch in pitches)
        human.setdefault(ms + 150, []).extend(bytes((NOTE_ON, pitch, 0)) for pitch in pitches)
    for now_ms in range(ms + 600):
        slow.pass_by(now_ms, human.get(now_ms, []))
        if slow.is_told:
            part, engine = slow.standing
            assert part == engine


def answered(model: OnnxModel, human: list[Timed], seed: int, **chosen: object) -> int:
    """How many notes are meant for the time in which the human plays, and two seconds more; in reply, all of them."""
    offline = Offline(Engine(model, Settings(bpm=120, rng_seed=seed, **chosen)))  # type: ignore[arg-type]
    end_ns = human[-1].at_ns + 2_000 * MS
    offline.perform(human, None if chosen["mode"] == REPLY else end_ns + 500 * MS)
    return sum(note.onset < TEMPO.tick_at(end_ns) or chosen["mode"] == REPLY for note in offline.answered())


@pytest.mark.parametrize("mode", [REPLY, ACCOMPANY, SOLO])
@pytest.mark.parametrize("phrase", [LINE, CHORDS], ids=["line", "chords"])
def test_what_moves_the_sound_changes_little_of_what_is_played(model: OnnxModel, mode: str, phrase: list[Note]) -> None:
    human = performed(phrase, TEMPO)

    def count(swing: float, humanize: float, out_offset: float) -> int:
        how = {"swing": swing, "humanize": humanize, "out_offset": out_offset}
        return sum(answered(model, human, seed, mode=mode, **how) for seed in range(6))

    usual = count(50, 0, 0)
    moves = [(75, 0, -100), (50, 40, 60), (75, 40, -100)]
    counts = {move: count(*move) for move in moves}
    assert {move: notes for move, notes in counts.items() if abs(notes / usual - 1) > 0.1} == {}
