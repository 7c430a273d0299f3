"""The fate of messages: lost or doubled on the way, and notes that begin and end."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from benchmarks.live.timings import is_note_off, is_note_on
from realtime.timed import Timed

HUMAN, ANSWER = 0, 15
"""The channels of a live bench, from 0: what went through and what was answered are told apart by them."""
ANSWER_FLAGS = ("--thru", "--channel", str(ANSWER + 1))


class Losses(NamedTuple):
    """The losses among messages sent once each."""

    sent: int
    lost: int
    doubled: int

    def __str__(self) -> str:
        return f"{self.sent:,} sent, {self.lost} lost, {self.doubled} doubled"

    @property
    def none(self) -> bool:
        """All arrived, once."""
        return not self.lost and not self.doubled


def losses(sent: Iterable[Timed], arrived: Iterable[Timed]) -> Losses:
    """Compare what was sent with what was heard, equal messages counted."""
    there, here = Counter(message.data for message in sent), Counter(message.data for message in arrived)
    return Losses(there.total(), (there - here).total(), (here - there).total())


def by_human(messages: Iterable[Timed]) -> list[Timed]:
    """The messages that are no answer, but went through."""
    return [message for message in messages if message.data[0] & 0x0F != ANSWER]


def answered(messages: Iterable[Timed]) -> list[Timed]:
    """The messages that the daemon played of its own."""
    return [message for message in messages if message.data[0] & 0x0F == ANSWER]


class Pairs(NamedTuple):
    """Note-ons and their note-offs."""

    notes: int
    unended: int
    """Notes whose key was struck again, or never released, before they ended."""
    unbegun: int
    """Note-offs of keys that were not down."""

    def __str__(self) -> str:
        return f"{self.notes:,} notes, {self.unended} without their end, {self.unbegun} ends without a note"

    @property
    def all_match(self) -> bool:
        """Every note-on has its note-off."""
        return not self.unended and not self.unbegun


def pairs(messages: Sequence[Timed]) -> Pairs:
    """Follow each key down and up, in the order of the messages."""
    down: set[tuple[int, int]] = set()
    notes = unended = unbegun = 0
    for _, data in messages:
        key = (data[0] & 0x0F, data[1] if len(data) > 1 else 0)
        if is_note_on(data):
            notes += 1
            unended += key in down
            down.add(key)
        elif is_note_off(data):
            unbegun += key not in down
            down.discard(key)
    return Pairs(notes, unended + len(down), unbegun)
