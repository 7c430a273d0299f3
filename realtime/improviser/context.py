"""Changes to the past: notes of the ring put in order, corrected, taken out, or moved in time. Pure."""

from collections.abc import Mapping

from midi.notes import Note
from realtime.improviser.ring import ContextRing

LONGEST_REPLAY = 256
"""Notes this far back are not changed any more: a duration that becomes known later stays unknown."""


def place_in_order(ring: ContextRing, note: Note) -> None:
    """Put a note into its place in the canonical order: the notes of a chord may come in any order."""
    position = ring.end
    while position > _oldest(ring):
        before = ring.note(position - 1)
        if (before.onset, before.pitch) <= (note.onset, note.pitch):
            break
        position -= 1
    ring.rewrite(position, (note, *ring.notes(position)))


def correct(ring: ContextRing, before: Note, *after: Note) -> bool:
    """Change a note of which more became known, or take it out; False if it is too long ago."""
    for position in range(ring.end - 1, _oldest(ring) - 1, -1):
        if ring.note(position) == before:
            ring.rewrite(position, (*after, *ring.notes(position + 1)))
            return True
    return False


def revise(ring: ContextRing, changes: Mapping[Note, Note]) -> None:
    """Notes turn out to have stood elsewhere in musical time: from the first of them on, take all in again."""
    first = next((at for at in range(_oldest(ring), ring.end) if ring.note(at) in changes), ring.end)
    later = list(ring.notes(first))
    ring.rewind(first)
    for note in later:
        place_in_order(ring, changes.get(note, note))


def _oldest(ring: ContextRing) -> int:
    """The earliest position that may change."""
    return max(ring.floor, ring.end - LONGEST_REPLAY)
