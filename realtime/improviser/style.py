"""The style that the music is in: the one asked for, or the one that the human is heard to play. Pure.

It is judged while nothing else is to do, one step at a time: the human's latest notes are read again from the
beginning, as `exported.style_readout` says, so that neither their touch nor the style in force has a say in it.
"""

from collections import deque
from dataclasses import replace
from itertools import islice

import numpy as np

from exported.card import Card
from exported.model_state import ModelState, Step
from exported.style_readout import StyleReadout
from midi.notes import HUMAN, Note
from midi.tokens import STYLE, STYLES, UNKNOWN_CONTEXTS, Place, Token, encode
from realtime.improviser.grid import TICKS_PER_BAR, Grid
from realtime.improviser.ring import ContextRing
from realtime.improviser.step_model import StepModel

FEWEST = 8
"""Notes by which a style is judged, at least, and heard between two judgements."""
LONGEST = 48
"""Notes that are read, at most: the style is that of the last phrases."""
LONGEST_REST = TICKS_PER_BAR
"""Between two of the human's phrases stands an answer, which is not read: the rest counts as no longer than this."""
SURE = 0.7
"""The least probability of a style that is taken up: of 16 notes it is right for 88 %, and reached by 64 %."""
CHANGES = 3.0
"""A style takes the place of another where it is so many times as likely: some notes of another style change none."""


class Style:
    """The style in force, as a context of every note, and the touch that the model has learned in it."""

    def __init__(self, card: Card, grid: Grid, asked: str | None) -> None:
        self.asked = asked
        """The style that the human asked for; None: the one heard."""
        self.heard: str | None = None
        self._grid = grid
        self._unlearned = {style: card.unlearned(style) for style in (*STYLES, None)}

    @property
    def in_force(self) -> str | None:
        """Its name; None: nobody knows it."""
        return self.heard if self.asked is None else self.asked

    def unlearned(self) -> frozenset[str]:
        """The fields of touch that the model knows nothing of in this style."""
        return self._unlearned[self.in_force]

    def contexts_of(self, tick: int) -> Place:
        """A note's contexts, by its tick: its place in the bar, and the style in force, if there is one."""
        style = self.in_force
        return (*self._grid.place_of(tick), STYLE.unknown if style is None else STYLES.index(style))


class StyleJudge:
    """Reads the human's notes of a ring, and judges their style."""

    def __init__(self, model: StepModel, ring: ContextRing, style: Style) -> None:
        self._model, self._ring, self._style = model, ring, style
        self._unread = 0
        """Notes that the human has played since their style was judged."""
        self._reading: deque[Token] = deque()
        self._rows: list[np.ndarray] = []
        self._state = model.origin

    @property
    def is_reading(self) -> bool:
        """Whether it has notes to read."""
        return bool(self._reading)

    def hear(self, *, knows_tempo: bool) -> None:
        """The human has played one more note; before their tempo is known, only a whole phrase is judged."""
        self._unread += 1
        if self._unread >= FEWEST and knows_tempo:
            self.begin()

    def begin(self) -> None:
        """Read the human's latest notes from now on, if they have played any since, and the style is to be judged."""
        if self._model.readout is None or self._style.asked is not None or not self._unread:
            return
        notes = self._latest()
        if len(notes) >= FEWEST:
            self._reading, self._rows, self._state = deque(self._tokens(notes)), [], self._model.origin
        self._unread = 0

    def read(self) -> str | None:
        """Read one note; the style that is heard, if this was the last note and the style is another than before."""
        self._model.take([Step(self._reading.popleft(), self._state.state, self._keep)])
        return None if self._reading or self._model.readout is None else self._judged(self._model.readout)

    def _keep(self, state: ModelState) -> None:
        self._state = state
        if self._model.readout is not None:
            self._rows.append(self._model.readout.row(state.hidden))

    def _judged(self, readout: StyleReadout) -> str | None:
        shares = readout.probabilities(np.mean(self._rows, axis=0))
        likeliest = max(range(len(shares)), key=shares.__getitem__)
        before = self._style.heard
        beside = 0.0 if before is None else CHANGES * shares[STYLES.index(before)]
        if self._style.asked is not None or STYLES[likeliest] == before or shares[likeliest] < max(SURE, beside):
            return None
        self._style.heard = STYLES[likeliest]
        return self._style.heard

    def _latest(self) -> list[Note]:
        """The human's latest notes, in order."""
        ring = self._ring
        latest = (ring.note(position) for position in range(ring.end - 1, ring.begin - 1, -1))
        return list(islice((note for note in latest if note.voice == HUMAN), LONGEST))[::-1]

    def _tokens(self, notes: list[Note]) -> list[Token]:
        tokens: list[Token] = []
        previous: int | None = None
        for note in notes:
            before = None if previous is None else max(previous, note.onset - LONGEST_REST)
            bare = replace(note, duration=None, velocity=None, deviation_ms=None, pedal=None)
            tokens.append(encode(bare, before, self._model.card.inputs, UNKNOWN_CONTEXTS))
            previous = note.onset
        return tokens
