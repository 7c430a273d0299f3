"""The bars of music that names its time signatures but not its pickup: the pickup is guessed, or the bars unknown.

The weights were fitted (logistic regression over the phases of a bar) to the default corpus, whose bars are known.
Where the guess is sure enough it is right for 92 % of the chorales (81 % of them) and 83 % of the tunes (76 %); with no
pickup assumed, 31 and 28 % of those are right.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from midi.meter import UNKNOWN_METER, Bar, bar_ticks, merged, meter_of
from midi.notes import TICKS_PER_BEAT
from training.pieces import Ints, bar_table

STEP = TICKS_PER_BEAT // 2
"""The ticks by which a pickup is measured: an eighth."""
DURATIONS, ONSETS, LOWEST = 20.0, 20.0, 12.0
"""The weights of a downbeat's share of all durations, of all onsets, and of the durations of the lowest notes."""
MIDDLE, PLAIN = 4.0, 2.5
"""The weights of the last note beginning in the middle of a bar, and of there being no pickup."""
SURE = 0.7

Doubles = npt.NDArray[np.float64]


def bars_by_signatures(notes: Ints, signatures: Sequence[tuple[int, int, int]]) -> Ints:
    """Bars, given (tick, beats, unit) of each signature in order, of notes [N, 3]: onset and duration in ticks, pitch.

    Only the first signature may stand within a bar: a later one begins with one.
    """
    bars: list[Bar] = []
    for index, (tick, beats, unit) in enumerate(signatures):
        end = signatures[index + 1][0] if index + 1 < len(signatures) else None
        meter = meter_of(beats, unit)
        position = _position(notes, tick, end, meter) if index == 0 and meter != UNKNOWN_METER else 0
        bars.append(Bar(tick, 0, UNKNOWN_METER) if position is None else Bar(tick, position, meter))
    return bar_table(merged(bars))


def _position(notes: Ints, tick: int, end: int | None, meter: int) -> int | None:
    """The ticks of its bar that are over where the first signature stands; None where nobody can say."""
    bar = bar_ticks(meter)
    if end is not None:  # what is left over before the next signature is the pickup
        return (tick - end) % bar
    if not len(notes):
        return None
    onsets, durations, _ = notes[np.lexsort((notes[:, 2], notes[:, 0]))].T
    likely = _downbeats(onsets - tick, durations, bar)
    best = int(likely.argmax())
    return (bar - best * STEP) % bar if likely[best] >= SURE else None


def _downbeats(onsets: Ints, durations: Ints, bar: int) -> Doubles:
    """The probability of each phase, in STEPs from the signature, that the first bar line is there.

    Notes come by onset, the lowest first.
    """
    phases = np.arange(0, bar, STEP)
    held = np.minimum(durations, bar).astype(np.float64)
    lowest = np.append(True, onsets[1:] != onsets[:-1])
    last = int(onsets[(onsets + durations).argmax()])
    evidence = (
        DURATIONS * _share(onsets, held, bar)
        + ONSETS * _share(onsets, np.ones(len(onsets)), bar)
        + LOWEST * _share(onsets[lowest], held[lowest], bar)
    )[phases]
    evidence += MIDDLE * (phases == (last - bar // 2) % bar) + PLAIN * (phases == 0)
    likely = np.exp(evidence - evidence.max())
    return np.asarray(likely / likely.sum())


def _share(onsets: Ints, weights: Doubles, bar: int) -> Doubles:
    """The share of the weight at each tick of a bar."""
    gathered: Doubles = np.bincount(onsets % bar, weights, bar).astype(np.float64)
    return gathered / max(1.0, float(gathered[::STEP].sum()))
