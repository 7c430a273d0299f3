"""Changes to the past: notes put into their place in the ring, corrected, or told anew. Pure; engine process."""

from collections.abc import Mapping

from midi.notes import Note
from realtime.improviser.ring import ContextRing

LONGEST_REPLAY = 256
"""Notes this far back are not changed any more: a duration that becomes known later stays unknown."""


def place_in_order(ring: ContextRing, note: Note) -> None:
    """Into its place in the canonical order: the notes of a chord may come in any order."""
    position = ring.end
    while position > _oldest(ring):
        before = ring.note(position - 1)
        if (before.onset, before.pitch) <= (note.onset, note.pitch):
            break
        position -= 1
    ring.insert(position, note)


def correct(ring: ContextRing, before: Note, after: Note) -> bool:
    """A note's duration became known: change it where it stands; False if that is too long ago."""
    for position in range(ring.end - 1, _oldest(ring) - 1, -1):
        if ring.note(position) == before:
            ring.amend(position, after)
            return True
    return False


def take_out(ring: ContextRing, note: Note) -> bool:
    """A note did not happen after all; False if it stands too long ago to go."""
    for position in range(ring.end - 1, _oldest(ring) - 1, -1):
        if ring.note(position) == note:
            later = list(ring.notes(position + 1))
            ring.rewind(position)
            for moved in later:
                ring.feed(moved)
            return True
    return False


def tell_anew(ring: ContextRing, changes: Mapping[Note, Note]) -> None:
    """Notes turn out to have stood elsewhere in musical time: from the first of them on, all are taken in again."""
    first = next((at for at in range(_oldest(ring), ring.end) if ring.note(at) in changes), ring.end)
    later = list(ring.notes(first))
    ring.rewind(first)
    for note in later:
        place_in_order(ring, changes.get(note, note))


def _oldest(ring: ContextRing) -> int:
    """The earliest position that may change."""
    return max(ring.floor, ring.end - LONGEST_REPLAY)
