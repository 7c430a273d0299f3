"""A trial of keyboards that send a note more than once: as many notes are answered as to notes that come once."""

from collections.abc import Iterable, Sequence
from functools import partial
from statistics import median

from benchmarks.players.bars import Range, Reached, Verdict
from benchmarks.players.performance import Cell
from benchmarks.players.phrases import all_phrases
from benchmarks.players.runs import Alteration, grouped, play_run, run_of
from benchmarks.players.workers import Workers
from midi.message import NOTE_OFF, NOTE_ON
from midi.nanoseconds import NS_PER_MS
from realtime.modes import MODES
from realtime.timed import Timed

PHRASES = ("blues_am", "iivi_c")
SEEDS = 10
"""With ten, the median of one ten lies beyond all of another by chance in 3 of 100 trials; with five, in 17."""
LAYERS = (1, 2)
"""The further channels of a layered keyboard, from 0."""
DELAYS_MS = (0, 3, 15)


def layered(score: Iterable[Timed]) -> list[Timed]:
    """A score from a keyboard layered on three channels."""
    return [
        Timed(at_ns, bytes((data[0] & 0xF0 | channel, *data[1:])))
        for at_ns, data in score
        for channel in (data[0] & 0x0F, *LAYERS)
    ]


def doubled(score: Iterable[Timed], delay_ms: int) -> list[Timed]:
    """A score whose notes come twice on their channel, the second time so much later."""
    once = list(score)
    notes = [message for message in once if message.data[0] & 0xF0 in (NOTE_ON, NOTE_OFF)]
    return sorted(
        [*once, *(Timed(at_ns + delay_ms * NS_PER_MS, data) for at_ns, data in notes)],
        key=lambda message: message.at_ns,
    )


KEYBOARDS: dict[str, Alteration] = {
    "on three channels": layered,
    **{f"twice, {delay_ms} ms apart": partial(doubled, delay_ms=delay_ms) for delay_ms in DELAYS_MS},
}


def doubles(crew: Workers) -> list[Verdict]:
    """A layered keyboard, and every note twice, beside the phrase played once."""
    cells = [Cell(all_phrases()[name], mode, knows_bpm=True) for name in PHRASES for mode in MODES]
    ways: list[Alteration] = [list, *KEYBOARDS.values()]
    runs = [run_of(cell, seed, alter=way) for cell in cells for way in ways for seed in range(SEEDS)]
    counts = [len(notes) for notes in crew.results("doubled notes", play_run, runs)]
    by_way = iter(grouped(counts, SEEDS))
    reached: list[Reached] = []
    for cell in cells:
        once, title = next(by_way), f"{cell.phrase.name}, {cell.mode}"
        reached += [beyond_spread(f"{title}, {name}", once, next(by_way)) for name in KEYBOARDS]
    name = "doubled notes: answer beyond the spread of played once"
    return [Verdict(name, Range(high=0), Range(high=0), tuple(reached))]


def beyond_spread(title: str, once: Sequence[int], odd: Sequence[int]) -> Reached:
    """The distance of the median from the seeds of the phrase played once, as a share of their median."""
    spread = Range(min(once), max(once))
    usual = max(median(once), 1)
    furthest = max(spread.distance(count) for count in odd)
    title = f"{title}: {median(odd):.0f} for {spread}"
    return Reached(title, spread.distance(median(odd)) / usual, furthest / usual)
