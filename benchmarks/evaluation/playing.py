"""A model's solos, beside what people wrote and what counting plays: from afar, for loops, for theft."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.evaluation import counted
from benchmarks.evaluation.histograms import distances, natural_distances
from benchmarks.evaluation.loops import looping, said_before
from benchmarks.evaluation.ngram import Ngram
from benchmarks.evaluation.notes import notes_of_ids
from benchmarks.evaluation.solo import PlaceOf, Soloist
from benchmarks.evaluation.verbatim import longest_shared
from exported.sampling import SamplingOptions, nowhere
from midi.tokens import Field
from training.encoding import tokens
from training.held_out import HeldOut
from training.pieces import Ints


@dataclass(frozen=True, slots=True)
class Solos:
    """A set of pieces beside the held-out ones: `apart` in nats by kind, `shared` the longest run of each, in notes.

    `again`: how much of their ends they have said before, the mean of those that are long enough.
    """

    title: str
    pieces: int
    loops: int
    shared: list[int]
    apart: dict[str, float] = field(default_factory=dict)
    again: float | None = None

    @property
    def spread(self) -> tuple[float, float, float]:
        """Median, 90th percentile and most of `shared`."""
        median, high, most = np.percentile(self.shared, [50, 90, 100]).tolist()
        return median, high, most


@dataclass(frozen=True, slots=True)
class References:
    """The pieces that playing is compared with: notes [N, 3]."""

    learned: list[Ints]
    written: list[Ints]
    runs: int
    notes: int
    options: SamplingOptions


def references(judged: HeldOut, inputs: Sequence[Field], runs: int, notes: int, options: SamplingOptions) -> References:
    """The pieces learned from and held out, on the grid of the tokens."""
    learned, written = (
        [notes_of_ids(tokens(work, inputs), inputs) for work in works] for works in (judged.learned, judged.works)
    )
    return References(learned, written, runs, notes, options)


def solos(
    title: str, soloist: Soloist, on: References, update: Callable[[int], object], place_of: PlaceOf = nowhere
) -> Solos:
    """A model's solos, from the beginning; unless `place_of` says more, no bar is known."""
    inputs = soloist.stepper.inputs
    nothing = np.zeros((0, len(inputs)), np.int32)
    played = []
    for seed in range(on.runs):
        played.append(notes_of_ids(soloist.play(nothing, on.notes, seed, place_of), inputs))
        update(on.notes)
    return _solos(title, played, on)


def counted_solos(title: str, ngram: Ngram, on: References, update: Callable[[int], object]) -> Solos:
    """The same of the n-gram."""
    nothing = np.zeros((0, len(ngram.fields)), np.int32)
    ids = counted.play(ngram, [nothing] * on.runs, on.notes, on.options, range(on.runs), lambda: update(on.runs))
    return _solos(title, [notes_of_ids(piece, ngram.fields) for piece in ids], on)


def _solos(title: str, played: Sequence[Ints], on: References) -> Solos:
    return Solos(
        title,
        len(played),
        sum(looping(piece) > 0 for piece in played),
        longest_shared(played, on.learned),
        distances(played, on.written),
        _again(played),
    )


def _again(pieces: Sequence[Ints]) -> float | None:
    shares = [share for share in map(said_before, pieces) if share is not None]
    return float(np.mean(shares)) if shares else None


def natural(on: References) -> list[Solos]:
    """The held-out pieces themselves: one by one, and in stretches of at least as many notes as a run has."""
    loops = sum(looping(piece) > 0 for piece in on.written)
    shared = longest_shared(on.written, on.learned)
    one_by_one = Solos(
        "held-out pieces", len(on.written), loops, shared, natural_distances(on.written), _again(on.written)
    )
    stretches, length = [0], 0
    for piece, longest in zip(on.written, shared, strict=True):
        if length >= on.notes:
            stretches.append(0)
            length = 0
        length += len(piece)
        stretches[-1] = max(stretches[-1], longest)
    whole = stretches[:-1] if length < on.notes and len(stretches) > 1 else stretches
    return [one_by_one, Solos(f"held-out, {on.notes} notes together", len(whole), 0, whole)]
