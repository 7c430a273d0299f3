"""A model's answers to the openings of held-out pieces: are they in key, and how much of them is borrowed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.evaluation import counted
from benchmarks.evaluation.key import Key, in_scale, key_of, likeness
from benchmarks.evaluation.ngram import Ngram
from benchmarks.evaluation.notes import notes_of_ids
from benchmarks.evaluation.solo import Soloist
from benchmarks.evaluation.verbatim import longest_shared
from exported.sampling import SamplingOptions, nowhere
from midi.meter import Bar, place
from midi.notes import HUMAN
from midi.tokens import NOWHERE, VOICE, Field, Place
from training.encoding import column, tokens
from training.pieces import Ints, Piece

PHRASE = 32
"""Notes of a phrase to be answered, and of its answer: eight bars of a tune, more or less."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers in the key of their phrases (means of `evaluation.key`'s two figures), and their borrowings.

    `shared`: notes in the longest run that an answer shares with any piece learned from; median and most of all.
    """

    title: str
    answers: int
    in_scale: float
    likeness: float
    shared: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening of a held-out work as ids [PHRASE, I], its own continuation as notes [PHRASE, 3], and its bars."""

    ids: Ints
    notes: Ints
    continuation: Ints
    bars: tuple[Bar, ...]

    @property
    def key(self) -> Key:
        """Its key, of itself alone."""
        return key_of(self.notes)

    def place_of(self, tick: int) -> Place:
        """The place in its bar of a tick, counted from the first onset."""
        return (place(self.bars, tick) if self.bars else None) or NOWHERE


def phrases(works: Sequence[Piece], inputs: Sequence[Field], count: int, seed: int = 0) -> list[Opening]:
    """The openings of so many works by chance, of those long enough."""
    long = [work for work in works if len(work) >= 2 * PHRASE]
    chosen = np.random.default_rng(seed).permutation(len(long))[:count]
    return [_phrase(long[index], inputs) for index in sorted(chosen.tolist())]


def _phrase(work: Piece, inputs: Sequence[Field]) -> Opening:
    ids = tokens(work, inputs)[: 2 * PHRASE]
    notes = notes_of_ids(ids, inputs)
    first = int(work.notes[0, 0])
    bars = tuple(Bar(tick - first, position, meter) for tick, position, meter in work.bars.tolist())
    return Opening(ids[:PHRASE], notes[:PHRASE], notes[PHRASE:], bars)


def answers(
    title: str,
    soloist: Soloist,
    asked: Sequence[Opening],
    learned: Sequence[Ints],
    update: Callable[[int], object],
) -> Answered:
    """A model's answers: the phrase is the human's, its bars are known. `learned`: notes [N, 3] of what it knows."""
    inputs = soloist.stepper.inputs
    voice = column(inputs, VOICE)
    played = []
    for seed, phrase in enumerate(asked):
        ids = phrase.ids.copy()
        if voice is not None:
            ids[:, voice] = HUMAN
        knows = len(inputs) > len(soloist.stepper.fields)
        played.append(soloist.play(ids, PHRASE, seed, phrase.place_of if knows else nowhere))
        update(PHRASE)
    return _answered(title, asked, [notes_of_ids(ids, inputs) for ids in played], learned)


def counted_answers(
    title: str, ngram: Ngram, asked: Sequence[Opening], learned: Sequence[Ints], options: SamplingOptions
) -> Answered:
    """The n-gram's answers."""
    ids = [phrase.ids[:, ngram.columns] for phrase in asked]
    played = counted.play(ngram, ids, PHRASE, options, range(len(asked)), lambda: None)
    return _answered(title, asked, [notes_of_ids(piece, ngram.fields) for piece in played], learned)


def references(asked: Sequence[Opening], learned: Sequence[Ints], seed: int = 0) -> list[Answered]:
    """Other notes that might follow the phrases: the true ones, the phrase again, notes of its scale by chance."""
    rng = np.random.default_rng(seed)
    return [
        _answered("the true continuation", asked, [phrase.continuation for phrase in asked], learned),
        _answered("the phrase again (echo)", asked, [phrase.notes for phrase in asked], learned),
        _answered("notes of the scale by chance", asked, [_by_chance(phrase, rng) for phrase in asked], learned),
    ]


def _by_chance(phrase: Opening, rng: np.random.Generator) -> Ints:
    """In the rhythm of the continuation, notes of the key within the phrase's range."""
    low, high = int(phrase.notes[:, 2].min()), int(phrase.notes[:, 2].max())
    scale = np.arange(low, max(high + 1, low + 12))
    scale = scale[np.isin(scale % 12, phrase.key.scale)]
    made = phrase.continuation.copy()
    made[:, 2] = rng.choice(scale, len(made))
    return made


def _answered(title: str, asked: Sequence[Opening], played: Sequence[Ints], learned: Sequence[Ints]) -> Answered:
    of_each = [
        (in_scale(answer, phrase.key), likeness(answer, phrase.key))
        for phrase, answer in zip(asked, played, strict=True)
    ]
    scale, alike = np.mean(of_each, axis=0).tolist() if of_each else (0.0, 0.0)
    shared = longest_shared(played, learned) or [0]
    return Answered(title, len(asked), scale, alike, (float(np.median(shared)), float(max(shared))))
