"""The table: for each mode, change and place of the knob, how soon the answer is back and what that costs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import fmean, median

from benchmarks.following.changes import CHANGES, Change, plays
from benchmarks.following.performance import BPM, LEAST, hear
from benchmarks.following.tally import Tally
from benchmarks.following.tunes import Tune, tunes
from exported.sampling import Constraint
from midi.notes import Note
from midi.tokens import PITCH
from realtime.improviser.step_model import StepModel
from realtime.modes import MODES
from realtime.settings import ACCOMPANY, REPLY, SOLO, Settings

BACK = 0.9
"""An answer is back where WINDOW notes in a row, and all later ones, agree by this share."""
KNOBS = (0.0, 0.25, 0.5, 0.75, 1.0)
SEEDS = {REPLY: 3, ACCOMPANY: 2, SOLO: 1}
"""Performances of each tune: an answer in turns has the fewest notes, a solo the most. Of loudness, one will do."""

_BACK = f"  |{'human':>6}{'worst':>6}{'notes':>6}{'worst':>6}{'back':>6}"
HEADING = f"{'':<22}{'before':>7}{'after':>7}{'worst':>7}{'%poss':>7}{2 * _BACK}  |{'x':>5}{'bits':>6}{'nats':>6}"
LEGEND = f"""\
Agreement in %: before the change (what comes of playing on as before), after it (mean and worst of the tunes), and as a
share of the possible: the knob at 1, and a human who has played so from the start. Between bars, back at {BACK:.0%} of
the possible, then at {BACK:.0%}: after how many notes of the human's and of the answer's, median and worst of the tunes
(-: never), and in how many tunes. x: the answer's notes for each of the human's. bits: how varied its pitch classes,
waits or velocities are (entropy; the human's beside the title). nats: the unbent model's surprise at each."""


def row(name: str, every: Sequence[Tally], possible: Sequence[float]) -> str:
    """A row of the table; `possible`: for each tune, the agreement that can be had."""
    before = fmean([agrees for tally in every for agrees in tally.before] or [0.0])
    after = [tally.agreement() for tally in every]
    of_possible = fmean(after) / max(fmean(possible), LEAST)
    cells = "".join(f"{100 * share:>7.0f}" for share in (before, fmean(after), min(after), of_possible))
    for shares in ([BACK * share for share in possible], [BACK] * len(every)):
        back = [tally.back_after(share) for tally, share in zip(every, shares, strict=True)]
        human, answer = zip(*back, strict=True)
        came = sum(count < math.inf for count in human)
        cells += f"  |{_counted(human)}{_counted(answer)}{f'{came}/{len(back)}':>6}"
    nats = [value for tally in every for value in tally.nats]
    cost = f"{fmean(nats):>6.2f}" if nats else f"{'':>6}"
    notes, bits = fmean(value for tally in every for value in tally.notes), fmean(tally.bits for tally in every)
    return f"{name:<22}{cells}  |{notes:>5.1f}{bits:>6.1f}{cost}"


def _counted(notes: Sequence[float]) -> str:
    """The median and the worst; a dash for what never came."""
    return "".join(f"{'-':>6}" if count == math.inf else f"{count:>6.0f}" for count in (median(notes), max(notes)))


def lines(
    model: StepModel,
    modes: Sequence[str] = tuple(MODES),
    changes: Sequence[Change] = CHANGES,
    played: Sequence[Tune] | None = None,
    knobs: Sequence[float] = KNOBS,
) -> Iterator[str]:
    """The tables, row by row, for each mode and change."""
    yield LEGEND
    played = tunes() if played is None else played
    for mode in modes:
        for change in changes:
            shipped = Settings(bpm=BPM, mode=mode)

            def tallies(settings: Settings, change: Change = change, *, from_the_start: bool = False) -> list[Tally]:
                seeds = SEEDS[settings.mode] if change.bends else 1
                return hear(model, change, settings, played, seeds, from_the_start=from_the_start)

            yield ""
            chance = f", any pitch agrees by {_chance(change, played):.0%}" if change.bends == PITCH else ""
            yield f"{mode}, {change.name}; the human: {_own_bits(change, played):.1f} bits{chance}"
            yield HEADING
            best = tallies(_turned(shipped, change, 1), from_the_start=True)
            possible = [tally.agreement() for tally in best]
            yield row("so from the start, 1", best, possible)
            yield row("0, imitation off", tallies(replace(_turned(shipped, change, 0), imitate=0.0)), possible)
            for knob in knobs:
                yield row(f"{change.knob} {knob:g}", tallies(_turned(shipped, change, knob)), possible)


def _chance(change: Change, played: Sequence[Tune]) -> float:
    """The share of a piano's keys that agree with the changed human."""
    humans = [plays(tune, change, REPLY, from_the_start=True) for tune in played]
    piano = Constraint()
    keys = [Note(0, 1, pitch) for pitch in range(piano.lowest, piano.highest + 1)]
    return fmean(bool(agrees) for human in humans for agrees in change.agreement(keys, human))


def _own_bits(change: Change, played: Sequence[Tune]) -> float:
    """The variety of the human's own playing."""
    every = []
    for tune in played:
        human = plays(tune, change, REPLY, from_the_start=True)
        tally = Tally()
        tally.take([note for phrase in human.phrases for note in phrase], human, change)
        every.append(tally.bits)
    return fmean(every)


def _turned(settings: Settings, change: Change, knob: float) -> Settings:
    return settings.changed(change.knob, knob)
