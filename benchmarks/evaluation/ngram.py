"""The interpolated n-gram of `training.baselines`, its whole distributions: to take the likeliest from, and to play.

The same views, contexts, counts and interpolation; where those give the probability of the one note that came, this
gives every class its own. Fields are wait, pitch, duration and, where told, velocity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from midi.tokens import DURATION, PITCH, VELOCITY, VOICE, WAIT, Field
from training.baselines import ADAPTS_FROM, LONGEST
from training.counts import Hashes, Ids, Probabilities, mixed
from training.pieces import Ints

BLOCK = 512
"""Notes that are compared with all before them at a time: a long piece takes memory by its length, not its square."""


@dataclass(frozen=True, slots=True)
class Past:
    """The notes before each of B notes: symbols [B, LONGEST], the newest first, -1 where the piece had not begun."""

    rhythm: Ids
    pitch: Ids
    interval: Ids
    velocity: Ids

    @classmethod
    def of(cls, ids: Ints) -> "Past":
        """Before each note of a piece, ids [N, 3 or 4], and after its last: [N + 1, LONGEST] each."""
        wait, pitch, duration = ids.T[:3].astype(np.int64)
        before = np.concatenate([[-1], pitch[:-1]])
        velocity = ids[:, 3].astype(np.int64) if ids.shape[1] > 3 else np.full(len(ids), -1)
        return cls(*map(_before, (wait * 1000 + duration, pitch, (pitch - before) % PITCH.size, velocity)))

    def last(self) -> "Past":
        """Only what stands before the note to come, [1, LONGEST]."""
        return Past(self.rhythm[-1:], self.pitch[-1:], self.interval[-1:], self.velocity[-1:])

    def to_last(self) -> "Past":
        """Only what stands before the notes there are, [N, LONGEST]."""
        return Past(self.rhythm[:-1], self.pitch[:-1], self.interval[:-1], self.velocity[:-1])


@dataclass(frozen=True, slots=True)
class _View:
    """One n-gram's sight of B notes to draw: hashes of its contexts, [B] each, from the shortest on.

    `moved` [B]: by how much its own classes are less than the field's, modulo the size.
    """

    contexts: list[Hashes]
    moved: Ids | None = None


class _Followers:
    """The classes that followed the contexts of one length, counted."""

    def __init__(self, contexts: Hashes, drawn: Ids, size: int) -> None:
        order = np.lexsort((drawn, contexts))
        contexts, drawn = contexts[order], drawn[order]
        new = np.append(True, (contexts[1:] != contexts[:-1]) | (drawn[1:] != drawn[:-1]))
        first = np.flatnonzero(new)
        self._counts, self._drawn = np.diff(first, append=len(order)), drawn[first]
        self._contexts, self._first, self._many = np.unique(contexts[first], return_index=True, return_counts=True)
        self._size = size

    def after(self, contexts: Hashes) -> Probabilities:
        """The counts of every class after these contexts [B]: [B, size]."""
        at = np.minimum(np.searchsorted(self._contexts, contexts), len(self._contexts) - 1)
        many = np.where(self._contexts[at] == contexts, self._many[at], 0)
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        places = np.repeat(self._first[at], many) + within
        counts = np.zeros((len(contexts), self._size))
        counts[np.repeat(np.arange(len(contexts)), many), self._drawn[places]] = self._counts[places]
        return counts


class Ngram:
    """The n-gram counted on pieces."""

    def __init__(self, pieces: Sequence[Ints], fields: Sequence[Field]) -> None:
        """Count pieces, ids [N, I] whose first columns are these fields; the voice is left out."""
        self.columns = [column for column, field in enumerate(fields) if field.name != VOICE.name]
        self.fields = tuple(fields[column] for column in self.columns)
        self._followers = [self._count(pieces, index) for index in range(len(self.fields))]

    def _count(self, pieces: Sequence[Ints], index: int) -> list[list[_Followers]]:
        """For each view of a field, the followers of its contexts from the shortest on."""
        known = [piece[:, self.columns] for piece in pieces]
        seen = [_views(self.fields[index], Past.of(ids).to_last(), ids[:, 0].astype(np.int64)) for ids in known]
        drawn = np.concatenate([ids[:, index] for ids in known]).astype(np.int64)
        size = max(self.fields[index].size, int(drawn.max()) + 1)  # a velocity not told follows too, as in `baselines`
        made = []
        for which in range(len(seen[0])):
            symbols = drawn
            moved = [views[which].moved for views in seen]
            if moved[0] is not None:
                symbols = (drawn - np.concatenate([shift for shift in moved if shift is not None])) % size
            levels = zip(*(views[which].contexts for views in seen), strict=True)
            made.append([_Followers(np.concatenate(level), symbols, size) for level in levels])
        return made

    def unigram(self, index: int) -> Probabilities:
        """Each class of a field by its frequency alone, [N]."""
        first = self._followers[index][0][0]
        counts = first.after(np.zeros(1, np.uint64))
        return _interpolated(counts, np.full(counts.shape, 1 / self.fields[index].size))[0, : self.fields[index].size]

    def believed(self, index: int, past: Past, wait: Ids, so_far: Ids | None = None) -> Probabilities:
        """The probabilities [B, N] of a field, by its column, after these pasts; `wait` [B] is known for later fields.

        `heard`: the field of the B notes of one piece, from its beginning: what was heard before each counts as well.
        """
        size = self.fields[index].size
        views = _views(self.fields[index], past, wait)
        mixture = np.zeros((len(wait), size))
        for view, levels in zip(views, self._followers[index], strict=True):
            mixture += _turned(self._view(view, levels, size, so_far), view.moved) / len(views)
        return mixture

    def _view(self, view: _View, levels: list[_Followers], size: int, so_far: Ids | None) -> Probabilities:
        probabilities = np.full((len(view.contexts[0]), size), 1 / size)
        for contexts, followers in zip(view.contexts, levels, strict=True):
            probabilities = _interpolated(followers.after(contexts), probabilities)
        if so_far is not None:
            symbols = so_far if view.moved is None else (so_far - view.moved) % size
            for contexts in view.contexts[ADAPTS_FROM:]:
                probabilities = _interpolated(_so_far(contexts, symbols, size), probabilities)
        return probabilities


def _views(field: Field, past: Past, wait: Ids) -> list[_View]:
    """As the views of `training.baselines`."""
    chord = (wait == 0).astype(np.int64)
    if field.name == WAIT.name:
        return [_View(_contexts([], past.rhythm))]
    if field.name == PITCH.name:
        return [_View(_contexts([chord], past.pitch)), _View(_contexts([chord], past.interval), past.pitch[:, 0])]
    if field.name == DURATION.name:
        return [_View(_contexts([wait], past.rhythm))]
    if field.name == VELOCITY.name:
        return [_View(_contexts([chord], past.velocity))]
    raise ValueError(field.name)


def _contexts(now: Sequence[Ids], past: Ids) -> list[Hashes]:
    """Nothing, what is known of this note, then 1 to LONGEST notes before: hashes [B] each."""
    nothing = np.zeros(len(past), np.uint64)
    return list(accumulate([*now, *past.T], mixed, initial=nothing))


def _before(symbols: Ids) -> Ids:
    """The symbols before each place and after the last, [N + 1, LONGEST], the newest first; -1 before the beginning."""
    padded = np.concatenate([np.full(LONGEST, -1, np.int64), symbols])
    return np.lib.stride_tricks.sliding_window_view(padded, LONGEST)[:, ::-1]


def _interpolated(counts: Probabilities, shorter: Probabilities) -> Probabilities:
    """Witten and Bell's P(x|c) of all x: counts [B, N or more] after c, and P(x|shorter c) [B, N]."""
    occurs, distinct = counts.sum(axis=1, keepdims=True), (counts > 0).sum(axis=1, keepdims=True)
    weight = occurs + distinct
    counts = counts[:, : shorter.shape[1]]
    return np.where(weight > 0, (counts + distinct * shorter) / np.maximum(weight, 1), shorter)


def _so_far(contexts: Hashes, drawn: Ids, size: int) -> Probabilities:
    """The counts of each class that has followed the same context earlier in this piece, [N, size]."""
    classes = np.eye(max(size, int(drawn.max()) + 1))[drawn]
    counts = np.zeros_like(classes)
    for start in range(0, len(contexts), BLOCK):
        stop = start + BLOCK
        earlier = np.tril(contexts[start:stop, None] == contexts[:stop], start - 1)
        counts[start:stop] = earlier @ classes[:stop]
    return counts


def _turned(probabilities: Probabilities, moved: Ids | None) -> Probabilities:
    """Probabilities [B, N] of classes that are `moved` [B] less than the field's, modulo N, as the field's."""
    if moved is None:
        return probabilities
    size = probabilities.shape[1]
    turned: Probabilities = np.take_along_axis(probabilities, (np.arange(size) - moved[:, None]) % size, axis=1)
    return turned
